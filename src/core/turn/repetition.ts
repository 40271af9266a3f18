/**
 * Whether a turn only repeats what the agent has just done. Running a check again after an edit or an
 * install is work, not repetition.
 */
import type { Message, ToolCall } from "../../records/message.ts";
import { parseShell } from "../shell/parse.ts";
import type { ShellCommand } from "../shell/command.ts";
import { baseName, unwrapCommand } from "../shell/unwrap.ts";
import { shellCommandOf } from "./calls.ts";
import { commandOf } from "./form.ts";

/** Runs of one command since the last edit or install, from which one more is repetition. */
const RUNS = 3;

/**
 * Says how `command` repeats the history, or null when it does not. Commands are compared as text,
 * line ends and outer space aside.
 */
export function repetitionOf(command: string, messages: readonly Message[]): string | null {
  const wanted = plain(command);
  if (wanted === "") return null;
  const history = messages.flatMap((message) =>
    message.role === "assistant" ? [actionText(message) ?? ""] : [],
  );
  if (history.length >= 2 && history.slice(-2).every((before) => before === wanted)) {
    return "the very command of both of the last two turns";
  }
  // Cheap first: the shell is parsed only when the command was run often enough to matter.
  if (history.filter((before) => before === wanted).length < RUNS) return null;
  const since = history.slice(history.findLastIndex((before) => changesState(before)) + 1);
  const runs = since.filter((before) => before === wanted).length;
  return runs >= RUNS ? `run ${runs} times since the last edit or install` : null;
}

/**
 * What a turn does, as one text: the command of its block, or its calls, a shell's as the command alone
 * and others as name and arguments. null: it only talks.
 */
export function actionText(said: Pick<Message, "content" | "tool_calls">): string | null {
  const { content, tool_calls: calls = [] } = said;
  if (calls.length === 0) {
    const command = commandOf(content);
    return command === null ? null : plain(command);
  }
  return calls.map(callText).join("\n");
}

/** Whether a command edits files or installs something, as far as its text says. */
export function changesState(command: string): boolean {
  if (command.split("\n").some((line) => EDIT_CALL.test(line))) return true;
  const parsed = parseShell(command);
  if (!parsed.ok) return false;
  return parsed.commands.flatMap(unwrapCommand).some((inner) => isEdit(inner) || isInstall(inner));
}

// ---------------------------------------------------------------------------------------------

const plain = (command: string): string => command.replaceAll("\r\n", "\n").trim();

function callText(call: ToolCall): string {
  const command = shellCommandOf(call);
  return command === null ? `${call.name} ${JSON.stringify(call.arguments)}` : plain(command);
}

/** A call, as `callText` writes it, of a tool whose name says that it changes files. */
const EDIT_CALL =
  /^(?=\S{0,80}(?:edit|write|create|insert|replace|patch|delete|undo|rename|move|save))[A-Za-z][\w.-]{0,80} (?!.{0,40}"command":"view")\{"/i;

function isEdit({ program, args, redirects }: ShellCommand): boolean {
  const name = baseName(program);
  return (
    EDITORS.has(name) ||
    redirects.some(({ op, target }) => op.includes(">") && !isSink(target)) ||
    (IN_PLACE.has(name) && args.some(isInPlace)) ||
    (name === "git" && args.some((arg) => GIT_CHANGES.has(arg))) ||
    (INTERPRETER.test(name) && args.some(writesFiles))
  );
}

function isInstall({ program, args }: ShellCommand): boolean {
  const name = baseName(program);
  if (name === "make" || name === "cmake") return true;
  const isManager =
    MANAGERS.has(name) ||
    (INTERPRETER.test(name) && args.some((arg) => arg === "pip" || arg.endsWith("setup.py")));
  return isManager && args.some((arg) => INSTALLS.has(arg));
}

const EDITORS: ReadonlySet<string> = new Set(
  "tee patch apply_patch mv cp rm mkdir touch ln chmod dd truncate unzip str_replace_editor create edit insert".split(
    " ",
  ),
);
const IN_PLACE: ReadonlySet<string> = new Set(["sed", "perl", "ruby", "gawk"]);
const isInPlace = (arg: string): boolean =>
  arg.startsWith("--in-place") || /^-[A-Za-z0-9.]{0,8}i/.test(arg);
const GIT_CHANGES: ReadonlySet<string> = new Set(
  "apply checkout restore stash reset revert merge pull switch cherry-pick am clean".split(" "),
);
const MANAGERS: ReadonlySet<string> = new Set(
  "pip pip3 pipx uv poetry pdm conda mamba npm pnpm yarn bun npx apt apt-get apk brew dnf yum cargo go gem bundle composer mvn gradle dotnet".split(
    " ",
  ),
);
const INSTALLS: ReadonlySet<string> = new Set(
  "install i add ci get develop build build_ext update upgrade sync uninstall remove restore".split(
    " ",
  ),
);
const INTERPRETER = /^(?:python|node|ruby|perl|php)[0-9.]{0,6}$/;
const writesFiles = (arg: string): boolean =>
  arg.includes(".write") || arg.includes("writeFile") || arg.includes("write_text");
const isSink = (target: string): boolean =>
  target.startsWith("/dev/") || /^[&]?(?:\d+|-)$/.test(target);
