import { describe, expect, test } from "vitest";
import {
  figuresBy,
  figuresOf,
  lengthGroup,
  preferenceOf,
} from "../../../src/core/training/figures.ts";
import type { EvaluationRow } from "../../../src/records/evaluation.ts";

function row(at: number, nll: number, base: number | null, more: object = {}): EvaluationRow {
  return {
    row: at,
    instance_id: `i${at}`,
    cluster: `repo${at % 6}`,
    repo: `repo${at % 6}`,
    turn: 0,
    label: null,
    bucket: null,
    action_type: "file_read",
    tokens: 10,
    prompt_tokens: 100,
    nll,
    nll_base: base,
    rejected: null,
    ...more,
  };
}

const rows = (count: number, gain: (at: number) => number): EvaluationRow[] =>
  Array.from({ length: count }, (_, at) => row(at, 20 - gain(at), 20));

describe("figures", () => {
  test("perplexity is exp of nats a token, and the difference is weighted by tokens", () => {
    const two = [row(0, 10, 20), row(1, 90, 90, { tokens: 30 })];
    const told = figuresOf(two);
    expect(told.perplexity).toBeCloseTo(Math.exp(100 / 40), 12);
    expect(told.perplexity_base).toBeCloseTo(Math.exp(110 / 40), 12);
    expect(told.difference).toBeCloseTo(10 / 40, 9);
  });

  test.each([
    ["better: every cluster gains", rows(60, (at) => 2 + (at % 5) / 10), "better"],
    ["worse: every cluster loses", rows(60, (at) => -2 - (at % 5) / 10), "worse"],
    ["none: gains and losses", rows(60, (at) => (at % 2 === 0 ? 3 : -3) + (at % 6) / 100), "none"],
    ["none: an adapter that changes nothing", rows(60, () => 0), "none"],
    ["unsure: clusters of two kinds alone", rows(6, (at) => (at === 0 ? 3 : 2)), "unsure"],
    ["unsure: four clusters", rows(4, () => 2), "unsure"],
    ["alone: no base", [row(0, 5, null)], "alone"],
    ["alone: no rows", [], "alone"],
  ])("the verdict is %s", (_, given, verdict) => {
    expect(figuresOf(given).verdict).toBe(verdict);
  });

  test("the interval covers the difference, and does not depend on the order of rows", () => {
    const given = rows(60, (at) => 1 + Math.sin(at));
    const told = figuresOf(given);
    const [low = NaN, high = NaN] = told.interval ?? [];
    expect(low).toBeLessThan(told.difference ?? NaN);
    expect(high).toBeGreaterThan(told.difference ?? NaN);
    expect(figuresOf(given.toReversed())).toEqual(told);
  });

  test("groups stand by size, and rows without a name are in none", () => {
    const given = [
      row(0, 1, 2, { bucket: "final" }),
      row(1, 1, 2, { bucket: "refined" }),
      row(2, 1, 2, { bucket: "refined" }),
      row(3, 1, 2),
    ];
    const groups = figuresBy(given, ({ bucket }) => bucket);
    expect(groups.map(({ group, rows: count }) => [group, count])).toEqual([
      ["refined", 2],
      ["final", 1],
    ]);
  });

  test("of pairs it says how often the winner is the likelier one", () => {
    const pair = (at: number, own: number, lost: number, base: number): EvaluationRow =>
      row(at, own, base, { rejected: { tokens: 9, nll: lost, nll_base: 10 } });
    const told = preferenceOf([pair(0, 5, 9, 11), pair(1, 5, 4, 9), row(2, 1, 1)]);
    expect(told).toMatchObject({ pairs: 2, share: 0.5, share_base: 0.5 });
    expect(preferenceOf([row(0, 1, 1)])).toBeNull();
  });

  test.each([
    [1, "up to 1,024"],
    [1024, "up to 1,024"],
    [1025, "up to 2,048"],
    [16_385, "over 16,384"],
  ])("a prompt of %i tokens is in the group %s", (tokens, group) => {
    expect(lengthGroup(tokens)).toBe(group);
  });
});
