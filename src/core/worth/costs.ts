/** What the outcomes of `worth` will come to, in words, before anything is trained. */
import type { Price } from "../../calls/rules.ts";
import type { GymTask } from "../../records/gym-task.ts";
import { counted, duration, thousands, usd } from "../report/format.ts";
import { costOf, upperBound } from "../spend/price.ts";

export type GymCosts = {
  readonly tasks: readonly Pick<GymTask, "test_seconds">[];
  readonly packages: number;
  /** Of each task by each checkpoint. */
  readonly runs: number;
  readonly checkpoints: number;
  readonly maxSteps: number;
  /** Runs at a time. */
  readonly parallel: number;
};

/** Time of the tests alone: what a checkpoint takes for a reply nobody knows before. */
export function gymWords(told: GymCosts): string[] {
  const { tasks, packages, runs, checkpoints, maxSteps, parallel } = told;
  const each = tasks.length * runs;
  const tests = tasks.reduce((sum, { test_seconds }) => sum + test_seconds, 0);
  const seconds = (tests * runs * checkpoints) / parallel;
  return [
    `gym: ${counted(tasks.length, "task")} of ${counted(packages, "package")}, ${thousands(each * checkpoints)} runs by ${counted(checkpoints, "checkpoint")}, each served in its turn: at most ${thousands(each * checkpoints * maxSteps)} replies; the tests alone take about ${duration(seconds * 1000)}`,
  ];
}

export type DuelCosts = {
  /** Answers that the checkpoints write, those alike counted twice. */
  readonly answers: number;
  /** Characters of the held-out histories, on average. */
  readonly historyChars: number;
  /** Tokens of an answer, at most. */
  readonly answerTokens: number;
  readonly judges: readonly {
    readonly model: string;
    readonly maxTokens: number;
    readonly price: Price | undefined;
  }[];
};

/** Two orders, each answer against the dataset's own. */
export function duelWords({ answers, historyChars, answerTokens, judges }: DuelCosts): string[] {
  const bytes = historyChars + CHARS_A_TOKEN * 2 * answerTokens + JUDGE_PROMPT_CHARS;
  const costs = judges.map(({ maxTokens, price }) => costOf(upperBound(bytes, maxTokens), price));
  const calls = 2 * answers;
  const unknown = judges.filter((_, at) => costs[at] === null).map(({ model }) => model);
  const most = costs.reduce<number>((sum, one) => sum + (one ?? 0) * calls, 0);
  const money =
    unknown.length === 0 ? `at most ${usd(most)}` : `no price is known of ${unknown.join(", ")}`;
  return [
    `duel: at most ${thousands(calls * judges.length)} calls of ${counted(judges.length, "judge")} outside the panel, ${money}; what checkpoints write alike is judged once`,
  ];
}

// ---------------------------------------------------------------------------------------------

const CHARS_A_TOKEN = 4;
/** Of the judge's instructions. */
const JUDGE_PROMPT_CHARS = 4000;
