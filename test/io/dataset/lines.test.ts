/** JSON Lines in order, and where each issue is named last. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openKeep } from "../../../src/io/dataset/keep.ts";
import { rowReader } from "../../../src/io/dataset/lines.ts";
import { tempProject } from "../../support/project.ts";

const LINES = [
  '{"instance_id": "a", "n": 1}',
  '{"n": 2, "instance_id": "b"}',
  "",
  '{"instance_id":"a","n":4}',
  '{"instance_id": "q\\"uote", "n": 5}',
  '{"instance_id": "b", ',
  '{"instance_id": "b", "n": 7}',
];

async function lastOf(path: string): Promise<Record<string, boolean>> {
  const reader = rowReader(true);
  const last = await reader.lastLines([path], "instance_id");
  const found: Record<string, boolean> = {};
  for await (const batch of reader.rows(path)) {
    for (const { row, line, file } of batch) {
      found[`${line}`] = last.isLast(String(row["instance_id"]), line, file);
    }
  }
  return found;
}

test.each([["logs.jsonl"], ["logs.jsonl.gz"]])(
  "the last line of each value is told, whether its column comes first or not (%s)",
  async (name) => {
    const root = tempProject();
    const path = join(root, name);
    const text = LINES.join("\n");
    writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
    expect(await lastOf(path)).toEqual({ 1: false, 2: false, 4: true, 5: true, 7: true });
  },
);

test("the last line is told over several files", async () => {
  const root = tempProject({
    "a.jsonl": '{"instance_id": "x"}\n{"instance_id": "y"}\n',
    "b.jsonl": '{"instance_id": "x"}\n',
  });
  const paths = ["a.jsonl", "b.jsonl"].map((name) => join(root, name));
  const last = await rowReader(false).lastLines(paths, "instance_id");
  expect(last.isLast("x", 1, paths[0] ?? "")).toBe(false);
  expect(last.isLast("y", 2, paths[0] ?? "")).toBe(true);
  expect(last.isLast("x", 1, paths[1] ?? "")).toBe(true);
});

test("lines longer than the buffer and a last line without a line feed are read whole", async () => {
  const long = "z".repeat(3_000_000);
  const root = tempProject({ "a.jsonl": `{"v": "${long}"}\n{"v": "end"}` });
  const values: unknown[] = [];
  for await (const batch of rowReader(false).rows(join(root, "a.jsonl"))) {
    for (const { row } of batch) values.push(row["v"]);
  }
  expect(values).toEqual([long, "end"]);
});

test("a keep gives texts back in any order, also while more are put", () => {
  const keep = openKeep(join(tempProject(), "kept.jsonl"));
  const texts = Array.from({ length: 50 }, (_, i) => `${i} \u00e9 ${"x".repeat(i * 3000)}`);
  for (const text of texts.slice(0, 25)) keep.put(text);
  expect(keep.get(24)).toBe(texts[24]);
  for (const text of texts.slice(25)) keep.put(text);
  for (const at of [49, 0, 25, 24, 1, 48]) expect(keep.get(at)).toBe(texts[at]);
  keep.close();
});
