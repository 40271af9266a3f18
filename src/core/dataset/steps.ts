/**
 * Steps for process-reward trainers. Of a judged turn: the run's own steps before it, which nobody judged, and
 * behind them the answer that won or lost, a row for each answer. Of a whole run: its steps as they are learned.
 * A step is worth its share of the panel's score; where outcomes made the score, how often a rollout from it mended
 * the package.
 */
import { readableText } from "../turn/calls.ts";
import { resultAsText } from "../wire/text-form.ts";
import type { Example, Step } from "./example.ts";
import {
  exportBase,
  learnable,
  opponentOf,
  type ExportWants,
  type JudgedTurn,
  type TurnExamples,
} from "./export.ts";
import { stepReward } from "./outcome-weight.ts";
import type { Grouping } from "./settings.ts";
import { winnerOf } from "./winner.ts";

/** The examples of a turn, and those of its steps where they are asked for. */
export function withSteps(made: TurnExamples, turn: JudgedTurn, wants: ExportWants): TurnExamples {
  if (!wants.stepwise || learnable(turn) !== null) return made;
  const steps = stepExamples(turn, wants.groupBy);
  if (steps.length === 0) return made;
  const isAsked = made.reason === "not_asked_for";
  return { examples: [...made.examples, ...steps], reason: isAsked ? null : made.reason };
}

/** What a duel said of a step. */
export type StepJudged = Pick<Step, "label" | "reward">;

/**
 * Messages as steps; what stands before the first assistant message is asked. What came back from a step
 * stands at the head of the next one: the format has no other place.
 * @param judged by place among the messages; the others are null.
 */
export function stepsOf(
  messages: Example["prompt"],
  judged: ReadonlyMap<number, StepJudged>,
): Pick<StepExample, "kind" | "prompt" | "steps"> {
  const first = messages.findIndex(({ role }) => role === "assistant");
  const start = first < 0 ? messages.length : first;
  const steps: Step[] = [];
  let seen = "";
  for (const [at, message] of messages.entries()) {
    if (at < start) continue;
    if (message.role === "assistant") {
      const { label, reward } = judged.get(at) ?? { label: null, reward: null };
      steps.push({ text: `${seen}${readableText(message)}`, label, reward });
      seen = "";
      continue;
    }
    const text =
      message.role === "tool"
        ? resultAsText({ content: message.content, name: message.name })
        : `[${message.role}]\n${message.content}`;
    seen += `${text}\n\n`;
  }
  return { kind: "stepwise", prompt: messages.slice(0, start), steps };
}

// ---------------------------------------------------------------------------------------------

type StepExample = Extract<Example, { kind: "stepwise" }>;

/** [] where verdicts do not agree: then the turn says nothing of either answer. */
function stepExamples(turn: JudgedTurn, groupBy: Grouping): Example[] {
  const winner = winnerOf(turn);
  const opponent = opponentOf(turn);
  if (!winner.ok || turn.secrets.opponent || opponent.trim() === "") return [];
  const base = exportBase(turn, groupBy);
  const hasWon = winner.winner === "challenger";
  const worth = (who: "challenger" | "opponent"): number =>
    stepReward(turn.score, turn.exported.score, who);
  const rowOf = (content: string, label: boolean, reward: number): Example => {
    const messages = [...base.prompt, { role: "assistant" as const, content }];
    return { ...base, ...stepsOf(messages, new Map([[base.prompt.length, { label, reward }]])) };
  };
  return [
    rowOf(turn.exported.challenger, hasWon, worth("challenger")),
    rowOf(opponent, !hasWon, worth("opponent")),
  ];
}
