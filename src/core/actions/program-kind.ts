/** What one command does, from its program and arguments: the tables of this room, in order. */
import { baseName } from "../shell/unwrap.ts";
import type { Kind } from "./act-kind.ts";
import { sqlKind } from "./code-kind.ts";
import { filterKind } from "./filter-kind.ts";
import { flagKind } from "./flag-rules.ts";
import { namesOutput } from "./flag-type.ts";
import { gitKind } from "./git-kind.ts";
import { interpreterKind } from "./interpreter-kind.ts";
import type { FedCommand } from "./interpreter-kind.ts";
import {
  ENDERS,
  GIVERS_UP,
  INTERPRETERS,
  PREPARERS,
  READERS,
  SEARCHERS,
  VERIFIERS,
  WRITERS,
} from "./programs.ts";
import { scriptKind } from "./script-kind.ts";
import { verbKind } from "./verb-rules.ts";
import { asksAboutItself, hasFlag } from "./words-after.ts";

/** Redirects are not looked at. `bodies`: files that the script itself has written, by base name. */
export function programKind(command: FedCommand, bodies: ReadonlyMap<string, string>): Kind {
  const { program } = command;
  const name = baseName(program);
  // "./bin/test" and "bin/rails" are programs of the project, whatever their names mean elsewhere.
  const isLocal = program.includes("/") && !/^\/(usr\/|opt\/)?(local\/)?s?bin\//.test(program);
  if (isLocal && (PREPARERS.has(name) || ENDERS.has(name) || !isKnown(name))) {
    return localKind(program, command, bodies);
  }
  if (ENDERS.has(name)) return "final";
  if (GIVERS_UP.has(name)) return "blocked";
  if (name === "") return "none";
  return knownKind(name, command, bodies) ?? unknownKind(name, command, bodies);
}

/** Standard output, or all output, into a file; descriptors, /dev/null and error output are none. */
export function isFileWrite({ op, fd, target }: FedCommand["redirects"][number]): boolean {
  if (!/^(>|>>|>\||&>|&>>|>&|<>)$/.test(op)) return false;
  if (fd !== "" && fd !== "1") return false;
  if (op === ">&" && /^(\d+-?|-)$/.test(target)) return false;
  return !target.startsWith("/dev/");
}

// ---------------------------------------------------------------------------------------------

const isKnown = (name: string): boolean =>
  flagKind(name, []) !== undefined ||
  verbKind(name, []) !== undefined ||
  [READERS, SEARCHERS, WRITERS, VERIFIERS, INTERPRETERS].some((table) => table.has(name)) ||
  PYTHON.test(name);

const PYTHON = /^(python|pypy)[\d.]*$/;
const isInterpreter = (name: string): boolean => INTERPRETERS.has(name) || PYTHON.test(name);

/** undefined: the tables do not know the program. */
function knownKind(
  name: string,
  command: FedCommand,
  bodies: ReadonlyMap<string, string>,
): Kind | undefined {
  const { args } = command;
  if (name === "git") return gitKind(args);
  if (/^(g?sed|[gmn]?awk)$/.test(name)) return shown(name, command, filterKind(name, args));
  if (/^(find|gfind|fd|fdfind)$/.test(name)) {
    return hasFlag(args, /^-(delete|fprint.*|fls)$/) ? "write" : "search";
  }
  if (name === "str_replace_editor" || name === "str_replace_based_edit_tool") {
    return args[0] === "view" ? "read" : "write";
  }
  if (/^(sqlite3|duckdb|psql|mysql|mariadb|cqlsh|clickhouse-client)$/.test(name)) {
    return databaseKind(name, command);
  }
  const byVerb =
    name === "deno" || name === "bun" ? denoKind(name, command, bodies) : verbKind(name, args);
  if (byVerb !== undefined) return byVerb;
  if (isInterpreter(name)) {
    return interpreterKind(name, command, bodies, (program, rest) =>
      knownKind(program, { ...command, program, args: rest }, bodies),
    );
  }
  const byFlag = flagKind(name, args);
  if (byFlag !== undefined) {
    if (byFlag === "verify" && asksAboutItself(args)) return "search";
    return byFlag === "read" ? shown(name, command, byFlag) : byFlag;
  }
  return tableKind(name, command);
}

function tableKind(name: string, command: FedCommand): Kind | undefined {
  const { args } = command;
  if (name === "command" || name === "type") return "search";
  if (PREPARERS.has(name)) return preparerKind(name, args);
  if (VERIFIERS.has(name)) return asksAboutItself(args) ? "search" : "verify";
  if (WRITERS.has(name)) return args.length === 1 && asksAboutItself(args) ? "search" : "write";
  if (READERS.has(name)) return shown(name, command, "read");
  if (SEARCHERS.has(name)) return name === "wc" && command.piped ? "none" : "search";
  return undefined;
}

/** A filter behind a pipe shows what another command found. */
function shown(name: string, command: FedCommand, kind: Kind): Kind {
  if (kind !== "read") return kind;
  return command.piped && !hasOperand(name, command.args) ? "none" : kind;
}

/** `[ -f x ]` asks about a file, `echo $PATH` about the environment. */
function preparerKind(name: string, args: readonly string[]): Kind {
  if (/^(test|\[|\[\[)$/.test(name)) {
    return hasFlag(args, /^!?\s*-[abcdefghkprsuwxGLNOS](\s|$)/) ? "search" : "none";
  }
  if (name === "echo" && args.length === 1 && /^\$\w+$/.test(args[0] ?? "")) return "search";
  return "none";
}

function databaseKind(name: string, command: FedCommand): Kind {
  const { args, stdin } = command;
  const at = args.findIndex((arg) => /^(-c|-e|--command|--execute|-cmd)$/.test(arg));
  const inline =
    at >= 0 ? args[at + 1] : args.find((arg) => /\s|^\./.test(arg) && !arg.startsWith("-"));
  const text = inline ?? stdin;
  const local = name === "sqlite3" || name === "duckdb";
  return text === undefined ? "call" : sqlKind(text, local);
}

/** deno and bun are managers with verbs, and interpreters of what else they are given. */
function denoKind(
  name: string,
  command: FedCommand,
  bodies: ReadonlyMap<string, string>,
): Kind | undefined {
  const [verb = "", ...rest] = command.args;
  if (verb === "eval") {
    const code = rest.find((arg) => !arg.startsWith("-")) ?? "";
    return interpreterKind("node", { ...command, args: ["-e", code] }, bodies, () => undefined);
  }
  if (verb.startsWith("-") && !asksAboutItself(command.args)) return undefined;
  return /[./]/.test(verb)
    ? scriptKind(verb, bodies.get(baseName(verb)), rest)
    : verbKind(name, command.args);
}

function localKind(
  program: string,
  command: FedCommand,
  bodies: ReadonlyMap<string, string>,
): Kind {
  if (hasFlag(command.args, /^--(version|help)$/)) return "search";
  const name = baseName(program);
  return scriptKind(program, bodies.get(name), /\.\w+$/.test(name) ? command.args : []);
}

function unknownKind(name: string, command: FedCommand, bodies: ReadonlyMap<string, string>): Kind {
  const { args } = command;
  if (asksAboutItself(args)) return "search";
  if (/\.(py|sh|js|mjs|cjs|ts|rb|pl|php)$/.test(name))
    return scriptKind(name, bodies.get(name), args);
  if (INSTALLERS.has(name) || name.startsWith("connect_")) return "call";
  const [verb = ""] = args;
  if (hasFlag(args, /^(--check|--dry-run|--lint|--verify)$/)) return "verify";
  if (hasFlag(args, /^(--fix|--write|--in-place|--inplace)$/)) return "write";
  if (/^(test|tests|lint|check|verify|validate|build|compile)$/.test(verb)) return "verify";
  if (/^(fix|format|fmt|init|new|generate)$/.test(verb)) return "write";
  if (/^(list|ls|show|info|status|version|help|search)$/.test(verb)) return "search";
  if (namesOutput(args)) return "write";
  return "run";
}

/** Known to act on the machine or the net, not to show how something behaves. */
const INSTALLERS: ReadonlySet<string> = new Set(
  `ssh scp sftp ftp nc ncat netcat socat telnet kill pkill killall xkill useradd usermod userdel groupadd passwd
  redis-cli mongo mongosh virtualenv venv swapon swapoff iptables ufw nginx apachectl httpd supervisorctl
  pm2 forever nodemon rackup puma unicorn gunicorn uvicorn flask streamlit celery heroku flyctl vercel netlify wrangler
  serverless sam cdk pulumi vagrant packer ansible twine createdb dropdb pg_ctl initdb mysqld mongod redis-server
  update-alternatives chsh at batch mail sendmail notify-send xdg-open pyvenv easy_install corepack
  hub reboot shutdown halt modprobe insmod`.split(/\s+/),
);

/** A reader with a file to read: sed and awk take a program first. */
function hasOperand(name: string, args: readonly string[]): boolean {
  const operands = args.filter((arg) => !arg.startsWith("-") && !/^\d+$/.test(arg));
  const programs = /^(g?sed|[gmn]?awk|jq|yq|cut|tr)$/.test(name) ? 1 : 0;
  return operands.length > programs;
}
