/**
 * Adding the ledger up without reading it all again: what it came to so far is kept with the place and a
 * hash of everything before, so that a line that was mended by hand is noticed.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { z } from "zod";
import type { LedgerLine } from "../../records/ledger.ts";
import { diskError } from "../disk-faults.ts";
import { LEDGER, ledgerLines, type LedgerPlace } from "../read-ledger.ts";
import type { Store } from "../store.ts";
import type { FactKind, Facts } from "./facts.ts";
import { printOf } from "./prints.ts";

/** A sum over lines that JSON can keep. */
export type Fold<State> = {
  readonly schema: z.ZodType<State>;
  /** From what was kept, or from nothing. */
  start(state: State | null): { add(line: LedgerLine): void; state(): State };
};

/** What is kept; to be named where facts are opened. */
export const LEDGER_KIND: FactKind<Kept> = {
  name: "ledger",
  folder: "score",
  schema: z.object({
    print: z.string(),
    bytes: z.int().nonnegative(),
    lines: z.int().nonnegative(),
    hash: z.string(),
    state: z.unknown(),
  }),
};

/** What the whole ledger comes to. @throws UserError as `readLedger` */
export async function foldLedger<State>(
  store: Store,
  facts: Facts,
  fold: Fold<State>,
): Promise<State> {
  const print = printOf(store.path(LEDGER));
  const kept = facts.known(LEDGER_KIND, LEDGER, "");
  const past = kept === null ? null : fold.schema.safeParse(kept.state);
  const isSame = kept !== null && kept.print === print?.text;
  if (past?.success === true && isSame) return past.data;
  const goesOn =
    kept !== null &&
    past?.success === true &&
    kept.bytes <= (print?.size ?? 0) &&
    (await hashOf(store.path(LEDGER), kept.bytes)) === kept.hash;
  const from: LedgerPlace = goesOn ? kept : { bytes: 0, lines: 0 };
  const sum = fold.start(goesOn ? past.data : null);
  let place: LedgerPlace | null = from;
  for await (const { line, behind } of ledgerLines(store, from)) {
    sum.add(line);
    place = behind;
  }
  const state = sum.state();
  // A line without its end is not behind us yet: what it says may still change.
  if (place !== null && place.bytes > 0 && print?.isSettled === true) {
    const { bytes, lines } = place;
    const hash = await hashOf(store.path(LEDGER), bytes);
    // Of a ledger that grows just now the print is of before: the next look reads what came since.
    facts.keep(LEDGER_KIND, LEDGER, "", { print: print.text, bytes, lines, hash, state });
  }
  return state;
}

// ---------------------------------------------------------------------------------------------

type Kept = {
  readonly print: string;
  readonly bytes: number;
  readonly lines: number;
  readonly hash: string;
  readonly state?: unknown;
};

async function hashOf(path: string, bytes: number): Promise<string> {
  const hash = createHash("sha256");
  if (bytes === 0) return hash.digest("hex");
  try {
    const blocks = createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 });
    for await (const block of blocks) hash.update(block as Buffer);
  } catch (error) {
    throw diskError(path, "read", error);
  }
  return hash.digest("hex");
}
