/** How prompts are spread over files. */
import type { Prompt } from "../../records/prompt.ts";

/** prompts_<count>_<NNN>.json by name, NNN from 001, at most `perFile` prompts each, in order. */
export function promptFiles(
  prompts: readonly Prompt[],
  count: number,
  perFile: number,
): Map<string, readonly Prompt[]> {
  const files = new Map<string, readonly Prompt[]>();
  for (let from = 0; from < prompts.length; from += perFile) {
    const number = String(files.size + 1).padStart(3, "0");
    files.set(`prompts_${count}_${number}.json`, prompts.slice(from, from + perFile));
  }
  return files;
}
