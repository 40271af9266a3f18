/** sed, awk, perl -n and their like: whether they show text, choose lines of it, or change files. */
import type { Kind } from "./act-kind.ts";
import { codeKind } from "./code-kind.ts";
import { hasLetter } from "./words-after.ts";

/** In place: `-i` alone, with a suffix, or inside a cluster such as `-ni` and `-0777pi`. */
export function isInPlace(name: string, args: readonly string[]): boolean {
  switch (name) {
    case "sed":
    case "gsed":
      return args.some((arg) => arg.startsWith("--in-place")) || hasLetter(args, "i", "efl");
    case "perl":
    case "ruby":
      return hasLetter(optionsBeforeCode(args), "i", "eEIMmFrCxW");
    case "awk":
    case "gawk":
      return args.includes("inplace");
    default:
      return false;
  }
}

/** `name` without a version: "gsed" is sed, "gawk" and "mawk" are awk. */
export function filterKind(name: string, args: readonly string[]): Kind {
  if (isInPlace(name, args)) return "write";
  return name.endsWith("sed") ? sedKind(args) : awkKind(args);
}

/** `perl -ne '...'` and `ruby -ne '...'`: a filter with code for each line. */
export function lineCodeKind(code: string, files: readonly string[]): Kind {
  const kind = codeKind(code);
  if (kind === "write") return kind;
  if (
    /\bprint\b[^;]{0,300}\b(?:if|unless)\s*(?:m?[/{]|\$_\s*=~|!)/.test(code) ||
    /^\s*\/.*\/\s*(&&|and)\s*print/.test(code)
  )
    return "search";
  return files.length > 0 || code === "" || /\$\.|\.\./.test(code) ? "read" : kind;
}

// ---------------------------------------------------------------------------------------------

/** Options stand before the code: what follows `-e` is code, not an option. */
function optionsBeforeCode(args: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (!arg.startsWith("-")) break;
    kept.push(arg);
    if (/^-[a-zA-Z0-9]*[eE]$/.test(arg)) at++;
  }
  return kept;
}

const ADDRESS = String.raw`(?:\d+|\$|/(?:[^/\\]|\\.)*/I?)`;
/** `/re/p`, `/re/!d`, `/re/=`, `/re/{...}`: lines chosen by one pattern. */
const CHOOSES = new RegExp(String.raw`^\s*/(?:[^/\\]|\\.)*/I?\s*(?:!\s*d|[p={])`);
const CHOSEN_AS_RANGE = new RegExp(String.raw`^\s*${ADDRESS}\s*,\s*[~+]?(?:${ADDRESS})`);
/** The command `w file`, alone, behind an address or as a flag of `s`. */
const WRITES = new RegExp(
  String.raw`(?:^|[;{}\n])[ \t]*(?:${ADDRESS}(?:[ \t]*,[ \t]*${ADDRESS})?[ \t]*)?(?:![ \t]*)?[wW][ \t]+\S|(?:^|[;{}\n\d$/])[ \t]*s([^\w\s])(?:(?!\1)[^\\]|\\.)*\1(?:(?!\1)[^\\]|\\.)*\1[gpIime\d]*w\s+\S`,
);

function sedKind(args: readonly string[]): Kind {
  const scripts = scriptsOf(args);
  if (scripts.some((script) => WRITES.test(script) && !script.includes("/dev/std"))) return "write";
  const isRange = scripts.some((script) => CHOSEN_AS_RANGE.test(script));
  return !isRange && scripts.some((script) => CHOOSES.test(script)) ? "search" : "read";
}

/** The scripts of sed: behind each `-e`, else the first operand. */
function scriptsOf(args: readonly string[]): string[] {
  const named = args.filter((_, at) => /^(-[nErsuz]*e|--expression)$/.test(args[at - 1] ?? ""));
  const joined = args.flatMap((arg) => /^--expression=(.*)$/s.exec(arg)?.[1] ?? []);
  if (named.length + joined.length > 0) return [...named, ...joined];
  const first = args.find((arg) => !arg.startsWith("-"));
  return first === undefined ? [] : [first];
}

function awkKind(args: readonly string[]): Kind {
  const program = awkProgram(args);
  if (/\bprintf?\b[^;}\n|]{0,300}>{1,2}\s*(?:"(?!\/dev\/)|\$?\w+(?!\s*[?)]))/.test(program))
    return "write";
  if (/\bsystem\s*\(/.test(program)) return "run";
  const isRange = /\bNR\s*[=<>!]|^\s*\/.*\/\s*,/.test(program);
  return !isRange && /^\s*(?:!\s*)?\/|\$\w+\s*!?~|\bindex\(\$0/.test(program) ? "search" : "read";
}

function awkProgram(args: readonly string[]): string {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "-f" || arg === "--file") return "";
    if (/^-[vFi]$/.test(arg)) at++;
    else if (!arg.startsWith("-")) return arg;
  }
  return "";
}
