/** What a shell script does as a whole, from its syntax tree. */
import { parseShell } from "../shell/parse.ts";
import type { ShellCommand } from "../shell/command.ts";
import { baseName, unwrapCommand } from "../shell/unwrap.ts";
import type { Kind } from "./act-kind.ts";
import { pythonKind, scriptKind } from "./script-kind.ts";
import {
  ENDERS,
  GIT_READS,
  GIT_SEARCHES,
  GIT_WRITES,
  GIVERS_UP,
  INTERPRETERS,
  PREPARERS,
  READERS,
  SEARCHERS,
  VERIFIERS,
  WRITERS,
} from "./programs.ts";

export type ShellSummary = {
  readonly kind: Kind;
  /** The script also writes a file (a here-document into a test that is then run, say). */
  readonly writes: boolean;
};

/** What a script does. Text that is no valid shell is judged by its first word. */
export function shellKind(script: string): ShellSummary {
  const parsed = parseShell(script);
  if (!parsed.ok) return { kind: firstWordKind(script), writes: false };
  const commands = parsed.commands.flatMap((command) => {
    const inner = unwrapCommand(command);
    // What xargs feeds arrives as arguments, not through the pipe.
    return baseName(command.program) === "xargs"
      ? inner.map((one) => ({ ...one, piped: false }))
      : inner;
  });
  const bodies = writtenBodies(commands);
  const outer = commands.filter((command) => !command.substituted);
  const kinds = (outer.length > 0 ? outer : commands).map((command) => ({
    kind: commandKind(command, bodies),
    piped: command.piped,
  }));
  return {
    kind: decide(kinds),
    writes: kinds.some(({ kind }) => kind === "write"),
  };
}

// ---------------------------------------------------------------------------------------------

/** The strongest thing done decides; between looking and reading, a filter behind a pipe does. */
function decide(kinds: readonly { kind: Kind; piped: boolean }[]): Kind {
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

/** Submission markers of mini-swe-agent, versions 1 and 2. */
const MARKERS = ["COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT", "MINI_SWE_AGENT_FINAL_OUTPUT"];

function commandKind(command: ShellCommand, bodies: ReadonlyMap<string, string>): Kind {
  const name = baseName(command.program);
  const { args } = command;
  if ((name === "echo" || name === "printf") && MARKERS.some((mark) => args[0]?.includes(mark))) {
    return "final";
  }
  const plain = programKind(name, command, bodies);
  if (plain === "verify" || plain === "final" || plain === "blocked") return plain;
  return command.redirects.some(isFileWrite) ? "write" : plain;
}

function programKind(
  name: string,
  command: ShellCommand,
  bodies: ReadonlyMap<string, string>,
): Kind {
  const { args } = command;
  if (ENDERS.has(name)) return "final";
  if (GIVERS_UP.has(name)) return "blocked";
  if (name === "git") return gitKind(args);
  if (name === "find" || name === "fd") return findKind(args);
  if (name === "str_replace_editor" || name === "str_replace_based_edit_tool") {
    return args[0] === "view" ? "read" : "write";
  }
  if (/^(pip|pip3|npm|yarn|pnpm|poetry|uv|conda|gem|bundle|composer)$/.test(name)) {
    return packageKind(args);
  }
  // Fetches a program and runs it: the program decides.
  if (/^(npx|bunx|uvx|pipx)$/.test(name)) {
    const rest = args.slice(args.findIndex((arg) => !arg.startsWith("-") && arg !== "run"));
    return programKind(baseName(rest[0] ?? ""), { ...command, args: rest.slice(1) }, bodies);
  }
  if (INTERPRETERS.has(name)) return interpreterKind(name, command, bodies);
  if (PREPARERS.has(name) || name === "") return "none";
  if (isInPlace(name, args)) return "write";
  if (name === "ruff" || name === "cargo" || name === "go") return buildKind(args);
  if (name === "curl") return args.some((arg) => SENDS.test(arg)) ? "call" : "search";
  if (VERIFIERS.has(name)) return isVersionQuestion(args) ? "search" : "verify";
  if (WRITERS.has(name)) return "write";
  // A filter behind a pipe shows what another command found.
  if (READERS.has(name)) return command.piped && !hasOperand(name, args) ? "none" : "read";
  if (SEARCHERS.has(name)) return name === "wc" && command.piped ? "none" : "search";
  if (isVersionQuestion(args)) return "search";
  if (/\.(py|sh|js|ts|rb|pl|php)$/.test(name)) return scriptKind(name, bodies.get(name), args);
  const [verb = ""] = args;
  if (/^(test|lint|check|verify|validate)$/.test(verb)) return "verify";
  if (/^(fix|format|init)$/.test(verb)) return "write";
  return INSTALLERS.test(name) ? "call" : "run";
}

/** curl with a body or another verb than GET changes something out there. */
const SENDS =
  /^(-d|-F|-T|--data.*|--form.*|--json|--upload-file|POST|PUT|PATCH|DELETE|-X(POST|PUT|PATCH|DELETE))$/;

/** Known to act on the machine or the net, not to show how something behaves. */
const INSTALLERS =
  /^(apt|apt-get|apk|yum|dnf|brew|snap|wget|docker|podman|kubectl|ssh|scp|nc|ncat|telnet|systemctl|service|kill|pkill|connect_\w+|useradd|mysql|psql|redis-cli|gh|hub|aws)$/;

function gitKind(args: readonly string[]): Kind {
  const at = args.findIndex(
    (arg, index) => !arg.startsWith("-") && !/^-[Cc]$/.test(args[index - 1] ?? ""),
  );
  const verb = args[at] ?? "";
  const rest = args.slice(at + 1);
  if (verb === "stash" && (rest[0] === "list" || rest[0] === "show")) return "search";
  if (
    verb === "diff" &&
    rest.some((arg) => /^--(stat|name-only|name-status|shortstat)$/.test(arg))
  ) {
    return "search";
  }
  if (GIT_READS.has(verb)) return "read";
  if (GIT_SEARCHES.has(verb)) return "search";
  return GIT_WRITES.has(verb) ? "write" : "call";
}

/** `find ... -exec PROGRAM`: the program decides. */
function findKind(args: readonly string[]): Kind {
  if (args.includes("-delete")) return "write";
  const at = args.findIndex((arg) => /^-(exec|execdir|ok|x|X)$/.test(arg));
  const name = at < 0 ? "" : baseName(args[at + 1] ?? "");
  if (isInPlace(name, args.slice(at + 2)) || WRITERS.has(name)) return "write";
  return READERS.has(name) ? "read" : "search";
}

function isInPlace(name: string, args: readonly string[]): boolean {
  if (name === "sed") return args.some((arg) => /^(-[nErsz]*i|--in-place)/.test(arg));
  if (name === "perl" || name === "ruby")
    return args.some((arg) => /^-[a-z0]*i/.test(arg) && !arg.startsWith("-I"));
  return /^g?awk$/.test(name) && args.includes("inplace");
}

function packageKind(args: readonly string[]): Kind {
  const verb = args.find((arg) => !arg.startsWith("-")) ?? "";
  if (/^(list|show|freeze|index|search|ls|info|view|outdated|why|check)$/.test(verb))
    return "search";
  if (/^(test|t|run|lint|build|exec|start|typecheck|spec|dlx|x)$/.test(verb)) return "verify";
  return isVersionQuestion(args) ? "search" : "call";
}

/** ruff, cargo and go: some verbs rewrite, some fetch, the rest checks. */
function buildKind(args: readonly string[]): Kind {
  const verb = args[0] ?? "";
  if (/^(format|fmt|fix|init|new|mod|generate)$/.test(verb) || args.includes("--fix"))
    return "write";
  if (/^(get|install|add|fetch|update|download)$/.test(verb)) return "call";
  return /^(list|env|version|doc|tree|search|metadata)$/.test(verb) || isVersionQuestion(args)
    ? "search"
    : "verify";
}

function interpreterKind(
  name: string,
  command: ShellCommand,
  bodies: ReadonlyMap<string, string>,
): Kind {
  const { args } = command;
  if (isInPlace(name, args)) return "write";
  if (args.length === 1 && isVersionQuestion(args)) return "search";
  const inline = args.findIndex((arg) => /^-[a-zA-Z]*[cer]$/.test(arg) && arg !== "-r");
  const module = args.indexOf("-m");
  if (module >= 0 && (inline < 0 || module < inline)) return moduleKind(args.slice(module + 1));
  if (inline >= 0) return pythonKind(args[inline + 1] ?? "");
  const [body] = command.heredocs;
  const script = args.find((arg) => !arg.startsWith("-"));
  if (script !== undefined)
    return scriptKind(script, bodies.get(baseName(script)), args.slice(args.indexOf(script) + 1));
  return body === undefined ? "run" : pythonKind(body);
}

/** `python -m MODULE`. */
function moduleKind([module = "", ...rest]: readonly string[]): Kind {
  const name = module.split(".")[0] ?? "";
  if (name === "pip" || name === "ensurepip" || name === "uv") return packageKind(rest);
  if (name === "black" || name === "isort" || name === "autopep8" || name === "yapf") {
    return rest.some((arg) => /^--(check|diff)$/.test(arg)) ? "verify" : "write";
  }
  if (name === "venv" || name === "virtualenv" || name === "http") return "call";
  if (name === "json") return "read";
  return "verify";
}

/** The bodies of here-documents by the file they go to, so that a script written here is known. */
function writtenBodies(commands: readonly ShellCommand[]): ReadonlyMap<string, string> {
  const bodies = new Map<string, string>();
  for (const { redirects, heredocs, args, program } of commands) {
    const [body] = heredocs;
    if (body === undefined) continue;
    const target =
      redirects.find(isFileWrite)?.target ??
      (baseName(program) === "tee" ? args.at(-1) : undefined);
    if (target !== undefined) bodies.set(baseName(target), body);
  }
  return bodies;
}

/** Standard output into a file; descriptors, /dev/null and error output are none. */
function isFileWrite(redirect: ShellCommand["redirects"][number]): boolean {
  if (!/^(>|>>|>\||&>|&>>)$/.test(redirect.op)) return false;
  if (redirect.fd !== "" && redirect.fd !== "1") return false;
  return !redirect.target.startsWith("/dev/");
}

/** A reader with a file to read: sed and awk take a program first. */
function hasOperand(name: string, args: readonly string[]): boolean {
  const operands = args.filter((arg) => !arg.startsWith("-") && !/^\d+$/.test(arg));
  return operands.length > (/^(sed|g?awk|mawk|jq|yq|cut)$/.test(name) ? 1 : 0);
}

const isVersionQuestion = (args: readonly string[]): boolean =>
  args.some((arg) => arg === "--version" || arg === "-V" || arg === "--help");

/** For text that is no shell: SWE-agent's `edit 1:3` with lines of code below it. */
function firstWordKind(script: string): Kind {
  const [first = ""] = script.trimStart().split("\n", 1);
  const line = first.slice(0, 2000).replace(/^cd\s+\S+\s*(&&|;)\s*/, "");
  const word = baseName(line.split(/\s/, 1)[0] ?? "");
  if (ENDERS.has(word)) return "final";
  if (WRITERS.has(word) || /<<-?\s*\S+\s*>|>\s*\S+\s*<</.test(line)) return "write";
  if (READERS.has(word)) return isInPlace(word, line.split(/\s+/)) ? "write" : "read";
  if (SEARCHERS.has(word)) return "search";
  if (VERIFIERS.has(word) || INTERPRETERS.has(word)) return "verify";
  return "call";
}
