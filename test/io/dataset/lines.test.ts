/** JSON Lines in order, and where each issue is named last. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openKeep } from "../../../src/io/dataset/keep.ts";
import { findLastLines, isLastLine } from "../../../src/io/dataset/last-lines.ts";
import { rowReader, type LineRange } from "../../../src/io/dataset/lines.ts";
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
  const last = await findLastLines([path], "instance_id", null);
  const found: Record<string, boolean> = {};
  for await (const batch of reader.rows(path)) {
    for (const { line } of batch) found[`${line}`] = isLastLine(last, 0, line);
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
  const last = await findLastLines(paths, "instance_id", null);
  expect(last.before).toEqual([0, 2]);
  expect(isLastLine(last, 0, 1)).toBe(false);
  expect(isLastLine(last, 0, 2)).toBe(true);
  expect(isLastLine(last, 1, 1)).toBe(true);
});

describe("the cut for a second thread", () => {
  const line = (id: string): string => `{"instance_id": "${id}"}\n`;
  const files = (): string[] => {
    const root = tempProject({
      "a.jsonl": line("x") + line("y") + line("z"),
      "b.jsonl": line("y") + line("v") + line("x"),
    });
    return ["a.jsonl", "b.jsonl"].map((name) => join(root, name));
  };

  test("is the first line that begins so many bytes in, with the lines whose issue goes on", async () => {
    const bytes = line("x").length;
    const within = await findLastLines(files(), "instance_id", bytes + 1);
    expect(within.cut).toEqual({
      file: 0,
      line: 3,
      offset: 2 * bytes,
      early: Uint32Array.from([0, 1]),
    });
    const between = await findLastLines(files(), "instance_id", 3 * bytes - 1);
    expect(between.cut).toEqual({
      file: 1,
      line: 1,
      offset: 0,
      early: Uint32Array.from([0, 1]),
    });
  });

  test("is none where no line begins so far in", async () => {
    expect((await findLastLines(files(), "instance_id", 1e6)).cut).toBe(null);
  });

  test("a part is read from the cut line on, or up to a line", async () => {
    const [path = ""] = files();
    const { cut } = await findLastLines([path], "instance_id", 1);
    const read = async (range: LineRange): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const batch of rowReader(false).rows(path, range)) {
        for (const { row, line: number } of batch) found.push([number, row["instance_id"]]);
      }
      return found;
    };
    expect(cut).not.toBe(null);
    expect(await read(cut === null ? {} : { start: cut })).toEqual([
      [2, "y"],
      [3, "z"],
    ]);
    expect(await read({ toLine: 1 })).toEqual([[1, "x"]]);
    expect(await read({ isWanted: (n) => n === 2 })).toEqual([[2, "y"]]);
  });
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
