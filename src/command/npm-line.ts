/** What to say of flags that npm took for its own settings: `npm run stage:king --limit 1`. */
import { existsSync } from "node:fs";
import type { Command, Option } from "commander";
import { FORMATS, TRAINERS } from "../core/dataset/format-names.ts";
import { shellWord } from "../core/text/typed-command.ts";
import { UserError } from "../errors.ts";
import { npmFlags } from "../io/npm-flags.ts";
import { typedLine } from "./npm-typed-line.ts";

/** Whether this is the package, where there are no npm scripts to name. */
export const isPackage = !existsSync(new URL("../../scripts", import.meta.url));

const NUMBERS: ReadonlySet<string> = new Set(["limit", "concurrency", "port", "seed", "count"]);

/** People set these for npm itself, and mean npm. */
const NPMS_OWN = ["force", "json", "yes"];

/**
 * null: npm took nothing. `fault`: it took what the command cannot do without; `said`: what the command
 * does without.
 */
export function swallowed(
  argv: readonly string[],
  command: Command,
  flags = npmFlags(process.env, switchesOf(command), valuedOf(command)),
): { readonly fault: UserError | null; readonly said: string | null } | null {
  if (flags === null) return null;
  const { script, taken, typed } = flags;
  if (typed !== null) {
    const { lost, npms, line } = typedLine(script, typed, command, NPMS_OWN);
    return toldOf(script, lost, npms, line);
  }
  const traced = [...taken].filter(([name]) => isMeant(command, name, argv));
  const own = [...traced, ...untraced(command, argv, traced)];
  const lost = own.filter(([name]) => !NPMS_OWN.includes(name));
  const npms = own.filter(([name]) => NPMS_OWN.includes(name)).map(([name]) => `--${name}`);
  const names = lost.map(([name]) => `--${name}`);
  const rest =
    lost.length > 0 ? lineOf(argv, lost, command) : [...argv, ...npms].map(shellWord).join(" ");
  return toldOf(script, names, npms, `npm run ${script} -- ${rest}`);
}

// ---------------------------------------------------------------------------------------------

function toldOf(
  script: string,
  lost: readonly string[],
  npms: readonly string[],
  line: string,
): { readonly fault: UserError | null; readonly said: string | null } | null {
  if (lost.length > 0) {
    const message = `${script}: npm took ${lost.join(", ")} for its own: flags stand behind "--"`;
    return { fault: new UserError(message, line), said: null };
  }
  if (npms.length === 0) return null;
  const said = `${script}: npm took ${npms.join(", ")} for its own, and this goes on without; if it was meant for Kingmaker: ${line}`;
  return { fault: null, said };
}

/** "estimate", "dry-run" ... */
function switchesOf(command: Command): string[] {
  return command.options.flatMap(({ long, required, optional, negate }) =>
    required || optional || negate || long == null ? [] : [long.slice(2)],
  );
}

/** "engine", "until" ... */
function valuedOf(command: Command): string[] {
  return command.options.flatMap(({ long, required }) =>
    required && long != null ? [long.slice(2)] : [],
  );
}

/** `engine-strict` is a setting of npm's that many have: of a flag with choices one must be among the words. */
function isMeant(command: Command, name: string, argv: readonly string[]): boolean {
  const option = command.options.find(({ long, hidden }) => long === `--${name}` && !hidden);
  if (option === undefined) return false;
  return option.argChoices?.some((choice) => argv.includes(choice)) ?? true;
}

/** Words that flags without choices of their own take, alone or with commas between them. */
const WORDS: Readonly<Record<string, readonly string[]>> = { format: FORMATS, for: TRAINERS };

const choicesOf = (option: Option | undefined): readonly string[] | undefined =>
  option?.argChoices ?? WORDS[option?.long?.slice(2) ?? ""];

/** Flags that npm leaves no trace of but their value: a word that is one of the flag's, where no word is wanted. */
function untraced(command: Command, argv: readonly string[], own: Lost): Lost {
  if (command.registeredArguments.length > 0) return [];
  return command.options.flatMap(({ long, required, hidden }) => {
    const name = long?.slice(2) ?? "";
    if (!required || hidden || WORDS[name] === undefined || argv.includes(`--${name}`)) return [];
    const isThere = looseWords(argv).some((word) => fits(optionOf(command, name), word));
    return isThere && own.every(([other]) => other !== name) ? [[name, "true"] as const] : [];
  });
}

type Lost = readonly (readonly [name: string, value: string])[];

const optionOf = (command: Command, name: string): Option | undefined =>
  command.options.find(({ long }) => long === `--${name}`);

/** What stands before the first flag that came through: what follows one may be its value. */
function looseWords(argv: readonly string[]): string[] {
  const at = argv.findIndex((word) => word.startsWith("-"));
  return argv.slice(0, at < 0 ? argv.length : at);
}

/** Whether a flag that takes certain words or a number takes this one; false for all others. */
function fits(option: Option | undefined, word: string): boolean {
  const choices = choicesOf(option);
  if (choices !== undefined) return word.split(",").every((part) => choices.includes(part));
  return isNumber(option) && /^\d*\.?\d+$/.test(word);
}

const isNumber = (option: Option | undefined): boolean =>
  NUMBERS.has(option?.long?.slice(2) ?? "") || /<(?:n|f|usd)>/.test(option?.flags ?? "");

/**
 * The line to type. The words that npm handed on say no more which flag each stood behind: flags with choices
 * take theirs first, then numbers, and a free one takes the word that is left where there is but one of each.
 */
function lineOf(argv: readonly string[], lost: Lost, command: Command): string {
  const loose = looseWords(argv);
  const through = argv.slice(loose.length);
  const dealt = new Map<string, readonly string[]>();
  const valued = lost.filter(
    ([name, value]) => value === "true" && optionOf(command, name)?.required,
  );
  const isChosen = ([name]: Lost[number]) => choicesOf(optionOf(command, name)) !== undefined;
  const isCounted = (one: Lost[number]) => !isChosen(one) && isNumber(optionOf(command, one[0]));
  for (const [name] of [...valued.filter(isChosen), ...valued.filter(isCounted)]) {
    const option = optionOf(command, name);
    const rivals = valued.filter(([other]) =>
      loose.some((word) => fits(option, word) && fits(optionOf(command, other), word)),
    );
    const found = loose.filter((word) => fits(option, word));
    if (rivals.length !== 1 || (found.length > 1 && option?.variadic !== true)) continue;
    dealt.set(name, found);
    for (const word of found) loose.splice(loose.indexOf(word), 1);
  }
  const left = valued.filter(([name]) => !dealt.has(name));
  const [first] = left;
  const places = command.registeredArguments.length;
  const isPlain =
    loose.length === 0 ||
    (left.length === 0 && places > 0) ||
    (left.length === 1 && loose.length === 1);
  if (isPlain && first !== undefined && loose.length === 1) dealt.set(first[0], loose.splice(0));
  const flags = lost.flatMap(([name, value]) => {
    const option = optionOf(command, name);
    if (option?.required !== true) return [`--${name}`];
    if (value !== "true") return [`--${name}`, value];
    return [
      `--${name}`,
      ...(dealt.get(name) ?? [/<[^>]+>/.exec(option.flags)?.[0] ?? `<${name}>`]),
    ];
  });
  const words = isPlain ? loose : command.registeredArguments.map((one) => `<${one.name()}>`);
  const line = [...words, ...through, ...flags].map(shellWord).join(" ");
  return isPlain ? line : `${line}, or the same line with "--" before its first flag`;
}
