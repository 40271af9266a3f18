/** What a person is told of a training run, in lines. */
import type { TrainEvent } from "../../records/train-event.ts";
import type { Train } from "../../records/train.ts";
import { counted, duration, thousands } from "../report/format.ts";

export type Estimate = Extract<TrainEvent, { event: "estimate" }>;
export type StepEvent = Extract<TrainEvent, { event: "step" }>;

/** "loss 1.234, 5,120 tokens/s" behind the count of steps. */
export function stepWords(step: StepEvent): string {
  const loss = step.loss === null ? "not finite" : step.loss.toFixed(4);
  const rate = step.tokens_per_second > 0 ? `, ${thousands(step.tokens_per_second)} tokens/s` : "";
  return `loss ${loss}${rate}`;
}

/** "5,120 tokens/s" behind the count of scored answers. */
export const scoredWords = (told: { readonly tokens_per_second: number }): string =>
  `${thousands(told.tokens_per_second)} tokens/s`;

/** A line for an event that stays on the screen; null for one that only moves the bar. */
export function eventLine(told: TrainEvent): string | null {
  if (told.event === "rows") return rowsLine(told);
  if (told.event === "passed_over") return `passed over ${told.checkpoint}: ${told.why}`;
  if (told.event === "resume") return `going on at ${told.checkpoint}`;
  if (told.event === "note") return told.text;
  if (told.event !== "eval") return null;
  const loss = told.eval_loss === null ? "not finite" : told.eval_loss.toFixed(4);
  return `step ${told.step}: loss on held-out rows ${loss} (a mean of batches; stage:evaluate measures by row)`;
}

/** What --estimate prints. */
export function estimateLines(told: Estimate, model: string): string[] {
  return [
    `${counted(told.rows, "row")}, ${thousands(told.tokens)} tokens in ${counted(told.steps, "step")}; the longest row has ${thousands(told.longest)} tokens`,
    `${model}: ${thousands(told.weights)} weights, ${thousands(told.trained_weights)} of them trained`,
    `on this machine (${told.device}) about ${duration(told.hours * 3_600_000)} and ${told.memory_gb.toFixed(1)} GB of memory`,
  ];
}

/** What a finished run came to. */
export function doneLines(told: Train, shown: string): string[] {
  const losses = told.curve.flatMap(({ loss }) => loss ?? []);
  const [first, last] = [losses[0], losses.at(-1)];
  return [
    `${shown}: ${counted(told.steps, "step")}, ${tokenWords(told.tokens_trained)} in ${duration(told.hours * 3_600_000)}, at most ${thousands(told.peak_memory_mb)} MB`,
    ...(first === undefined || last === undefined
      ? []
      : [
          `loss ${first.toFixed(4)} at the first step, ${last.toFixed(4)} at the last; npm run stage:evaluate says what it brought`,
        ]),
  ];
}

/** "1,234 tokens"; older builds wrote 0 where nothing was counted. */
export const tokenWords = (tokens: number | null): string =>
  tokens === null || tokens === 0 ? "tokens not counted" : `${thousands(tokens)} tokens`;

// ---------------------------------------------------------------------------------------------

function rowsLine(told: Extract<TrainEvent, { event: "rows" }>): string {
  const { to_train, given, left_out, tokens, longest, validation } = told;
  const held = validation > 0 ? `; ${counted(validation, "row")} to validate` : "";
  return `${counted(to_train, "row")} of ${thousands(given)}${leftOut(left_out)}, ${thousands(tokens)} tokens, the longest has ${thousands(longest)}${held}`;
}

function leftOut(reasons: Readonly<Record<string, number>>): string {
  const entries = Object.entries(reasons);
  if (entries.length === 0) return "";
  return ` (left out: ${entries.map(([reason, rows]) => `${reason} ${rows}`).join(", ")})`;
}
