/** What an interpreter does: a module, inline code, standard input, or a script file. */
import type { ShellCommand } from "../shell/command.ts";
import { baseName } from "../shell/unwrap.ts";
import type { Kind } from "./act-kind.ts";
import { codeKind } from "./code-kind.ts";
import { isInPlace, lineCodeKind } from "./filter-kind.ts";
import { flagKind } from "./flag-rules.ts";
import { scriptKind } from "./script-kind.ts";
import { verbKind } from "./verb-rules.ts";
import { hasLetter, wordSet } from "./words-after.ts";

/** A command with what it reads on standard input, where a script says it; undefined: not known. */
export type FedCommand = ShellCommand & { readonly stdin?: string | undefined };

/**
 * `bodies`: texts of files that the same script has written, by base name. `judge` says what a
 * program that is run through the interpreter does: `node node_modules/.bin/jest`.
 */
export function interpreterKind(
  name: string,
  command: FedCommand,
  bodies: ReadonlyMap<string, string>,
  judge: (program: string, args: readonly string[]) => Kind | undefined,
): Kind {
  const { args } = command;
  if (isInPlace(name, args)) return "write";
  if (
    args.length > 0 &&
    args.every((arg) => /^(--version|-V|-v|-version|--help|-h|version)$/.test(arg))
  )
    return "search";
  const language = name.replace(/[\d.]+$/, "");
  const { module, code, checks, script, rest, tests } = readArgs(language, args);
  if (tests) return "verify";
  if (module !== undefined) return moduleKind(module, rest);
  if (code !== undefined)
    return (/^(perl|ruby)$/.test(language) && hasLetter(args, "n", "eEIMmFr")) ||
      (hasLetter(args, "p", "eEIMmFr") && language === "perl")
      ? lineCodeKind(code, rest)
      : codeKind(code);
  if (checks) return "verify";
  if (script !== undefined) return fileKind(script, rest, bodies, judge);
  const { stdin } = command;
  if (stdin !== undefined) return codeKind(stdin);
  return command.redirects.some(({ op }) => op === "<") || command.piped ? "verify" : "run";
}

// ---------------------------------------------------------------------------------------------

type Read = {
  module?: string;
  code?: string;
  /** Only compiles or checks the grammar. */
  checks?: boolean;
  tests?: boolean;
  script?: string;
  rest: readonly string[];
};

/** Options that take a word, and those whose word is code, by language. */
const VALUED: Readonly<Record<string, ReadonlySet<string>>> = {
  python: wordSet("-W -X -Q --check-hash-based-pycs"),
  node: wordSet(
    "-r --require --import --loader --experimental-loader -C --conditions --env-file --test-name-pattern --test-reporter",
  ),
  ruby: wordSet("-I -r -C -E -W"),
  perl: wordSet("-I -M"),
  php: wordSet("-d -c -S -t -z"),
  java: wordSet("-cp -classpath --class-path -jar:"),
  lua: wordSet("-l"),
  deno: wordSet("--config -c --import-map --lock"),
};
const CODE: Readonly<Record<string, RegExp>> = {
  python: /^-[a-zA-Z]*c$/,
  pypy: /^-[a-zA-Z]*c$/,
  ipython: /^-c$/,
  node: /^(-e|-p|-pe|--eval|--print)$/,
  nodejs: /^(-e|-p|-pe|--eval|--print)$/,
  bun: /^(-e|-p|--eval|--print)$/,
  tsx: /^(-e|--eval|-p)$/,
  "ts-node": /^(-e|--eval|-p|-pe)$/,
  ruby: /^-[a-zA-Z0-9]*e$/,
  perl: /^-[a-zA-Z0-9]*[eE]$/,
  php: /^(-r|-B|-R)$/,
  Rscript: /^-e$/,
  R: /^-e$/,
  lua: /^-e$/,
  luajit: /^-e$/,
  julia: /^(-e|-E|--eval)$/,
  elixir: /^-e$/,
  groovy: /^-e$/,
  scala: /^-e$/,
};
const CHECKS: Readonly<Record<string, RegExp>> = {
  node: /^(-c|--check)$/,
  ruby: /^-w?c$/,
  perl: /^-w?c$/,
  php: /^(-l|--syntax-check)$/,
  bash: /^-n$/,
  sh: /^-n$/,
  zsh: /^-n$/,
  dash: /^-n$/,
  lua: /^-p$/,
};

function readArgs(language: string, args: readonly string[]): Read {
  const valued = VALUED[language === "nodejs" ? "node" : language];
  const code = CODE[language];
  const checks = CHECKS[language] ?? /^$/;
  const read: Read = { rest: [] };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const rest = args.slice(at + 1);
    if (/^python|^pypy/.test(language) && arg === "-m")
      return { ...read, module: rest[0] ?? "", rest: rest.slice(1) };
    if (language.startsWith("node") && arg === "--test") read.tests = true;
    if (code?.test(arg) === true) return { ...read, code: rest[0] ?? "", rest: rest.slice(1) };
    if (checks.test(arg)) read.checks = true;
    if (valued?.has(arg) === true) at++;
    else if (!arg.startsWith("-")) return { ...read, script: arg, rest };
    else if (arg === "-") return { ...read, rest };
  }
  return read;
}

/** `python -m MODULE`. */
function moduleKind(module: string, rest: readonly string[]): Kind {
  const name = module.split(".")[0] ?? "";
  if (name === "ensurepip" || name === "venv" || name === "virtualenv") return "call";
  if (name === "http" || name === "SimpleHTTPServer" || name === "flask" || name === "uvicorn")
    return "call";
  if (name === "json")
    return rest.filter((arg) => !arg.startsWith("-")).length > 1 ? "write" : "read";
  if (name === "zipfile" || name === "tarfile")
    return rest.some((arg) => /^(-l|--list)$/.test(arg)) ? "search" : "write";
  if (
    name === "site" ||
    name === "sysconfig" ||
    name === "platform" ||
    name === "pydoc" ||
    name === "inspect"
  )
    return "search";
  if (name === "tokenize" || name === "ast" || name === "dis") return "read";
  return (
    flagKind(name, rest) ??
    verbKind(name, rest) ??
    (name === "django" ? verbKind("django-admin", rest) : undefined) ??
    "verify"
  );
}

function fileKind(
  script: string,
  rest: readonly string[],
  bodies: ReadonlyMap<string, string>,
  judge: (program: string, args: readonly string[]) => Kind | undefined,
): Kind {
  const file = baseName(script);
  const known =
    /(^|\/)(bin|\.bin|vendor|scripts?)\//.test(script) ||
    !/\.\w+$/.test(file) ||
    file === "manage.py"
      ? judge(file, rest)
      : undefined;
  // `python bin/test`: the script of the project, not the shell's own word.
  return known === undefined || known === "none"
    ? scriptKind(script, bodies.get(file), rest)
    : known;
}
