import { expect, test } from "vitest";
import { CSV_HEAD, csvLines } from "../../../src/core/report/turns-csv.ts";
import type { TurnRow } from "../../../src/core/report/turn-row.ts";

const row: TurnRow = {
  file: "a_1.json",
  instance_id: "o__p-1",
  repo: "o/p",
  run: "",
  turn: 2,
  state: "scored",
  score: 62.5,
  metrics: { correctness: 50, grounding: 100, progress: 0, protocol: 50, efficiency: 25 },
  style: "retrieval",
  bucket: "refined",
  reason: "score 62.5",
  by: "panel",
  disqualified: null,
  review: null,
  judges: [],
  spread: null,
  flips: 0,
  swaps: 0,
  audit: "clean",
  kinds: [],
};

test("a turn is a line of as many cells as the head has, numbers as they are", () => {
  const [line = ""] = [...csvLines([row])];
  expect(line).toBe(
    "a_1.json,o__p-1,o/p,,2,scored,62.5,50,100,0,50,25,retrieval,refined,panel,score 62.5,,clean,",
  );
  expect(line.split(",")).toHaveLength(CSV_HEAD.split(",").length);
});

test.each([
  ["a comma and a quote", 'say "a", b', '"say ""a"", b"'],
  ["a line feed", "a\nb", '"a\nb"'],
  ["a formula", "=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["a formula in disguise", "@sum", "'@sum"],
  ["a formula with a comma", "+a,b", '"\'+a,b"'],
])("%s in a text stays a text", (_what, reason, cell) => {
  expect([...csvLines([{ ...row, reason }])][0]).toContain(`,panel,${cell},`);
});

test("highest score first, turns without one last and empty there", () => {
  const lines = [
    ...csvLines([
      {
        ...row,
        file: "b.json",
        score: null,
        metrics: null,
        bucket: null,
        by: null,
        state: "pending",
      },
      { ...row, file: "c.json", score: 70 },
      row,
    ]),
  ];
  expect(lines.map((line) => line.split(",")[0])).toEqual(["c.json", "a_1.json", "b.json"]);
  expect(lines[2]).toContain(",pending,,,,,,,retrieval,,,");
});
