/** Why a stage that reads answers finds none: nobody was asked, or what was asked is still out. */
import { LEDGER_FOLD } from "../core/spend/ledger-sums.ts";
import { outLine, outOf } from "../core/spend/out.ts";
import { UserError } from "../errors.ts";
import { batchesOut } from "../io/batch/api/book.ts";
import { openFacts } from "../io/facts/facts.ts";
import { foldLedger, LEDGER_KIND } from "../io/facts/fold-ledger.ts";
import type { Store } from "../io/store.ts";

/** @param command who reads them, for example "challenger" */
export async function noAnswers(store: Store, command: string): Promise<UserError> {
  const { spending } = await foldLedger(store, openFacts(store, [LEDGER_KIND]), LEDGER_FOLD);
  const out = outOf(spending.open).find(({ stage }) => stage === "king");
  if (out === undefined)
    return new UserError(`${command}: answer/ holds no answers`, "run `npm run stage:king` first");
  const batches = out.engine === "batch" ? await batchesOut(store, "king") : [];
  return new UserError(
    `${command}: answer/ holds no answers yet, the king's are out`,
    outLine({ ...out, batches }),
  );
}
