import { expect, test } from "vitest";
import { kingLimit, type KingScore } from "../../../src/core/audit/king-limit.ts";

const kings = (n: number, score: (at: number) => number): KingScore[] =>
  Array.from({ length: n }, (_, at) => ({
    text: `King number ${at} has something to say about the files that it has read so far.`,
    score: score(at),
  }));

test.each([
  ["the 95th percentile of 100 kings", kings(100, (at) => at / 100), 0.94],
  ["not under 0.75", kings(200, () => 0), 0.75],
  ["not over 1.5", kings(200, () => 3), 1.5],
])("the kings set the limit: %s", (_name, all, leak_min) => {
  expect(kingLimit(all)).toEqual({ leak_min, kings: all.length, reason: null });
});

test.each([
  ["99 kings", kings(99, () => 1), 99],
  [
    "100 kings that say the same",
    kings(100, () => 1).map((one) => ({
      ...one,
      text: "We look at the files and then we look at the tests of it.",
    })),
    1,
  ],
  [
    "100 kings that say the same, spaced in other ways",
    kings(100, () => 1).map((one, at) => ({
      ...one,
      text: `We look at the files and then${" ".repeat(at + 1)}we look at the tests of it.${"\n".repeat(at)}`,
    })),
    1,
  ],
  [
    "100 kings with a command alone",
    kings(100, () => 1).map((one, at) => ({
      ...one,
      text: `\`\`\`bash\nls ${at} and a lot of words that are a command and no words\n\`\`\``,
    })),
    0,
  ],
])("the default stands for %s", (_name, all, counted) => {
  expect(kingLimit(all)).toEqual({ leak_min: 2, kings: counted, reason: "too_few_kings" });
});
