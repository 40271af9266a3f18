/** Which calls go the way of the engine, and which this process makes itself: that is a question of price. */
import type { Price } from "../../calls/rules.ts";
import type { EstimateRow } from "./estimate.ts";
import { batchPrice } from "./price.ts";

/** [engine], as far as it says who carries calls. */
export type Carrying = { readonly name: string; readonly online_below: number };

/** Whether the process asks so many calls of a stage one by one. */
export function isAskedHere({ name, online_below }: Carrying, calls: number): boolean {
  return name === "local" || calls < online_below;
}

/** What each of so many calls of a stage costs. */
export function carriedPrice(
  engine: Carrying,
  price: Price | undefined,
  calls: number,
): Price | undefined {
  return engine.name === "batch" && !isAskedHere(engine, calls) ? batchPrice(price) : price;
}

/** What the engine does not carry although it is set; null: it carries all, or is this process. */
export function askedHereLine(rows: readonly EstimateRow[], engine: Carrying): string | null {
  if (engine.name === "local") return null;
  const stages = [...new Set(rows.map(({ stage }) => stage))]
    .map((stage) => ({ stage, calls: callsOf(rows, stage) }))
    .filter(({ calls }) => calls > 0 && isAskedHere(engine, calls));
  if (stages.length === 0) return null;
  const named = stages.map(({ stage, calls }) => `${stage} (${calls} calls)`).join(", ");
  const how = engine.name === "batch" ? "one by one at the full price" : "by this process";
  return `${named}: fewer than [engine].online_below = ${engine.online_below}, so asked ${how} although the engine is "${engine.name}"`;
}

// ---------------------------------------------------------------------------------------------

const callsOf = (rows: readonly EstimateRow[], stage: string): number =>
  rows.filter((row) => row.stage === stage).reduce((sum, { calls }) => sum + calls, 0);
