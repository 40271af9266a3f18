/** Which calls a second answer still needs: the counterpart of stage:refine. */
import type { Answer } from "../../records/answer.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import type { ModelRef } from "../../work.ts";
import { refineMessages } from "../refine/refine-prompt.ts";
import { promptBytes, type PlannedCall } from "./estimate.ts";
import { planTurn, type PlannedTurn, type PlanSettings } from "./plan.ts";

export type RefineSettings = ModelRef & {
  readonly attempts: number;
  readonly max_tokens: number;
  readonly pr_chars: number;
};

export type PlannedRefined = {
  readonly first: Answer;
  readonly pr: PullRequest | null;
  /** The second answer's files, as far as they are there. */
  readonly second: Answer | null;
  readonly score: PlannedTurn["score"];
};

/** [] when nothing is missing, or nothing will be asked. */
export function planRefined(
  { first, pr, second, score }: PlannedRefined,
  refine: RefineSettings,
  settings: PlanSettings,
): PlannedCall[] {
  if (pr === null || second?.challenger_drop !== undefined) return [];
  const { provider, model, attempts, max_tokens, pr_chars: maxPrChars } = refine;
  const isAnswered = second?.challenger_run !== undefined;
  const messages = refineMessages({ first, pr, maxPrChars, reasons: [STAND_IN] });
  const call: PlannedCall = {
    stage: "refine",
    provider,
    model,
    bytes: promptBytes(messages, first.tools),
    shared: 0,
    maxTokens: max_tokens,
    thinks: false,
    times: 1,
    mostTimes: attempts,
  };
  const answer = { king: first.king, challenger: second?.challenger || first.challenger };
  const { judge } = settings;
  const both = { ...settings, judge: { ...judge, orders: "both" as const } };
  const judged = planTurn({ ...first, pr, answer, score }, both);
  return [
    ...(isAnswered ? [] : [call]),
    ...judged.map((one): PlannedCall => ({ ...one, stage: "refine", isVerdict: true })),
  ];
}

// ---------------------------------------------------------------------------------------------

/** Stands for what the judges said: six sentences or so. */
const STAND_IN = "x".repeat(900);
