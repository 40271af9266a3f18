/** Reads report/ledger.jsonl without opening it for writing: a stage may be appending to it meanwhile. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { UserError, errorMessage } from "../errors.ts";
import { ledgerLineSchema, type LedgerLine } from "../records/ledger.ts";
import type { Store } from "./store.ts";

const LEDGER = "report/ledger.jsonl";

/**
 * Every line in order; nothing when there is no ledger. A torn last line is left out.
 * @throws UserError when a line that is not the last is no ledger line.
 */
export async function* readLedger(store: Store): AsyncGenerator<LedgerLine> {
  if (!(await store.has(LEDGER))) return;
  const lines = createInterface({ input: createReadStream(store.path(LEDGER), "utf8") });
  let number = 0;
  let bad: { readonly number: number; readonly error: unknown } | null = null;
  for await (const text of lines) {
    if (bad !== null) throw notALine(bad.number, bad.error);
    number++;
    if (text.trim() === "") continue;
    try {
      yield ledgerLineSchema.parse(JSON.parse(text));
    } catch (error) {
      bad = { number, error };
    }
  }
}

// ---------------------------------------------------------------------------------------------

function notALine(number: number, error: unknown): UserError {
  return new UserError(
    `${LEDGER} line ${number} is no ledger line: ${errorMessage(error).split("\n")[0]}`,
    "mend that line by hand; deleting the ledger would forget what was spent",
    { cause: error },
  );
}
