/** What stands in an index, changed as no build of ours would, and with sums that fit. */
import { readFileSync, writeFileSync } from "node:fs";
import { summed, type FactLine } from "../../src/io/facts/fact-lines.ts";

/** Changes the text of an index, and gives every line the sum that it has by then. */
export function editIndex(path: string, edit: (text: string) => string): void {
  const text = edit(readFileSync(path, "utf8"));
  writeFileSync(path, text.replace(/^\[.*\]$/gm, resummed));
}

function resummed(line: string): string {
  const [kind, name, key, value] = JSON.parse(line) as FactLine;
  return summed([kind, name, key, value]);
}
