import { expect, test } from "vitest";
import {
  cohenKappa,
  effectiveJudges,
  krippendorffAlpha,
  type Unit,
} from "../../../src/core/duel/agreement.ts";
import { isSameFamily } from "../../../src/core/duel/family.ts";
import { clusteredShare, correlation } from "../../../src/core/duel/statistics.ts";
import { studentUpper } from "../../../src/core/duel/student.ts";

const units = (...rows: readonly string[]): Unit[] =>
  (rows[0] ?? "").split("").map(
    (_char, at) =>
      new Map(
        rows.flatMap((row, judge) => {
          const value = row[at];
          return value === undefined || value === "." ? [] : [[`judge ${judge}`, value]];
        }),
      ),
  );

test.each([
  [
    "Krippendorff's paper of 2011, section C",
    ["123321412...", "1233224125.3", ".3332342251.", "12332441251."],
    0.743,
  ],
  ["the worked one of Wikipedia", [".....34121133.3", "1.213343.......", "..21344.21133.4"], 0.691],
])("Krippendorff's alpha is that of the published example: %s", (_name, rows, alpha) => {
  expect(krippendorffAlpha(units(...rows))).toBeCloseTo(alpha, 3);
});

test.each<[string, readonly string[], number | null]>([
  ["full agreement", ["wwdl", "wwdl"], 1],
  ["one value only", ["dddd", "dddd"], null],
  ["no unit with two votes", ["w...", ".d.."], null],
  // Two units, always opposed: Do = 1; coincidences w 2, l 2: De = 8/12; alpha = 1 - 12/8 = -0.5.
  ["full disagreement", ["wl", "lw"], -0.5],
])("alpha with %s", (_name, rows, alpha) => {
  expect(krippendorffAlpha(units(...rows))).toBe(alpha);
});

test("Cohen's kappa is worked by hand", () => {
  // 20 + 15 of 50 agree: po = 0.7; yes 25 x 30, no 25 x 20: pe = 0.5; kappa = 0.4.
  const pairs = [
    ...Array.from({ length: 20 }, () => ["yes", "yes"] as const),
    ...Array.from({ length: 5 }, () => ["yes", "no"] as const),
    ...Array.from({ length: 10 }, () => ["no", "yes"] as const),
    ...Array.from({ length: 15 }, () => ["no", "no"] as const),
  ];
  expect(cohenKappa(pairs)).toBeCloseTo(0.4, 12);
  expect(cohenKappa([])).toBeNull();
  expect(cohenKappa([["d", "d"]])).toBeNull();
});

test.each([
  [3, 0, 3],
  [3, 1, 1],
  [3, 0.5, 1.5],
  [3, -0.2, 3],
  [1, 0.5, 1],
])("%d judges that correlate at %d are worth %d", (judges, rho, worth) => {
  expect(effectiveJudges(judges, rho)).toBe(worth);
});

test.each([
  [0.05, 1, 6.313752],
  [0.05, 5, 2.015048],
  [0.025, 18, 2.100922],
  [0.025, 4, 2.776445],
  [0.01, 30, 2.457262],
  [0.05, 100_000, 1.644869],
])("the t quantile for alpha %d at %d degrees of freedom is that of the tables", (alpha, df, t) => {
  expect(studentUpper(alpha, df)).toBeCloseTo(t, 4);
});

test("a share over clusters has an interval that clusters widen", () => {
  const spread = Array.from({ length: 20 }, (_, at) => ({
    cluster: `${at}`,
    hits: at % 2,
    all: 1,
  }));
  const lumped = spread.map((row) => ({
    ...row,
    cluster: `${row.hits}${Math.floor(Number(row.cluster) / 4)}`,
  }));
  const [wide, narrow] = [clusteredShare(lumped), clusteredShare(spread)];
  expect(wide.share).toBe(0.5);
  // One vote a cluster: sqrt(20/19 x 20 x 0.25) / 20 = 0.1147, times t(19) 2.0930: 0.7401 by Student.
  expect(narrow.interval?.[1]).toBeGreaterThan(0.72);
  expect(narrow.interval?.[1]).toBeLessThan(0.78);
  // Four clusters are too few to draw from: Student's alone, sqrt(4/3 x 4 x 0.25) / 4 times t(3) 3.1824.
  const four = spread.slice(0, 4);
  expect(clusteredShare(four).interval).toEqual([0, expect.closeTo(1, 9) as number]);
  expect((wide.interval?.[1] ?? 0) - 0.5).toBeGreaterThan((narrow.interval?.[1] ?? 0) - 0.5);
  expect(clusteredShare([])).toEqual({ share: null, interval: null });
  expect(clusteredShare([{ cluster: "a", hits: 1, all: 2 }]).interval).toBeNull();
});

test("a correlation is worked by hand, and is null where one side never varies", () => {
  expect(
    correlation([
      [1, 2],
      [2, 4],
      [3, 5],
    ]),
  ).toBeCloseTo(3 / Math.sqrt(2 * (14 / 3)), 12);
  expect(
    correlation([
      [1, 2],
      [2, 2],
    ]),
  ).toBeNull();
  expect(correlation([[1, 2]])).toBeNull();
});

test.each([
  ["moonshotai/Kimi-K2.6-TEE", "moonshotai/Kimi-K2", true],
  ["kimi-k2", "moonshotai/Kimi-K2.6-TEE", true],
  ["openai/o3", "openai/gpt-5", true],
  ["deepseek-ai/DeepSeek-V3.2-TEE", "moonshotai/Kimi-K2.6-TEE", false],
  ["recorded/judge-a", "recorded/king", false],
])("%s and %s are of one family: %s", (judge, model, same) => {
  expect(isSameFamily(judge, model)).toBe(same);
});
