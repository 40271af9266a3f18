/** Which flags of ours stood where npm takes them, by the line as it was typed; and that line with its "--". */
import type { Command } from "commander";
import { shellWord } from "../core/text/typed-command.ts";

export type TypedLine = {
  /** Flags of the command before "--", with their hyphens; "--force" and its like are not among them. */
  readonly lost: readonly string[];
  /** Of `npms`. */
  readonly npms: readonly string[];
  /** As it should have been typed. */
  readonly line: string;
};

/**
 * @param typed the words behind `npm`
 * @param npms flags that people set for npm itself
 */
export function typedLine(
  script: string,
  typed: readonly string[],
  command: Command,
  npms: readonly string[],
): TypedLine {
  const at = typed.indexOf(script);
  // "run" and the script itself; `npm start` has the one alone.
  const behindRun = typed.filter((_, index) => index !== at && !(index === 0 && at > 0));
  const words = withoutLevel(behindRun);
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const before = words.slice(0, end);
  const own = before.flatMap((word) => flagOf(word, command) ?? []);
  const first = before.findIndex((word) => flagOf(word, command) !== null);
  const lead = first < 0 ? before : before.slice(0, first);
  const behind = [...before.slice(lead.length), ...words.slice(end + 1)];
  const line = ["npm", "run", script, ...lead, "--", ...behind].map(shellWord).join(" ");
  const isNpms = (flag: string): boolean => npms.includes(flag.slice(2));
  return { lost: own.filter((flag) => !isNpms(flag)), npms: own.filter(isNpms), line };
}

// ---------------------------------------------------------------------------------------------

/** `-s` and its like, which npm notes as "--loglevel silent" wherever they stood. */
function withoutLevel(words: readonly string[]): readonly string[] {
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  return words.filter(
    (word, at) => at >= end || (word !== "--loglevel" && words[at - 1] !== "--loglevel"),
  );
}

/** "--max_tokens=5" -> "--max-tokens" of a command that has it. */
function flagOf(word: string, command: Command): string | null {
  const [name = ""] = word.split("=", 1);
  const flag = name.replaceAll("_", "-");
  const option = command.options.find(({ long, hidden }) => long === flag && !hidden);
  return option === undefined ? null : flag;
}
