import { expect, test } from "vitest";
import { summarySvg } from "../../../src/core/summary/chart.ts";
import { addRow, emptyTally, summaryLines, summaryOf } from "../../../src/core/summary/summary.ts";

const summaryOfRows = (rows: readonly Record<string, unknown>[]) => {
  const tally = emptyTally();
  for (const row of rows) addRow(tally, row);
  return summaryOf(tally);
};

test.each([
  ["openai", { messages: [{ role: "user", content: "abc" }], metadata: { x: "long" } }, 3],
  ["chatml", { text: "abcd", metadata: {} }, 4],
  ["sharegpt", { conversations: [{ from: "human", value: "ab" }] }, 2],
  ["alpaca", { instruction: "a", input: "", output: "b" }, 2],
  ["prompt-completion", { prompt: [{ content: "ab" }], completion: "c" }, 3],
  ["preference", { prompt: "a", chosen: "bb", rejected: "c" }, 4],
  ["kto", { prompt: "a", completion: "b", label: true }, 2],
  ["skipped", { instance_id: "ab", reason: "x" }, 3],
  ["other", { anything: 1 }, 0],
])("a row of %s is known by its keys and its text counted", (shape, row, chars) => {
  const summary = summaryOfRows([row]);
  expect(summary.shapes).toEqual([[shape, 1]]);
  expect(summary.chars.total).toBe(chars);
});

test("lengths, labels and histogram are as counted by hand", () => {
  const summary = summaryOfRows([
    { text: "a".repeat(10), metadata: { label: "SUCCESS" } },
    { text: "a".repeat(20), metadata: { label: "FAILURE" } },
    { text: "a".repeat(100), metadata: { label: "SUCCESS" } },
  ]);
  expect(summaryLines("x.jsonl", summary)).toEqual([
    "x.jsonl: 3 rows (chatml 3)",
    "  characters a row: 10 to 100, median 20, p90 100; in all 130, about 33 tokens",
    "  label: SUCCESS 2, FAILURE 1",
  ]);
  expect(summary.histogram.map(({ rows }) => rows)).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
});

test("an empty file has a summary", () => {
  expect(summaryLines("x", summaryOfRows([]))[0]).toBe("x: 0 rows (empty)");
  expect(summarySvg("x", summaryOfRows([]))).toContain("x: 0 rows");
});

test("the drawing escapes hostile labels", () => {
  const svg = summarySvg("<b>", summaryOfRows([{ text: "a", label: '</text><script>"&\0' }]));
  expect(svg).not.toContain("<script");
  expect(svg).toContain("&lt;/text&gt;&lt;script&gt;&quot;&amp;\uFFFD");
});
