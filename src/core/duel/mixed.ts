/**
 * Verdicts of two versions: of the judge's prompt, or of the hash that says what was judged. They were
 * not given on the same thing, so a duel over both is accepted only by somebody who was told.
 */
import type { Duel } from "../../records/duel.ts";
import type { TurnFacts, Version } from "./facts.ts";

/** null: all verdicts are of one version. `present`: the version of the prompt in force. */
export function mixedOf(
  turns: readonly TurnFacts[],
  present: string,
  taken: boolean,
): NonNullable<Duel["mixed"]> | null {
  const all = turns.flatMap((turn) => turn.versions);
  const prompts = new Set(all.map(({ prompt }) => prompt));
  const hashes = new Set(all.flatMap(({ hash }) => hash ?? []));
  if (prompts.size < 2 && hashes.size < 2) return null;
  const isOlder = (one: Version): boolean =>
    (prompts.size > 1 && one.prompt !== present) || (hashes.size > 1 && one.hash === "plain");
  const older = all.filter(isOlder);
  const counts = new Map<string, number>();
  for (const one of all) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1);
  return {
    versions: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    n_older: older.length,
    usd_anew: older.reduce<number | null>(
      (sum, { usd }) => (sum === null || usd === null ? null : sum + usd),
      0,
    ),
    taken,
  };
}

/** Why a mixed duel is not accepted, and what judging anew would come to; null: it may be. */
export function mixedReason(mixed: Duel["mixed"]): string | null {
  if (mixed == null || mixed.taken) return null;
  const versions = Object.entries(mixed.versions).map(([name, n]) => `${name}: ${n}`);
  const cost =
    mixed.usd_anew === null
      ? "at a price that is not known"
      : `about $${mixed.usd_anew.toFixed(2)}`;
  return `verdicts come from different versions (${versions.join(", ")}): giving the older ${mixed.n_older} anew takes ${mixed.n_older} calls, ${cost} (--force asks all anew); --mixed takes them as they are`;
}

// ---------------------------------------------------------------------------------------------

const HASHES = { plain: "hash without calls", structure: "hash with calls" } as const;

const nameOf = ({ prompt, hash }: Version): string =>
  hash === null ? prompt : `${prompt}, ${HASHES[hash]}`;
