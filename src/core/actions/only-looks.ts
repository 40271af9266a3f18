/**
 * The guard of read-only agents: whether a shell script or a tool call is known to only look. It is no
 * sandbox: what a program does with its own configuration is out of its sight. Where the classifier
 * guesses, this one refuses: what is not in its tables does not pass.
 */
import { programsOfExpansions } from "../shell/expansions.ts";
import { parseShell } from "../shell/parse.ts";
import type { ShellCommand } from "../shell/command.ts";
import { baseName } from "../shell/unwrap.ts";
import { FREE, refusedArguments } from "./looking-programs.ts";
import { actsOf } from "./acts.ts";
import { toolKind } from "./tool-kind.ts";
import { plainName } from "./tool-names.ts";

/** null: it only looks; else why that is not known, in words for the agent. */
export function refusalOf(script: string, depth = 0): string | null {
  if (depth > DEEPEST) return "scripts inside scripts are nested too deeply";
  const parsed = parseShell(script);
  if (!parsed.ok) return `it is not readable as shell: ${parsed.message}`;
  const expanding = programsOfExpansions(script);
  if (expanding === null) return "the name of a program, or what is calculated, is not written out";
  for (const program of expanding) {
    if (!FREE.has(plainProgram(program)))
      return `${program} is given words that the shell fills in ($x, $(...), {a,b}, *); quote them or write them out`;
  }
  for (const command of parsed.commands) {
    const why = refusedCommand(command, depth);
    if (why !== null) return why;
  }
  return null;
}

/** The same for a tool call in any of the agents' forms: `{tool_name, tool_input}`, `{name, arguments}`. */
export function refusalOfCall(call: Readonly<Record<string, unknown>>): string | null {
  const name = call["tool_name"] ?? call["name"];
  const inner = call["function"];
  const given =
    typeof name === "string"
      ? { name, arguments: call["tool_input"] ?? call["arguments"] ?? call["input"] ?? {} }
      : inner;
  const acts = actsOf(null, [given]);
  if (acts.length === 0) return "it is no call of a tool that can be read";
  for (const act of acts) {
    const why = act.kind === "shell" ? refusalOf(act.script) : refusedTool(act.name, act.args);
    if (why !== null) return why;
  }
  return null;
}

// ---------------------------------------------------------------------------------------------

const DEEPEST = 4;

/** Tools that change nothing but the agent's own notes, or end the run. */
const HARMLESS =
  /^(think|thinking|todo_?write|todo_?read|write_todos|update_plan|task_tracker|submit|finish|final_answer|attempt_completion|complete_task|task_complete|mark_task_complete|exit_plan_mode|enter_plan_mode|ask_user|ask_user_question|ask_followup_question|question|request_user_input)$/;

function refusedTool(name: string, args: Readonly<Record<string, unknown>>): string | null {
  const refusal = `${name} is not known to only look`;
  // A server of tools may call anything "read_file".
  if (/__|[.:/]/.test(name.replace(/^functions\./, ""))) return refusal;
  const plain = plainName(name);
  if (HARMLESS.test(plain)) return null;
  if (plain === "lsp" || plain === "tool_call") return refusal;
  const isNamed = KNOWN_LOOKERS.test(plain) || /editor|edit_tool/.test(plain);
  const kind = toolKind(name, args);
  return isNamed && (kind === "read" || kind === "search") ? null : refusal;
}

const KNOWN_LOOKERS =
  /^(read|view|open|goto|scroll_up|scroll_down|cat|grep|glob|find|ls|list|filemap|lsp|web_?search|web_?fetch|fetch_url|codesearch|directory_tree|(read|view|open|list|find|search|get|grep|file|codebase|semantic|notebook|google_web)_[a-z_]+)$/;

const plainProgram = (program: string): string =>
  /^\/(usr\/)?(local\/)?bin\//.test(program) ? baseName(program) : program;

function refusedCommand(command: ShellCommand, depth: number): string | null {
  for (const { op, target } of command.redirects) {
    if (op.startsWith("<") && op !== "<>") continue;
    if (target === "/dev/null" || (/^[<>]&$/.test(op) && /^(\d+|-)$/.test(target))) continue;
    return `it writes to ${target}`;
  }
  const assigned = command.assigns.find((assign) => !OWN_VARIABLE.test(assign));
  if (assigned !== undefined) return `it sets ${assigned.split("=")[0] ?? ""}`;
  return refusedProgram(command, depth);
}

/** Variables of the script's own, and those that change how text looks alone. */
const OWN_VARIABLE = /^(?:[a-z]\w*|LC_[A-Z]+|LANG|TZ|COLUMNS|NO_COLOR)\+?=/;

function refusedProgram({ program, args }: ShellCommand, depth: number): string | null {
  const name = plainProgram(program);
  if (name === "" || FREE.has(name)) return null;
  const wrapped = WRAPPERS[name]?.(args);
  if (wrapped !== undefined) {
    if (wrapped === null) return `${name} is given options that are not known to only look`;
    const [inner = "", ...rest] = wrapped;
    if (inner === "") return null;
    const isFed = name === "xargs";
    if (isFed && !FREE.has(plainProgram(inner)))
      return `${inner} gets its arguments from ${name}, and some of them may change files`;
    return refusedProgram(
      {
        program: inner,
        args: rest,
        redirects: [],
        heredocs: [],
        assigns: [],
        piped: false,
        substituted: false,
      },
      depth + 1,
    );
  }
  if (/^(ba|da|z|k)?sh$/.test(name)) {
    const [option = "", script] = args;
    return /^-[elux]*c$/.test(option) && script !== undefined
      ? refusalOf(script, depth + 1)
      : `${name} runs what is not seen here`;
  }
  return refusedArguments(name, args);
}

/** Words behind the wrapper; [] where it wraps nothing; null where its own options are not known. */
const WRAPPERS: Readonly<Record<string, (args: readonly string[]) => readonly string[] | null>> = {
  timeout: (args) =>
    behind(args, /^(--foreground|-v|--verbose|--preserve-status)$/, /^(-k|-s)$/, 1),
  nice: (args) => behind(args, /^-\d+$/, /^-n$/, 0),
  time: (args) => behind(args, /^-[pv]$/, /^$/, 0),
  stdbuf: (args) => behind(args, /^-[ioe][0-9LKMG]+$/, /^$/, 0),
  env: (args) => (args.length === 0 ? [] : null),
  xargs: (args) =>
    behind(args, /^(-0|-r|-t|--null|--no-run-if-empty|-[nPLI].+|-d.+)$/, /^(-[nPLIds])$/, 0),
};

function behind(
  args: readonly string[],
  plain: RegExp,
  valued: RegExp,
  operands: number,
): readonly string[] | null {
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (valued.test(arg)) at++;
    else if (!plain.test(arg)) {
      if (arg.startsWith("-")) return null;
      break;
    }
  }
  return args.slice(at + operands);
}
