import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openJsonl, readLines } from "../../src/io/jsonl.ts";
import { tempProject } from "../support/project.ts";

const options = { skipBad: false };

test("lines are numbered as a person counts them, blank ones passed over", async () => {
  const root = tempProject({ "a.jsonl": '\n{"a":1}\r\n  \n{"a":2}' });
  const lines = [];
  for await (const line of readLines(join(root, "a.jsonl")))
    lines.push([line.number, line.start, line.bytes.toString().trim()]);
  expect(lines).toEqual([
    [2, 1, '{"a":1}'],
    [4, 13, '{"a":2}'],
  ]);
});

test.each(["a.jsonl", "a.jsonl.gz"])("rows of %s come back in the order asked", async (name) => {
  const text = Array.from({ length: 300 }, (_, n) =>
    JSON.stringify({ n, t: "é".repeat(n * 20) }),
  ).join("\n");
  const path = join(tempProject(), name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  const file = await openJsonl(path, options);
  expect(file.rows).toBe(300);
  const rows = await file.read([299, 0, 150]);
  expect(rows.map((row) => row.ok && row.row["n"])).toEqual([299, 0, 150]);
});

test("a line of several megabytes, and a byte order mark, are read", async () => {
  const path = join(tempProject(), "a.jsonl");
  writeFileSync(path, `\uFEFF${JSON.stringify({ t: "x".repeat(5_000_000) })}\n{"t":"y"}\n`);
  const file = await openJsonl(path, options);
  expect(await file.readTexts("t")).toEqual(["x".repeat(5_000_000), "y"]);
});

test("a file that changes under the reader is an error", async () => {
  const path = join(tempProject(), "a.jsonl");
  writeFileSync(path, '{"a":1}\n{"a":2}\n');
  const file = await openJsonl(path, options);
  writeFileSync(path, '{"b":\n');
  await expect(file.read([1])).rejects.toThrow(/a\.jsonl changed while it was read/);
});
