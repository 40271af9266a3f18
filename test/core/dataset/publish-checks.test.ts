/** What publishing finds before loaders do. */
import { expect, test } from "vitest";
import { checkCard, checkShares, lineCheck } from "../../../src/core/dataset/publish-checks.ts";
import { planLines } from "../../../src/core/dataset/publish.ts";
import { sha256Hex } from "../../../src/core/turn/hash.ts";

const SAYS = {
  formats: { kto: { train: 2, val: 1 } },
  columns: {
    kto: {
      completion: { list: { struct: { role: "string", content: "string" } } },
      label: "bool",
      metadata: { struct: { score: "float64", turn: "int64" } },
    },
  },
} as const;
const ROW = {
  completion: [{ role: "assistant", content: "a" }],
  label: true,
  metadata: { score: 66.5, turn: 1 },
};

test.each([
  [ROW, null],
  [{ ...ROW, metadata: null }, null],
  [{ ...ROW, more: 1 }, "more is a column that the card does not name"],
  [{ ...ROW, label: "yes" }, 'label is string "yes", and the card says bool'],
  [
    { ...ROW, metadata: { score: 1, turn: 1.5 } },
    "metadata.turn is number 1.5, and the card says int64",
  ],
  [
    { ...ROW, metadata: { score: 1, turn: 1, x: 1 } },
    "metadata.x is a key that the card does not name",
  ],
  [{ ...ROW, completion: "a" }, 'completion is string "a", and the card says a list'],
  [{ ...ROW, completion: ["a"] }, 'completion[] is string "a", and the card says a struct'],
])("a row %# is told as a loader would see it", (row, says) => {
  expect(lineCheck("train.jsonl", SAYS).row(row)).toBe(says);
});

test("a file without rows is refused, and a kto file of one label", () => {
  expect(lineCheck("val.jsonl", SAYS).end()).toBe(
    "it has no rows, and loaders fail on empty files",
  );
  const one = lineCheck("train.jsonl", SAYS);
  one.row(ROW);
  expect(one.end()).toBe("all of its labels are true: nothing is learned from one side");
  one.row({ ...ROW, label: false });
  expect(one.end()).toBeNull();
});

const TIMES = ["2026-11-28", "2026-11-28 10", "2026-11-28T10:00", "2026-11-28T10:00:00+02:00"];

test.each([
  // What pyarrow 26 took for times and what it left as text.
  [TIMES, true],
  [["2024-02-29T23:59:59Z"], true],
  [["2026-02-29"], false],
  [["2026-11-28T10:00:00.5"], false],
  [["2026-11-28T24:00"], false],
  [["2026-11-28Z"], false],
  [["2026-11"], false],
  [[...TIMES, "yesterday"], false],
  [[], false],
])("a column of nothing but times is refused, since loaders would change it: %j", (texts, is) => {
  const times = lineCheck("kto/val.jsonl", SAYS);
  for (const content of texts) times.row({ ...ROW, completion: [{ role: "assistant", content }] });
  times.row({ ...ROW, completion: null });
  expect(times.end()).toBe(
    is
      ? "every text of completion.content reads as a time, and datasets would load it as one, in other signs: build the set with --parquet"
      : null,
  );
});

test("a column of times is no fault where Parquet carries the types", () => {
  const typed = lineCheck("kto/val.jsonl", { ...SAYS, files: [{ name: "kto/val.parquet" }] });
  typed.row({ ...ROW, completion: [{ role: "assistant", content: "2026-11-28" }] });
  expect(typed.end()).toBeNull();
});

const CARD = '---\nconfigs:\n    path: "train.jsonl"\n---\n\n# T\n';

test.each([
  [CARD, sha256Hex(CARD), []],
  [CARD, undefined, []],
  [CARD, "other", ["README.md was edited by hand since the set was built: it goes up as it is"]],
])("a card %# is known by its hash", (text, card, notes) => {
  const says = card === undefined ? {} : { card };
  expect(checkCard(text, ["train.jsonl"], says)).toEqual(notes);
});

test("an edited card that no longer names a file of the set is refused", () => {
  expect(() => checkCard(CARD, ["val.jsonl"], { card: "other" })).toThrow(
    "its head no longer names val.jsonl",
  );
});

test("a split to measure on that swallowed most of the set is refused", () => {
  const formats = { kto: { train: 4, val: 6 } };
  expect(() => checkShares({ formats, val_fraction: 0.1 })).toThrow(
    "of kto 6 of 10 rows are in val, and 0.1 of them were asked for",
  );
  expect(() =>
    checkShares({ formats: { kto: { train: 9, val: 1 } }, val_fraction: 0.1 }),
  ).not.toThrow();
});

test.each([
  [6, 100, 0.1, null],
  [50, 100, 0.1, null],
  [51, 100, 0.1, "publish: 51 of 100 turns are in the eval set, and 0.1 of them were asked for"],
  [51, 100, 0.6, null],
  [6, 9, 0.1, null],
])("an eval set of %i of %i turns, %f asked for", (rows, turns, asked, said) => {
  const says = {
    formats: { "prompt-completion": { test: rows } },
    eval_fraction: asked,
    eval_of_turns: turns,
  };
  if (said === null) expect(() => checkShares(says)).not.toThrow();
  else expect(() => checkShares(says)).toThrow(said);
});

test("a small set has a size in the plan that is not nothing", () => {
  const files = [
    { name: "a", bytes: 40 },
    { name: "b", bytes: 3210 },
    { name: "c", bytes: 45_000 },
    { name: "d", bytes: 2_300_000 },
  ];
  const plan = { repo: "me/set", isPublic: false, endpoint: "hub", files, stale: [] };
  expect(planLines(plan)).toEqual([
    "hub/datasets/me/set (private): 4 files, 2.3 MB",
    "  a (0.040 kB)",
    "  b (3.2 kB)",
    "  c (0.045 MB)",
    "  d (2.3 MB)",
  ]);
});
