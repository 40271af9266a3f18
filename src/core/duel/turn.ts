/**
 * One turn before the panel: what is asked, what a reply changes, what the score file says. Pure:
 * every step takes the turn and gives the next one.
 */
import type { Answer } from "../../records/answer.ts";
import type { Judgement, Score } from "../../records/score.ts";
import type { Order, Outcome, WorkItem } from "../../work.ts";
import { turnHashes, type Said } from "../turn/hash.ts";
import { protocolIn } from "../turn/protocol.ts";
import { disqualify, historyFlags, opponentFlags } from "./disqualify.ts";
import { candidateText, judgePrompt, sharedPrefix, type Candidates } from "./judge-prompt.ts";
import { candidateMark, ordersFor, type DuelRules } from "./rules.ts";
import { judgementOf, takeUp, type Hashes, type Taking } from "./judgement.ts";
import { settle, type Base } from "./settle.ts";
import { repliesOf, seatKey, seatState, seatsOf, type Allowance, type Seat } from "./verdicts.ts";

export type Turn = {
  readonly candidates: Candidates;
  readonly history_hash: string;
  readonly pair_hash: string;
  /** The conversation as every judge sees it; "" where nothing is left to ask. */
  readonly prefix: string;
  readonly allowance: Allowance;
  /** What the score file says, or will say. */
  readonly score: Score;
};

export type Opening = Taking & {
  /** Answer file name. */
  readonly file: string;
  readonly answer: Answer;
  /** The score file as it is on disk; null when there is none. */
  readonly previous: Score | null;
  readonly style: string;
  /** What the commit record says, for answers that do not say it themselves. */
  readonly repo?: string | null;
  /** Grant seats that used their attempts up as many again. */
  readonly retry: boolean;
  /** The platform's own, where there is one (`turnHashes`). */
  readonly sha256?: (text: string) => string;
};

/** The turn as it stands when a run comes to it. */
export function openTurn(opening: Opening, rules: DuelRules): Turn {
  const { file, answer, previous } = opening;
  const said = saidBy(answer, rules.mode);
  const candidates: Candidates = {
    messages: answer.messages,
    opponent: candidateText(said.opponent.text, said.opponent.message),
    challenger: candidateText(said.challenger.text, said.challenger.message),
    protocol: protocolIn(answer),
  };
  const { history, pair, plain } = turnHashes(
    answer.messages,
    said.opponent,
    said.challenger,
    opening.sha256,
  );
  const settings = new Map(rules.panel.map((judge) => [judge.model, judge.settings]));
  const kept = (previous?.judges ?? []).map((reply) =>
    takeUp(reply, { pair, plain, settings: settings.get(reply.model) }, opening),
  );
  // Flags follow from the pair alone, and a long history takes its time to search.
  const isKnown = previous?.pair_hash === pair && previous.history_flags !== undefined;
  const base: Base = {
    history_flags: isKnown ? previous.history_flags : historyFlags(answer.messages),
    opponent_flags: isKnown ? previous.opponent_flags : opponentFlags(said.opponent, answer),
    file,
    instance_id: answer.instance_id,
    repo: answer.repo ?? opening.repo ?? null,
    ...(answer.run === undefined ? {} : { run: answer.run }),
    style: opening.style,
    pair_hash: pair,
    ...(plain === pair ? {} : { plain_hash: plain }),
    ...(answer.refined_from === undefined ? {} : { refined_from: answer.refined_from.file }),
    king_model: answer.king_run?.model ?? null,
    challenger_model: answer.challenger_run?.model ?? null,
    lengths: {
      opponent: said.opponent.text.length,
      challenger: said.challenger.text.length,
    },
    disqualified: disqualify(answer),
  };
  const allowance = opening.retry ? grantAgain(file, { pair, plain }, kept, rules) : new Map();
  const settled = settle(base, kept, rules);
  // What was reckoned of the same verdicts stands until all turns are weighed again.
  const isSame = previous?.score === settled.score && previous.pair_hash === pair;
  const score =
    isSame && previous.posterior != null ? { ...settled, posterior: previous.posterior } : settled;
  return {
    candidates,
    history_hash: history,
    pair_hash: pair,
    prefix:
      score.pending + allowance.size > 0
        ? sharedPrefix(answer.messages, history, toolsShown(answer))
        : "",
    allowance,
    score,
  };
}

/** What is to be asked now: the open seats, in panel order, that are not in `inFlight` (by key). */
export function itemsOf(turn: Turn, rules: DuelRules, inFlight: ReadonlySet<string>): WorkItem[] {
  if (turn.score.disqualified !== null) return [];
  return seatsOf(turn.score, rules, turn.allowance).flatMap((seat) => {
    const item = itemOf(turn, seat, rules, inFlight);
    return item === null ? [] : [item];
  });
}

/**
 * The turn with one more reply. A failure that lies in the item itself (context too long, rejected)
 * is kept as an unread reply and not asked again; any other failure changes nothing.
 */
export function withOutcome(
  turn: Turn,
  item: WorkItem,
  outcome: Outcome,
  time: string,
  rules: DuelRules,
): Turn {
  const order: Order = item.request.tag.order ?? "king_first";
  const frame = {
    model: item.request.model,
    provider: item.request.provider,
    order,
    attempt: item.request.tag.attempt,
    pair_hash: turn.pair_hash,
    config_hash: rules.config_hash,
    prompt_version: rules.prompt_version,
    time,
  };
  const settings = rules.panel.find(({ model }) => model === item.request.model)?.settings;
  const said = judgementOf(frame, outcome);
  if (said === null) return turn;
  const reply = said.failed === true && settings !== undefined ? { ...said, settings } : said;
  return { ...turn, score: settle(turn.score, [...turn.score.judges, reply], rules) };
}

// ---------------------------------------------------------------------------------------------

/** The two candidates with their structure, where they have any. */
function saidBy(
  answer: Answer,
  mode: 1 | 2,
): Record<"opponent" | "challenger", Exclude<Said, string>> {
  const { king, assistant, king_message, assistant_message, challenger_message } = answer;
  return {
    opponent:
      mode === 2
        ? { text: king, message: king_message }
        : { text: assistant, message: assistant_message },
    challenger: { text: answer.challenger, message: challenger_message },
  };
}

/** A judge is told of the tools where candidates may call them. */
const toolsShown = (answer: Answer): readonly unknown[] =>
  protocolIn(answer) === "tools" ? (answer.tools ?? []) : [];

function grantAgain(
  file: string,
  { pair, plain }: Hashes,
  judges: readonly Judgement[],
  rules: DuelRules,
): Allowance {
  const turn = { file, judges: [...judges], pair_hash: pair, plain_hash: plain };
  const granted = new Map<string, number>();
  for (const judge of rules.panel) {
    for (const order of ordersFor(rules, file, judge.model)) {
      if (seatState(turn, { judge, order }, rules).kind !== "used_up") continue;
      const last = repliesOf(turn, judge.model, order).at(-1)?.attempt ?? 0;
      granted.set(seatKey(judge.model, order), last + rules.attempts);
    }
  }
  return granted;
}

/** null: the seat is not open, or its item is in flight: a prompt is long, and none is made for nothing. */
function itemOf(
  turn: Turn,
  seat: Seat,
  rules: DuelRules,
  inFlight: ReadonlySet<string>,
): WorkItem | null {
  const state = seatState(turn.score, seat, rules, turn.allowance);
  if (state.kind !== "open") return null;
  const { judge, order } = seat;
  const key = `validate/${turn.score.file}/${judge.model}/${order}/${state.attempt}`;
  if (inFlight.has(key)) return null;
  const limit = judge.max_tokens ?? (judge.thinking ? rules.thinking_max_tokens : rules.max_tokens);
  return {
    stage: "validate",
    key,
    role: "judge",
    request: {
      provider: judge.provider,
      model: judge.model,
      messages: judgePrompt(turn.prefix, turn.candidates, {
        order,
        mark: candidateMark(rules, key),
        unread: state.unread,
      }),
      temperature: judge.temperature ?? rules.temperature,
      max_tokens: limit * 2 ** state.cutOffs,
      tag: {
        role: "judge",
        history_hash: turn.history_hash,
        order,
        attempt: state.attempt,
        pair_hash: turn.pair_hash,
      },
    },
  };
}
