/** What is out in request files, by the ledger: asked and booked, and answered for whichever run comes later. */
import type { LedgerLine } from "../../records/ledger.ts";

export type Out = {
  readonly stage: string;
  /** Who has them: "batch", "ray", "batch-file". */
  readonly engine: string;
  readonly items: number;
  /** ISO 8601: when the first of them left. */
  readonly since: string;
  /** Names of the batches at the provider, where they are looked up. */
  readonly batches?: readonly string[];
};

/** @param open calls without an outcome. One entry a stage and engine, in the order of the ledger. */
export function outOf(open: readonly LedgerLine[]): Out[] {
  const found = new Map<string, Out>();
  for (const { stage, engine, time } of open) {
    if (engine === undefined) continue;
    const key = `${stage} ${engine}`;
    const { items, since } = found.get(key) ?? { items: 0, since: time };
    found.set(key, { stage, engine, items: items + 1, since: time < since ? time : since });
  }
  return [...found.values()];
}

/** For a person: what is out, where, since when, and how to go on. */
export function outLine({ stage, engine, items, since, batches = [] }: Out): string {
  const one = items === 1;
  const who =
    batches.length > 0
      ? batches.join(", ")
      : engine === "batch"
        ? "a batch"
        : `the engine ${engine}`;
  const staying = engine === "batch" ? " (with --wait it stays until they are there)" : "";
  return `out: ${items} item${one ? "" : "s"} of stage:${stage} with ${who} since ${since}; \`npm run stage:${stage}\` takes the results up${staying} and asks ${one ? "it" : "none of them"} ${one ? "no second time" : "again"}`;
}
