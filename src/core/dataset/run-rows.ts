/**
 * Judged turns of one run put back into it: one row of messages with a weight for every assistant
 * message. What stands behind a turn is what its own calls gave, so a better answer takes a turn's place
 * only where it makes the same calls, or where nothing stands behind it.
 */
import type { Message } from "../../records/message.ts";
import { readableText } from "../turn/calls.ts";
import { fencesOf } from "../turn/fences.ts";
import type { Example } from "./example.ts";
import { exportBase, learnable, type JudgedTurn } from "./export.ts";
import type { Format } from "./format-names.ts";
import type { Grouping } from "./settings.ts";
import { outcomeWeight, stepReward } from "./outcome-weight.ts";
import { labelDrop } from "../label/choice.ts";
import type { RunLabel } from "../../records/prompt.ts";
import { stepsOf, type StepJudged } from "./steps.ts";
import { duelLabel, winnerOf } from "./winner.ts";

/**
 * won: its answer stands in the row. won_elsewhere: the better answer makes other calls, and the row
 * goes on. drawn: of `refined`, or verdicts that contradict each other. unjudged: never, or not to be learned.
 * other_label: its label was not asked for.
 */
export const TURN_OUTCOMES = [
  "won",
  "won_elsewhere",
  "drawn",
  "lost",
  "unjudged",
  "other_label",
] as const;
export type TurnOutcome = (typeof TURN_OUTCOMES)[number];

/** Formats with a place for weights. */
export const WEIGHTED: readonly Format[] = ["openai"];
const STEPWISE: Format = "stepwise";

export type RunWants = {
  /** Of the run's own words where the duel was a draw, 0..1. */
  readonly drawWeight: number;
  /** A turn won in `refined` is won. */
  readonly refined: boolean;
  readonly groupBy: Grouping;
  /** Turns with other labels have no weight; null: all have theirs. */
  readonly labels: ReadonlySet<RunLabel> | null;
  /** Formats asked for: those without a place for weights get a row a learned turn. */
  readonly formats: readonly Format[];
};

export type RunRow = {
  /** The turn that the row ends with. */
  readonly whole: JudgedTurn;
  /** []: no message of it has a weight above 0, and no step that is asked for a label. */
  readonly examples: readonly Example[];
  readonly outcomes: readonly TurnOutcome[];
};

/** What tells the run of a turn: where it came from, and its name there. */
export function runKey({ exported }: Pick<JudgedTurn, "exported">): string {
  const { origin, run, instance_id } = exported;
  return JSON.stringify([origin?.dataset, origin?.file, origin?.row, run, instance_id]);
}

/**
 * The rows of the turns of one run, each as long as its last turn: several where their histories part
 * (after a compaction, or where a data set gives several runs one name).
 */
export function runRows(turns: readonly JudgedTurn[], wants: RunWants): RunRow[] {
  const longestFirst = [...turns].sort(
    (a, b) => b.exported.messages.length - a.exported.messages.length || (a.file < b.file ? -1 : 1),
  );
  const rows: { readonly whole: JudgedTurn; readonly turns: JudgedTurn[] }[] = [];
  for (const turn of longestFirst) {
    const row = rows.find(({ whole }) => isWithin(turn, whole));
    if (row === undefined) rows.push({ whole: turn, turns: [turn] });
    else row.turns.push(turn);
  }
  return rows.map(({ whole, turns: own }) => rowOf(whole, own, wants));
}

// ---------------------------------------------------------------------------------------------

/** True when the turn is one of the messages before the other. */
function isWithin(turn: JudgedTurn, whole: JudgedTurn): boolean {
  const { messages, assistant } = turn.exported;
  const at = whole.exported.messages[messages.length];
  if (at?.role !== "assistant" || readableText(at) !== assistant) return false;
  return messages.every(
    (message, n) => JSON.stringify(message) === JSON.stringify(whole.exported.messages[n]),
  );
}

function rowOf(whole: JudgedTurn, turns: readonly JudgedTurn[], wants: RunWants): RunRow {
  const own = whole.exported.assistant_message ?? said(whole.exported.assistant);
  const base = exportBase(whole, wants.groupBy);
  const history: readonly Message[] = [...base.prompt, own];
  const placed = new Map(
    turns.map((turn) => {
      const at = turn.exported.messages.length;
      return [at, placedTurn(turn, history[at] ?? own, at === history.length - 1, wants)] as const;
    }),
  );
  const messages = history.map((message, at): Message => {
    if (message.role !== "assistant") return message;
    const place = placed.get(at);
    return place === undefined
      ? { ...message, weight: 0 }
      : { ...place.message, weight: place.weight };
  });
  const answer = messages.at(-1) ?? own;
  const run: Example = {
    ...base,
    kind: "sft",
    prompt: messages.slice(0, -1),
    answer: readableText(answer),
    said: { answer },
    isWeighted: true,
    formats: WEIGHTED,
  };
  const isLearnable = messages.some(({ weight = 0 }) => weight > 0);
  const isAsked = (formats: readonly Format[]): boolean =>
    wants.formats.some((format) => formats.includes(format));
  const plain = wants.formats.filter((format) => ![...WEIGHTED, STEPWISE].includes(format));
  const judged = [...placed].flatMap(([at, { judged: own }]) =>
    own === null ? [] : [[at, own] as const],
  );
  return {
    whole,
    examples: [
      ...(isLearnable && isAsked(WEIGHTED) ? [run] : []),
      ...(plain.length === 0 ? [] : turnRows(turns, messages, { ...wants, formats: plain })),
      ...(judged.length > 0 && isAsked([STEPWISE])
        ? [{ ...base, ...stepsOf(messages, new Map(judged)), formats: [STEPWISE] }]
        : []),
    ],
    outcomes: turns.map((turn) => placed.get(turn.exported.messages.length)?.outcome ?? "unjudged"),
  };
}

/** A row for each turn that is learned, with the history that the run's row has there. */
function turnRows(
  turns: readonly JudgedTurn[],
  messages: readonly Message[],
  { groupBy, formats }: Pick<RunWants, "groupBy" | "formats">,
): Example[] {
  const byPlace = turns.toSorted((a, b) => placeOf(a) - placeOf(b));
  return byPlace.flatMap((turn): Example[] => {
    const answer = messages[placeOf(turn)];
    const { weight = 0 } = answer ?? {};
    if (answer === undefined || weight === 0) return [];
    const base = exportBase(turn, groupBy);
    const plain = withoutWeight(answer);
    return [
      {
        ...base,
        kind: "sft",
        prompt: messages.slice(0, placeOf(turn)).map(withoutWeight),
        answer: readableText(plain),
        said: { answer: plain },
        metadata: { ...base.metadata, ...(isOwn(turn, plain) ? { models: "" } : {}), weight },
        formats,
      },
    ];
  });
}

/** Where the turn stands in its run. */
const placeOf = ({ exported }: JudgedTurn): number => exported.messages.length;

/** The run's own words, whoever wrote them: not the challenger's. */
const isOwn = ({ exported }: JudgedTurn, answer: Message): boolean =>
  answer.content !== (exported.challenger_message?.content ?? exported.challenger);

function withoutWeight({ weight: _weight, ...message }: Message): Message {
  return message;
}

type Placed = {
  readonly message: Message;
  readonly weight: number;
  readonly outcome: TurnOutcome;
  /** Of the words that stand there; null: no duel was about them, or it did not decide. */
  readonly judged: StepJudged | null;
};

function placedTurn(turn: JudgedTurn, own: Message, isLast: boolean, wants: RunWants): Placed {
  const { challenger, challenger_message, score: points } = turn.exported;
  // In mode 1 the opponent was the run's own words.
  const isAboutOwn = turn.score?.mode === 1 && !turn.secrets.reference;
  const stays = (outcome: TurnOutcome, weight: number, label: boolean | null = null): Placed => ({
    message: own,
    weight: turn.secrets.reference ? 0 : weight,
    outcome,
    judged:
      isAboutOwn && label !== null
        ? { label, reward: stepReward(turn.score, points, "opponent") }
        : null,
  });
  if (labelDrop(duelLabel(turn), wants.labels) !== null) return stays("other_label", 0);
  if (learnable(turn) !== null) return stays("unjudged", 0);
  const winner = winnerOf(turn);
  if (!winner.ok) {
    return winner.reason === "not_judged" ? stays("unjudged", 0) : stays("drawn", wants.drawWeight);
  }
  if (winner.winner === "opponent") {
    return turn.score?.mode === 1
      ? stays("won", outcomeWeight(turn.score, "opponent"), true)
      : stays("lost", 0);
  }
  if (turn.bucket === "refined" && !wants.refined) return stays("drawn", wants.drawWeight);
  const better = challenger_message ?? said(challenger);
  const stands = (message: Message): Placed => ({
    message,
    weight: outcomeWeight(turn.score, "challenger"),
    outcome: "won",
    judged: { label: true, reward: stepReward(turn.score, points, "challenger") },
  });
  if (isLast) return stands(better);
  return makesSameCalls(better, own)
    ? stands(withIdsOf(better, own))
    : stays("won_elsewhere", 0, false);
}

const said = (content: string): Message => ({ role: "assistant", content });

/** The same tools with the same arguments, in the same order; texts without calls, by their blocks. */
function makesSameCalls(a: Message, b: Message): boolean {
  const calls = (message: Message): unknown[] =>
    (message.tool_calls ?? []).map(({ name, arguments: args }) => [name, ordered(args)]);
  const ofA = calls(a);
  const ofB = calls(b);
  if (ofA.length > 0 || ofB.length > 0) return JSON.stringify(ofA) === JSON.stringify(ofB);
  const blocks = blocksOf(a.content);
  return blocks.length > 0 && blocks.join("\0") === blocksOf(b.content).join("\0");
}

/** The results behind it name the calls that they answer. */
function withIdsOf(better: Message, own: Message): Message {
  if (better.tool_calls === undefined) return better;
  const tool_calls = better.tool_calls.map((call, at) => ({
    ...call,
    id: own.tool_calls?.[at]?.id ?? call.id,
  }));
  return { ...better, tool_calls };
}

/** Keys of objects in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, ordered(inner)]);
}

const blocksOf = (content: string): string[] => fencesOf(content).map(({ body }) => body.trim());
