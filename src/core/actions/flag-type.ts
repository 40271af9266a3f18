/** What a program's options decide, and how its arguments are asked. */
import type { Kind } from "./act-kind.ts";
import { hasLetter } from "./words-after.ts";

export type FlagRules = {
  readonly kinds: readonly (readonly [Kind, RegExp | ((args: readonly string[]) => boolean)])[];
  readonly otherwise: Kind;
};

/** A letter among short options; `taking`: letters that take a word. */
export const short =
  (letter: string, taking = "") =>
  (args: readonly string[]): boolean =>
    hasLetter(args, letter, taking);

/** Where a program of any name writes what it makes: `-o FILE`, `--output=FILE`, `-out FILE`. */
export function namesOutput(args: readonly string[]): boolean {
  return args.some((arg, at) =>
    /^(-o|--output|--out|-out|--output-file|--outfile)$/.test(arg)
      ? !/^(-|\/dev\/.*)?$/.test(args[at + 1] ?? "")
      : /^--(output|out|output-file|outfile)=[^-]/.test(arg),
  );
}
