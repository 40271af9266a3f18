/** What a shell script does as a whole, from its syntax tree. */
import { parseShell } from "../shell/parse.ts";
import { baseName } from "../shell/unwrap.ts";
import type { Kind } from "./act-kind.ts";
import type { FedCommand } from "./interpreter-kind.ts";
import { isInPlace } from "./filter-kind.ts";
import { gitKind } from "./git-kind.ts";
import { expanded } from "./pipeline.ts";
import { isFileWrite, programKind } from "./program-kind.ts";
import { ENDERS, INTERPRETERS, READERS, SEARCHERS, VERIFIERS, WRITERS } from "./programs.ts";

export type ShellSummary = {
  readonly kind: Kind;
  /** The script also writes a file (a here-document into a test that is then run, say). */
  readonly writes: boolean;
};

/** What a script does. Text that is no valid shell is judged by its first word. */
export function shellKind(script: string): ShellSummary {
  const known = seen.get(script);
  if (known !== undefined) return known;
  const summary = judged(script);
  if (script.length <= LONGEST_KEPT) {
    if (seen.size >= MOST_KEPT) seen.clear();
    seen.set(script, summary);
  }
  return summary;
}

// ---------------------------------------------------------------------------------------------

/** Agents repeat themselves: the same text is judged once. It is emptied when it is full. */
const seen = new Map<string, ShellSummary>();
const MOST_KEPT = 5000;
const LONGEST_KEPT = 2000;

function judged(script: string): ShellSummary {
  const parsed = parseShell(script);
  if (!parsed.ok) return { kind: firstWordKind(script), writes: false };
  const commands = expanded(parsed.commands);
  const bodies = writtenBodies(commands);
  const judge = (command: FedCommand): Judged => ({
    kind: commandKind(command, bodies),
    piped: command.piped,
  });
  const outer = commands.filter((command) => !command.substituted).map(judge);
  const inner = commands.filter((command) => command.substituted).map(judge);
  return {
    kind: withInner(decide(outer), decide(inner)),
    writes: outer.some(({ kind }) => kind === "write"),
  };
}

type Judged = { readonly kind: Kind; readonly piped: boolean };

/** The strongest thing done decides; between looking and reading, a filter behind a pipe does. */
function decide(kinds: readonly Judged[]): Kind {
  const has = (kind: Kind): boolean => kinds.some((one) => one.kind === kind);
  for (const kind of ["final", "blocked", "verify"] as const) if (has(kind)) return kind;
  if (has("write")) return "write";
  if (has("run")) return "run";
  if (has("call")) return "call";
  // `cat f | grep x` looks for x; `grep -n x f; sed -n 1,9p f` ends up reading.
  if (kinds.some((one) => one.kind === "search" && one.piped)) return "search";
  if (has("read")) return "read";
  return has("search") ? "search" : "none";
}

/** What is done inside `$( )` counts where the command around it only shows or says something. */
function withInner(outer: Kind, inner: Kind): Kind {
  if (outer === "none") return inner;
  const isLook = outer === "read" || outer === "search";
  return isLook && (inner === "verify" || inner === "write") ? inner : outer;
}

/** Submission markers of mini-swe-agent, versions 1 and 2. */
const MARKERS = ["COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT", "MINI_SWE_AGENT_FINAL_OUTPUT"];

function commandKind(command: FedCommand, bodies: ReadonlyMap<string, string>): Kind {
  const name = baseName(command.program);
  const { args } = command;
  if ((name === "echo" || name === "printf") && MARKERS.some((mark) => args[0]?.includes(mark))) {
    return "final";
  }
  const plain = programKind(command, bodies);
  if (plain === "verify" || plain === "final" || plain === "blocked") return plain;
  if (command.redirects.some(isFileWrite)) return "write";
  // `while read l; do echo $l; done < f`, `mapfile -t a < f`
  return plain === "none" && command.redirects.some(({ op }) => op === "<") ? "read" : plain;
}

/** The bodies of here-documents by the file they go to, so that a script written here is known. */
function writtenBodies(commands: readonly FedCommand[]): ReadonlyMap<string, string> {
  const bodies = new Map<string, string>();
  for (const { redirects, stdin, args, program } of commands) {
    if (stdin === undefined) continue;
    const target =
      redirects.find(isFileWrite)?.target ??
      (baseName(program) === "tee" ? args.at(-1) : undefined);
    if (target !== undefined) bodies.set(baseName(target), stdin);
  }
  return bodies;
}

/** For text that is no shell: SWE-agent's `edit 1:3` with lines of code below it. */
function firstWordKind(script: string): Kind {
  const [first = ""] = script.trimStart().split("\n", 1);
  const line = first.slice(0, 2000).replace(/^cd\s+\S+\s*(&&|;)\s*/, "");
  const word = baseName(line.split(/\s/, 1)[0] ?? "");
  if (ENDERS.has(word)) return "final";
  if (WRITERS.has(word) || /<<-?\s*\S+\s*>|>\s*\S+\s*<</.test(line)) return "write";
  if (READERS.has(word)) return isInPlace(word, line.split(/\s+/)) ? "write" : "read";
  if (SEARCHERS.has(word)) return "search";
  if (word === "git") return gitKind(line.split(/\s+/).slice(1));
  if (VERIFIERS.has(word) || INTERPRETERS.has(word)) return "verify";
  return "call";
}
