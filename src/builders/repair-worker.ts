/** The worker thread of stage:repair: collects the second part of large logs. */
import { allowDynamicImport, servePart } from "../io/dataset/part-worker.ts";
import { collect, partOf, type CollectedPart, type CollectJob } from "./collect.ts";
import { repairRows, type RepairInput, type RepairTotals } from "./repair-rows.ts";

/** What it is handed, and what it answers. */
export type RepairPartJob = { readonly job: CollectJob; readonly input: RepairInput };
export type RepairPart = { readonly part: CollectedPart; readonly totals: RepairTotals };

servePart(async ({ job, input }: RepairPartJob): Promise<RepairPart> => {
  const { tokenizer, tokenizerConfig } = job.settings;
  if (tokenizer !== null || tokenizerConfig !== null) await allowDynamicImport();
  const { rows, totals } = repairRows(input);
  return { part: partOf(await collect(rows, job)), totals: totals() };
});
