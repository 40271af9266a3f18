/**
 * Of the calls that a turn still needs, those that nobody has asked yet: what is out with an engine is booked, and no
 * run asks it again. Should its answer not do, the attempts behind it are still to come.
 */
import type { LedgerLine } from "../../records/ledger.ts";
import { stemOf } from "../dataset/turn-names.ts";
import type { PlannedCall } from "./estimate.ts";

/** A function from an answer file's name and its missing calls to those that are still to be asked. */
export type StillAsked = (name: string, calls: readonly PlannedCall[]) => readonly PlannedCall[];

/** @param open calls without an outcome, in the ledger's own words */
export function stillAsked(open: readonly LedgerLine[]): StillAsked {
  const out = new Map<string, number>();
  for (const { engine, item, role, ...line } of open) {
    if (engine === undefined) continue;
    const key = keyOf(item.split("/")[1] ?? "", { ...line, isVerdict: role === "judge" });
    out.set(key, (out.get(key) ?? 0) + 1);
  }
  if (out.size === 0) return (_name, calls) => calls;
  return (name, calls) => {
    const taken = new Map<string, number>();
    return calls.flatMap((call) => {
      const key = keyOf(name, { ...call, isVerdict: isVerdict(call) });
      const left = (out.get(key) ?? 0) - (taken.get(key) ?? 0);
      const gone = Math.min(left, call.times);
      taken.set(key, (taken.get(key) ?? 0) + gone);
      const rest = { ...call, times: call.times - gone, mostTimes: call.mostTimes - gone };
      return rest.mostTimes > 0 ? [rest] : [];
    });
  };
}

// ---------------------------------------------------------------------------------------------

type Kind = Pick<LedgerLine, "stage" | "provider" | "model"> & { readonly isVerdict: boolean };

const isVerdict = ({ stage, isVerdict }: PlannedCall): boolean =>
  stage === "validate" || isVerdict === true;

/** A turn and its second answer have one name: their calls are of different stages. */
const keyOf = (name: string, { stage, provider, model, isVerdict }: Kind): string =>
  JSON.stringify([stage, stemOf(name), provider, model, isVerdict]);
