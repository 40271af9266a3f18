/**
 * Right answers for real logs beside what a reader gave: turns found, missed and invented, and the first
 * message that differs, so that a table of agents says how well each is read.
 */
import { readFile } from "node:fs/promises";
import { isTurn, type Run, type RunMessage } from "../../src/core/formats/run.ts";

export type ExpectedMessage = {
  readonly role: string;
  readonly content: string;
  readonly content_also?: readonly string[];
  readonly reasoning?: string;
  readonly tool_calls?: readonly { id: string; name: string; arguments: unknown }[];
  readonly tool_call_id?: string;
  readonly learn?: boolean;
};

export type ExpectedRun = {
  readonly file: string;
  readonly id?: string;
  readonly id_also?: readonly string[];
  readonly parent?: string | null;
  readonly kind?: string;
  readonly part?: number;
  readonly history?: number;
  readonly verdict?: boolean;
  readonly messages: readonly ExpectedMessage[];
  readonly marks?: Readonly<Record<string, readonly string[]>>;
};

export type Compared = {
  /** Turns of the answer, and those of them that were given. */
  readonly expected: number;
  readonly found: number;
  /** Turns given, and those of them that are in the answer. */
  readonly given: number;
  readonly right: number;
  readonly differences: readonly string[];
};

/** Both shapes that the answers come in. */
export async function expectedRuns(path: string): Promise<readonly ExpectedRun[]> {
  const answer = JSON.parse(await readFile(path, "utf8")) as {
    runs?: ExpectedRun[];
    files?: Record<string, Omit<ExpectedRun, "file">[]>;
  };
  if (answer.runs !== undefined) return answer.runs;
  return Object.entries(answer.files ?? {}).flatMap(([file, runs]) =>
    runs.map((run) => ({ ...run, file })),
  );
}

/** `runs`: of one file. */
export function compareRuns(expected: readonly ExpectedRun[], runs: readonly Run[]): Compared {
  const differences: string[] = [];
  const left = [...runs];
  let found = 0;
  let wanted = 0;
  for (const answer of expected) {
    wanted += answer.messages.filter((_, at) => isExpectedTurn(answer, at)).length;
    const at = left.findIndex((run) => isSameRun(answer, run));
    const run = left[at];
    const name = `${answer.file} ${answer.id ?? ""} part ${answer.part ?? 1}`;
    if (run === undefined) {
      differences.push(`${name}: no such run`);
      continue;
    }
    left.splice(at, 1);
    found += foundTurns(answer, run);
    differences.push(...differencesOf(answer, run).map((text) => `${name}: ${text}`));
  }
  differences.push(...left.map((run) => `a run too many: ${run.id ?? ""} part ${run.part ?? 1}`));
  const given = runs.flatMap((run) => run.messages.filter((_, at) => isTurn(run, at))).length;
  return { expected: wanted, found, given, right: found, differences };
}

// ---------------------------------------------------------------------------------------------

const NO_TURN = ["aborted", "synthetic", "summary"];

function isExpectedTurn(answer: ExpectedRun, at: number): boolean {
  const message = answer.messages[at];
  if (message?.role !== "assistant" || at < (answer.history ?? 0)) return false;
  if (message.learn === false || hasLostArguments(message)) return false;
  return !(answer.marks?.[at] ?? []).some((mark) => NO_TURN.includes(mark));
}

/** The answers show such calls; what the model wrote is lost, so that nobody can learn from it. */
function hasLostArguments(message: ExpectedMessage): boolean {
  return (message.tool_calls ?? []).some(
    ({ arguments: args }) =>
      typeof args === "object" && args !== null && "_openhands_malformed_tool_call" in args,
  );
}

function isSameRun(answer: ExpectedRun, run: Run): boolean {
  if (answer.part !== undefined && answer.part !== run.part) return false;
  const ids = [answer.id, ...(answer.id_also ?? [])];
  return answer.id === undefined || ids.includes(run.id ?? "");
}

function foundTurns(answer: ExpectedRun, run: Run): number {
  return answer.messages.filter((message, at) => {
    const own = run.messages[at];
    return (
      isExpectedTurn(answer, at) &&
      own !== undefined &&
      isTurn(run, at) &&
      keyOf(own) === keyOf(message)
    );
  }).length;
}

function keyOf(message: ExpectedMessage | RunMessage): string {
  return JSON.stringify([message.content, message.reasoning ?? "", message.tool_calls ?? []]);
}

function differencesOf(answer: ExpectedRun, run: Run): string[] {
  const found: string[] = [];
  const say = (what: string, want: unknown, got: unknown): void => {
    if (JSON.stringify(want) !== JSON.stringify(got)) {
      found.push(`${what} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
    }
  };
  if (answer.history !== undefined) say("history", answer.history, run.history);
  if (answer.kind !== undefined) say("kind", answer.kind, run.kind);
  if (answer.parent !== undefined) say("parent", answer.parent, run.parent ?? null);
  if (answer.verdict !== undefined) {
    say("verdict", answer.verdict ? "success" : "failure", run.verdict);
  }
  say("messages", answer.messages.length, run.messages.length);
  for (const [at, message] of answer.messages.entries()) {
    const own = run.messages[at];
    if (own === undefined) break;
    // A record knows four roles.
    say(`role ${at}`, message.role === "developer" ? "system" : message.role, own.role);
    const contents = [message.content, ...(message.content_also ?? [])];
    if (!contents.includes(own.content)) say(`content ${at}`, message.content, own.content);
    say(`reasoning ${at}`, message.reasoning, own.reasoning);
    say(`calls ${at}`, message.tool_calls, own.tool_calls);
    say(`call id ${at}`, message.tool_call_id, own.tool_call_id);
    if (answer.marks !== undefined) say(`marks ${at}`, answer.marks[at], run.marks.get(at));
    if (message.role === "assistant") {
      say(`turn ${at}`, isExpectedTurn(answer, at), isTurn(run, at));
    }
  }
  return found;
}
