/**
 * Which drawn turns are kept. Rules that need one turn alone come first (`refuse`), rules that need the
 * turns kept before it come last and in draw order (`createSelection`), so that reading ahead cannot
 * change what is kept.
 */
import type { Origin, Prompt, RunLabel } from "../../records/prompt.ts";
import { SCHEMA } from "../../records/schema.ts";
import type { Message, ToolCall } from "../../records/message.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { actionText, repetitionOf } from "../turn/repetition.ts";
import { checkAnswer } from "../turn/protocol.ts";
import { searchableText } from "../turn/calls.ts";
import { isBenchmarkInstance, isBenchmarkRepo } from "./benchmarks.ts";
import type { DropReason } from "./drops.ts";
import { createNearDuplicates } from "./near.ts";
import { pullRequestChars } from "./pr.ts";
import type { Entered } from "./door.ts";
import type { RowNames } from "./shapes.ts";
import { historyChars } from "./turns.ts";

export type Candidate = Entered & {
  readonly isOwnId: boolean;
  readonly exit_status: string | null;
  readonly origin: Origin;
  /** How its run ended; absent for ready turns. */
  readonly run_label?: RunLabel;
};

export type SampleSettings = {
  readonly exit_status: readonly string[];
  readonly exclude_ids: readonly string[];
  readonly exclude_benchmarks: boolean;
  readonly exclude_benchmark_repos: boolean;
  readonly max_history_chars: number;
  readonly max_history_tokens: number;
  readonly languages: readonly string[];
  readonly reference: "any" | "protocol";
  readonly drop_loops: boolean;
  readonly near_duplicate: number;
  readonly max_pr_chars: number;
  readonly held_out_min: number;
  readonly max_per_instance: number;
  readonly max_per_repo: number;
};

/** Measures that need more than the text. */
export type Gauges = {
  /** Tokens of a text, by the tokenizer that [source].tokenizer names; null: none is named. */
  readonly countTokens: ((text: string) => number) | null;
  /** Distinct 12-grams that a pull request shares with the held-out problems; absent: none are named. */
  readonly heldOutGrams?: (pr: PullRequest) => number;
};

/** Who and where: what can be refused before any content is read. */
export function refuseByName(
  of: Pick<RowNames, "instance_id" | "repo" | "exit_status">,
  settings: SampleSettings,
): DropReason | null {
  if (settings.exit_status.length > 0 && !settings.exit_status.includes(of.exit_status ?? ""))
    return "exit_status";
  if (settings.exclude_ids.includes(of.instance_id)) return "excluded_id";
  if (settings.exclude_benchmarks && isBenchmarkInstance(of.instance_id))
    return "benchmark_instance";
  if (settings.exclude_benchmark_repos && isBenchmarkRepo(of.repo)) return "benchmark_repo";
  return null;
}

/** The first rule that the turn by itself breaks, or null; its names were looked at before. */
export function refuseByTurn(
  candidate: Candidate,
  settings: SampleSettings,
  gauges: Gauges,
): DropReason | null {
  if (historyChars(candidate.messages) > settings.max_history_chars) return "history_too_long";
  const { countTokens } = gauges;
  if (settings.max_history_tokens > 0 && countTokens !== null) {
    const tokens = candidate.messages.reduce(
      (sum, message) => sum + countTokens(searchableText(message)),
      0,
    );
    if (tokens > settings.max_history_tokens) return "history_too_many_tokens";
  }
  if (settings.reference === "protocol" && !checkAnswer(referenceSaid(candidate), candidate).ok)
    return "reference_form";
  if (settings.drop_loops && isLoop(candidate)) return "loop";
  return null;
}

/** What the pull request decides; null: nothing against it. */
export function refuseByPullRequest(
  pr: PullRequest | null,
  settings: SampleSettings,
  gauges: Pick<Gauges, "heldOutGrams"> = {},
): DropReason | null {
  if (pr === null) return "no_pr";
  if (pullRequestChars(pr) > settings.max_pr_chars) return "pr_too_large";
  const language = pr.language?.toLowerCase() ?? "";
  if (
    settings.languages.length > 0 &&
    !settings.languages.some((l) => l.toLowerCase() === language)
  )
    return "language";
  const shared = gauges.heldOutGrams?.(pr) ?? 0;
  if (shared >= settings.held_out_min) return "held_out_overlap";
  return null;
}

export type Selection = {
  /** Whether its instance or repository has its share already; once true it stays true. */
  readonly isFull: (of: Pick<RowNames, "instance_id" | "repo">, row: number) => DropReason | null;
  /** Whether it is the same, or nearly the same, as a turn kept before. */
  readonly refuse: (candidate: Candidate, row: number) => DropReason | null;
  /** Counts the candidate among the kept ones. */
  readonly keep: (candidate: Candidate, row: number) => void;
};

/**
 * What shares are counted in. "runs": a run that is begun is kept whole, and its turns are no near
 * duplicates of one another. "none": ready turns, which are not drawn, and so have no share of a draw.
 */
export type Shares = "turns" | "runs" | "none";

/** `row`: the number of the row that a turn is of. */
export function createSelection(settings: SampleSettings, shares: Shares): Selection {
  const seen = new Map<string, Candidate[]>();
  const perInstance = new Map<string, number>();
  const perRepo = new Map<string, number>();
  const near = createNearDuplicates(settings.near_duplicate);
  const isUsedUp = (counts: Map<string, number>, key: string, limit: number): boolean =>
    shares !== "none" && limit > 0 && (counts.get(key) ?? 0) >= limit;
  let lastRow = -1;
  // The turns of a run are drawn one behind the other.
  const isBegun = (row: number): boolean => shares === "runs" && row === lastRow;
  return {
    isFull(of, row) {
      if (isBegun(row)) return null;
      if (isUsedUp(perInstance, of.instance_id, settings.max_per_instance)) return "instance_full";
      return isUsedUp(perRepo, of.repo, settings.max_per_repo) ? "repo_full" : null;
    },
    refuse(candidate, row) {
      const alike = seen.get(referenceOf(candidate)) ?? [];
      if (alike.some((other) => hasSameHistory(candidate, other))) return "duplicate";
      return !isBegun(row) && near.isNear(candidate.messages) ? "near_duplicate" : null;
    },
    keep(candidate, row) {
      const reference = referenceOf(candidate);
      seen.set(reference, [...(seen.get(reference) ?? []), candidate]);
      near.add(candidate.messages);
      if (isBegun(row)) return;
      lastRow = row;
      perInstance.set(candidate.instance_id, (perInstance.get(candidate.instance_id) ?? 0) + 1);
      perRepo.set(candidate.repo, (perRepo.get(candidate.repo) ?? 0) + 1);
    },
  };
}

export function promptOf(candidate: Candidate): Prompt {
  return {
    schema: SCHEMA,
    instance_id: candidate.instance_id,
    repo: candidate.repo,
    turn: candidate.turn,
    messages: [...candidate.messages],
    assistant: candidate.assistant,
    ...(candidate.assistant_message === undefined
      ? {}
      : { assistant_message: candidate.assistant_message }),
    ...(candidate.tools === undefined || candidate.tools_from === undefined
      ? {}
      : { tools: [...candidate.tools], tools_from: candidate.tools_from }),
    protocol: candidate.protocol,
    ...(candidate.run === undefined ? {} : { run: candidate.run }),
    ...(candidate.run_label === undefined ? {} : { run_label: candidate.run_label }),
    origin: candidate.origin,
  };
}

// ---------------------------------------------------------------------------------------------

/** What two turns that are the same have in common for sure; their histories are compared in full. */
function referenceOf(candidate: Candidate): string {
  return `${candidate.instance_id}\n${candidate.assistant}`;
}

/** Content, not place: 100 rollouts share an instance, and a data set may hold a row twice. */
function hasSameHistory(a: Candidate, b: Candidate): boolean {
  return (
    a.messages.length === b.messages.length &&
    a.messages.every((message, n) => {
      const other = b.messages[n];
      return (
        message.role === other?.role &&
        message.content === other.content &&
        hasSameCalls(message, other)
      );
    })
  );
}

const hasSameCalls = (a: Message, b: Message): boolean =>
  (a.tool_calls === undefined && b.tool_calls === undefined) ||
  JSON.stringify(a.tool_calls?.map(callOf)) === JSON.stringify(b.tool_calls?.map(callOf));

const callOf = ({ name, arguments: given }: ToolCall): unknown[] => [name, given];

const referenceSaid = ({ assistant, assistant_message }: Candidate): Message =>
  assistant_message ?? { role: "assistant", content: assistant };

/** What the reference runs is what the history ran, with nothing changed in between. */
function isLoop(candidate: Candidate): boolean {
  const action = actionText(referenceSaid(candidate));
  return action !== null && repetitionOf(action, candidate.messages) !== null;
}
