/** Which files of a workspace still hold a text: what was to be taken out may stand where nobody looked. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readLines } from "./jsonl.ts";

export type Named = {
  /** Relative to the workspace. */
  readonly file: string;
  readonly lines: number;
};

/**
 * Looks through the folders that stages write: texts alone, line by line.
 * @param isIn looks at a line that holds the text.
 */
export async function namedIn(
  root: string,
  text: string,
  isIn: (line: string) => boolean,
): Promise<Named[]> {
  const bytes = Buffer.from(text);
  const named: Named[] = [];
  const entries = await readdir(root, { withFileTypes: true });
  for (const { name } of entries.filter(
    (entry) => entry.isDirectory() && FOLDER.test(entry.name),
  )) {
    const below = await readdir(join(root, name), { recursive: true, withFileTypes: true });
    for (const file of below.filter((entry) => entry.isFile() && TEXT.test(entry.name))) {
      const path = join(file.parentPath, file.name);
      let lines = 0;
      for await (const line of readLines(path)) {
        if (line.bytes.includes(bytes) && isIn(line.bytes.toString("utf8"))) lines++;
      }
      if (lines > 0) named.push({ file: path.slice(root.length + 1), lines });
    }
  }
  return named.sort((a, b) => (a.file < b.file ? -1 : 1));
}

// ---------------------------------------------------------------------------------------------

const FOLDER =
  /^(?:prompt|commit|answer(?:_\d+)?|score|report|final|refined|defeat|review|outcome|dataset|evaluation|artifacts|engine|reign)$/;
const TEXT = /\.(?:jsonl?|md|html|yaml|yml|txt)$/;
