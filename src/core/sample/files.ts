/** How prompts are spread over files. */
import type { Prompt } from "../../records/prompt.ts";

/** The answer file that the n-th kept turn (0-based) becomes: its prompt file's stem and its place in it. */
export function answerFileOf(n: number, count: number, perFile: number): string {
  return `${stemOf(Math.floor(n / perFile) + 1, count)}_${(n % perFile) + 1}.json`;
}

/** prompts_<count>_<NNN>.json by name, NNN from 001, at most `perFile` prompts each, in order. */
export function promptFiles(
  prompts: readonly Prompt[],
  count: number,
  perFile: number,
): Map<string, readonly Prompt[]> {
  const files = new Map<string, readonly Prompt[]>();
  for (let from = 0; from < prompts.length; from += perFile) {
    files.set(`${stemOf(files.size + 1, count)}.json`, prompts.slice(from, from + perFile));
  }
  return files;
}

// ---------------------------------------------------------------------------------------------

const stemOf = (number: number, count: number): string =>
  `prompts_${count}_${String(number).padStart(3, "0")}`;
