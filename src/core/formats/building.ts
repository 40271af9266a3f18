/**
 * Building runs from a log read in order. The rules that all agents share are here: a result belongs to
 * the last call with its id and is kept once (or as often as one reply uses the id); a compaction begins
 * a part whose first messages are what the model then saw; a call that was never answered was stopped;
 * what was copied from another run is history; a part in which nobody answers is none.
 */
import type { Mark, Reading, Run, RunCall, RunMessage, RunTool } from "./run.ts";

/** A message while its log is read: an agent may write one reply in many lines. */
export type Draft = {
  readonly role: RunMessage["role"];
  /** Joined by line breaks. */
  readonly texts: string[];
  readonly reasoning: string[];
  readonly calls: RunCall[];
  readonly callId?: string;
  readonly name?: string;
  readonly marks: Set<Mark>;
  notTurn: boolean;
  copied: boolean;
};

export type RunHead = Pick<Run, "id" | "format"> & {
  readonly [Key in "kind" | "version" | "parent" | "cwd" | "repo"]?: Run[Key] | undefined;
};

export type DraftParts = {
  readonly text?: string | undefined;
  readonly reasoning?: string | undefined;
  readonly calls?: readonly RunCall[];
  readonly marks?: readonly Mark[];
  readonly notTurn?: boolean;
  readonly copied?: boolean | undefined;
  readonly name?: string | undefined;
};

export type ResultParts = {
  readonly id: string;
  readonly text: string;
  readonly isError?: boolean;
  /** A call may have several answers in this format. */
  readonly isMore?: boolean;
  readonly copied?: boolean | undefined;
  readonly name?: string | undefined;
};

export type RunBuilder = {
  say(role: RunMessage["role"], parts: DraftParts): Draft;
  /** null: there is no such call, or it was answered before; counted. */
  result(parts: ResultParts): Draft | null;
  /** Ends the part; `history` is what the model saw next. The drafts are copied. */
  beginPart(history: readonly Draft[]): void;
  remove(draft: Draft): void;
  readonly drop: (reason: string, count?: number) => void;
  /** Of the part that is being built. */
  readonly drafts: readonly Draft[];
  /** Its first so many drafts are history. */
  readonly history: number;
  readonly last: Draft | undefined;
  hasResult(id: string): boolean;
  finish(head: RunHead, more?: FinishMore): Reading;
};

export type FinishMore = {
  readonly tools?: readonly RunTool[];
  /** Added to every run. */
  readonly facts?: Partial<Pick<Run, "verdict" | "instance_id" | "exit_status">>;
};

export type BuilderOptions = {
  readonly unanswered: "stopped" | "said";
  /** A session log: parts are numbered also where there is one alone. */
  readonly parts: boolean;
};

/**
 * `unanswered`: what a call without a result is: "stopped" where the agent always writes one, so that
 * the turn was cut short, or "said" where a harness may end without.
 */
export function createRunBuilder(options: BuilderOptions): RunBuilder {
  const closed: Part[] = [];
  const drops = new Map<string, number>();
  let part: Part = { drafts: [], history: 0 };
  let calls = new Map<string, Call>();

  const drop = (reason: string, count = 1): void => {
    if (count > 0) drops.set(reason, (drops.get(reason) ?? 0) + count);
  };
  const say = (role: RunMessage["role"], parts: DraftParts): Draft => {
    const draft = draftOf(role, parts);
    part.drafts.push(draft);
    return draft;
  };
  const callOf = (id: string): Call | undefined => {
    const known = calls.get(id);
    if (known !== undefined && waits(known, id)) return known;
    // Calls are added to a reply as its lines come in, so they are looked up when they are wanted.
    for (const draft of part.drafts.toReversed()) {
      if (draft === known?.draft) break;
      if (!draft.calls.some((call) => call.id === id)) continue;
      const found = { draft, answers: 0 };
      calls.set(id, found);
      return found;
    }
    return known;
  };

  return {
    say,
    drop,
    result(parts) {
      const call = callOf(parts.id);
      if (call === undefined || (!waits(call, parts.id) && parts.isMore !== true)) {
        drop(call === undefined ? "result_without_call" : "result_twice");
        return null;
      }
      call.answers++;
      const draft = draftOf("tool", {
        text: parts.text,
        marks: parts.isError === true ? ["error"] : [],
        copied: parts.copied,
        name: parts.name,
      });
      const answer = { ...draft, callId: parts.id };
      part.drafts.push(answer);
      return answer;
    },
    beginPart(history) {
      closed.push(part);
      part = { drafts: history.map(copyOf), history: history.length };
      calls = new Map();
      for (const draft of part.drafts) {
        if (draft.callId === undefined) continue;
        const call = callOf(draft.callId);
        if (call !== undefined) call.answers++;
      }
    },
    remove(draft) {
      const at = part.drafts.indexOf(draft);
      if (at < 0) return;
      part.drafts.splice(at, 1);
      if (at < part.history) part.history--;
      calls = new Map([...calls].filter(([, call]) => call.draft !== draft));
    },
    get drafts() {
      return part.drafts;
    },
    get history() {
      return part.history;
    },
    get last() {
      return part.drafts.at(-1);
    },
    hasResult: (id) => part.drafts.some((draft) => draft.callId === id),
    finish(head, more = {}) {
      const built = [...closed, part].flatMap((one) => builtPart(one, options) ?? []);
      const counts = Object.fromEntries(drops);
      const runs = built.map((one, index) => ({
        ...definedOf(head),
        ...(options.parts || built.length > 1 ? { part: index + 1 } : {}),
        ...one,
        ...(more.tools === undefined || more.tools.length === 0 ? {} : { tools: more.tools }),
        ...more.facts,
        drops: index === 0 ? counts : {},
      }));
      return { runs, drops: runs.length === 0 ? counts : {} };
    },
  };
}

// ---------------------------------------------------------------------------------------------

type Part = { readonly drafts: Draft[]; history: number };
/** Calls of one reply that share an id are one, with so many answers. */
type Call = { readonly draft: Draft; answers: number };

const waits = ({ draft, answers }: Call, id: string): boolean =>
  answers === 0 || draft.calls.filter((call) => call.id === id).length > answers;

export function draftOf(role: RunMessage["role"], parts: DraftParts): Draft {
  const { text, reasoning, name } = parts;
  return {
    role,
    texts: text === undefined || text === "" ? [] : [text],
    reasoning: reasoning === undefined || reasoning === "" ? [] : [reasoning],
    calls: [...(parts.calls ?? [])],
    ...(name === undefined ? {} : { name }),
    marks: new Set(parts.marks),
    notTurn: parts.notTurn ?? false,
    copied: parts.copied ?? false,
  };
}

function copyOf(draft: Draft): Draft {
  return {
    ...draft,
    texts: [...draft.texts],
    reasoning: [...draft.reasoning],
    calls: [...draft.calls],
    marks: new Set(draft.marks),
  };
}

/** null: nobody answers after the history. */
function builtPart(
  part: Part,
  { unanswered, parts: numbered }: BuilderOptions,
): Pick<Run, "history" | "messages" | "marks" | "notTurns"> | null {
  const drafts = numbered ? part.drafts.filter(isSaid) : part.drafts;
  const before = part.drafts
    .slice(0, part.history)
    .filter((draft) => drafts.includes(draft)).length;
  const history = Math.max(before, copiedEnd(drafts));
  if (!drafts.slice(history).some((draft) => draft.role === "assistant")) return null;
  const answered = new Set(drafts.flatMap((draft) => draft.callId ?? []));
  const marks = new Map<number, readonly Mark[]>();
  const notTurns = new Set<number>();
  for (const [at, draft] of drafts.entries()) {
    const wasStopped =
      unanswered === "stopped" && draft.calls.some((call) => !answered.has(call.id));
    if (wasStopped && at >= history) draft.marks.add("aborted");
    if (draft.marks.size > 0) marks.set(at, [...draft.marks]);
    if (draft.role !== "assistant" || at < history) continue;
    if (
      draft.notTurn ||
      wasStopped ||
      isThoughtAlone(draft) ||
      NO_TURN.some((mark) => draft.marks.has(mark))
    ) {
      notTurns.add(at);
    }
  }
  return { history, messages: drafts.map(messageOf), marks, notTurns };
}

/** A session log begins a reply with its reasoning; where nothing came of it, nobody said anything. */
function isSaid(draft: Draft): boolean {
  const { role, texts, calls, reasoning } = draft;
  return role !== "assistant" || texts.length + calls.length + reasoning.length > 0;
}

const isThoughtAlone = ({ texts, calls }: Draft): boolean => texts.length + calls.length === 0;

const NO_TURN: readonly Mark[] = ["aborted", "synthetic", "summary"];

/** Everything up to the last copied message is the other run's, with the results of its calls. */
function copiedEnd(drafts: readonly Draft[]): number {
  let end = drafts.findLastIndex((draft) => draft.copied) + 1;
  if (end === 0) return 0;
  while (drafts[end]?.role === "tool") end++;
  return end;
}

function messageOf(draft: Draft): RunMessage {
  const reasoning = draft.reasoning.join("\n");
  return {
    role: draft.role,
    content: draft.texts.join("\n"),
    ...(reasoning === "" ? {} : { reasoning }),
    ...(draft.calls.length === 0 ? {} : { tool_calls: draft.calls }),
    ...(draft.callId === undefined ? {} : { tool_call_id: draft.callId }),
    ...(draft.name === undefined ? {} : { name: draft.name }),
  };
}

/** Keys without a value are left out. */
function definedOf({
  id,
  format,
  kind,
  version,
  parent,
  cwd,
  repo,
}: RunHead): Omit<Run, "history" | "messages" | "marks" | "notTurns" | "drops"> {
  return {
    id,
    format,
    ...(version === undefined ? {} : { version }),
    ...(parent === undefined ? {} : { parent }),
    ...(kind === undefined ? {} : { kind }),
    ...(repo === undefined ? {} : { repo }),
    ...(cwd === undefined ? {} : { cwd }),
  };
}
