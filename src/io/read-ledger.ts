/** Reads report/ledger.jsonl without opening it for writing: a stage may be appending to it meanwhile. */
import { UserError, errorMessage } from "../errors.ts";
import { ledgerLineSchema, type LedgerLine } from "../records/ledger.ts";
import { printOf } from "./facts/prints.ts";
import { readLines } from "./jsonl.ts";
import { checkPlain } from "./plain-file.ts";
import type { Store } from "./store.ts";

export const LEDGER = "report/ledger.jsonl";

/**
 * Every line in order; nothing when there is no ledger. A torn last line is left out.
 * @throws UserError when a line that is not the last is no ledger line.
 */
export async function* readLedger(store: Store): AsyncGenerator<LedgerLine> {
  for await (const { line } of ledgerLines(store, { bytes: 0, lines: 0 })) yield line;
}

/** How far a ledger was read: whole lines. */
export type LedgerPlace = { readonly bytes: number; readonly lines: number };

/** The same from a place on, each line with the place behind it; null behind one that has no end yet. */
export async function* ledgerLines(
  store: Store,
  from: LedgerPlace,
): AsyncGenerator<{ readonly line: LedgerLine; readonly behind: LedgerPlace | null }> {
  const print = printOf(store.path(LEDGER));
  if (print === null) return;
  checkPlain(store.path(LEDGER));
  let bad: { readonly number: number; readonly error: unknown } | null = null;
  for await (const { number, start, bytes } of readLines(store.path(LEDGER), from.bytes)) {
    if (bad !== null) throw notALine(bad.number, bad.error);
    const lines = from.lines + number;
    const end = start + bytes.length + 1;
    const line = lineIn(bytes);
    if (line instanceof Error) bad = { number: lines, error: line };
    else yield { line, behind: end <= print.size ? { bytes: end, lines } : null };
  }
}

// ---------------------------------------------------------------------------------------------

function lineIn(bytes: Buffer): LedgerLine | Error {
  try {
    return ledgerLineSchema.parse(JSON.parse(bytes.toString("utf8")));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function notALine(number: number, error: unknown): UserError {
  return new UserError(
    `${LEDGER} line ${number} is no ledger line: ${errorMessage(error).split("\n")[0]}`,
    "mend that line by hand; deleting the ledger would forget what was spent",
    { cause: error },
  );
}
