/**
 * A judged turn as steps for process-reward trainers: the run's own steps before it, which nobody judged, and
 * behind them the answer that won or lost. Both answers of a turn make a row each.
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

// ---------------------------------------------------------------------------------------------

/** [] where verdicts do not agree: then the turn says nothing of either answer. */
function stepExamples(turn: JudgedTurn, groupBy: Grouping): Example[] {
  const winner = winnerOf(turn);
  const opponent = opponentOf(turn);
  if (!winner.ok || turn.secrets.opponent || opponent.trim() === "") return [];
  const base = exportBase(turn, groupBy);
  const { asked, steps, seen } = stepsOf(base.prompt);
  const hasWon = winner.winner === "challenger";
  const share = Math.round(turn.exported.score * 100) / 1e4;
  const rowOf = (text: string, label: boolean, reward: number): Example => ({
    ...base,
    kind: "stepwise",
    prompt: asked,
    steps: [...steps, { text: `${seen}${text}`, label, reward }],
  });
  return [
    rowOf(turn.exported.challenger, hasWon, share),
    rowOf(opponent, !hasWon, Math.round((1 - share) * 1e4) / 1e4),
  ];
}

type Steps = {
  /** Up to the first assistant message. */
  readonly asked: Example["prompt"];
  readonly steps: readonly Step[];
  /** What came back since the last step; "" or text that ends in an empty line. */
  readonly seen: string;
};

/** What came back from a step stands at the head of the next one: the format has no other place. */
function stepsOf(prompt: Example["prompt"]): Steps {
  const first = prompt.findIndex(({ role }) => role === "assistant");
  const asked = first < 0 ? prompt : prompt.slice(0, first);
  const steps: Step[] = [];
  let seen = "";
  for (const message of prompt.slice(asked.length)) {
    if (message.role === "assistant") {
      steps.push({ text: `${seen}${readableText(message)}`, label: null, reward: null });
      seen = "";
    } else {
      const text =
        message.role === "tool"
          ? resultAsText({ content: message.content, name: message.name })
          : `[${message.role}]\n${message.content}`;
      seen += `${text}\n\n`;
    }
  }
  return { asked, steps, seen };
}
