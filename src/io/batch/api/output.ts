/** Results as lines: some providers hand out one JSON document with a list in it. */
import { readFile, writeFile } from "node:fs/promises";
import { fieldOf, listOf, parsedJson, textIn } from "../../chat/json-fields.ts";
import { onDisk } from "../../disk-faults.ts";
import { parseLine, readLines } from "../../jsonl.ts";

/** Leaves a file of lines as it is, and makes lines of a document with `results` or `data`. */
export async function asLines(path: string): Promise<void> {
  for await (const { bytes } of readLines(path)) {
    const line = parseLine(bytes);
    if (line.ok && textIn(line.value, "custom_id") !== null) return;
    break;
  }
  const value = parsedJson(await onDisk(path, "read", () => readFile(path, "utf8")));
  const rows = listOf(value) ?? listOf(fieldOf(value, "results")) ?? listOf(fieldOf(value, "data"));
  if (rows === null) return;
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  await onDisk(path, "write", () => writeFile(path, text));
}
