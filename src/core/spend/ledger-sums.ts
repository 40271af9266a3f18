/** All that the ledger is read for, in one go: what calls cost, and how long answers get. */
import { z } from "zod";
import type { LedgerLine } from "../../records/ledger.ts";
import { spendingState, sumSpending } from "../report/spending.ts";
import { learnedState, makeLearner } from "./estimate.ts";

export const ledgerSums = z.object({ spending: spendingState, learned: learnedState });
export type LedgerSums = z.infer<typeof ledgerSums>;

/** To go through the ledger with, from what was summed up before or from nothing. */
export const LEDGER_FOLD = {
  schema: ledgerSums,
  start(state: LedgerSums | null) {
    const spending = sumSpending(state?.spending);
    const learner = makeLearner(state?.learned);
    return {
      add(line: LedgerLine): void {
        spending.add(line);
        learner.learn(line);
      },
      state: (): LedgerSums => ({ spending: spending.state(), learned: learner.state() }),
    };
  },
};
