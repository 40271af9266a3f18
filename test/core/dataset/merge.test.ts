/** Merging groups: nothing that was seen in training comes back in validation. */
import { describe, expect, test } from "vitest";
import type { Example } from "../../../src/core/dataset/example.ts";
import { mergeGroups, type Merged } from "../../../src/core/dataset/merge.ts";
import { rowIndex, type RowIndex } from "../../../src/core/dataset/row-index.ts";
import { planSplits } from "../../../src/core/dataset/split.ts";
import { randomIndex, seededRng } from "../../../src/core/random.ts";
import { example, ownWords } from "../../support/dataset.ts";

function indexOf(examples: readonly Example[]): RowIndex {
  const index = rowIndex();
  for (const one of examples) index.add(one, { total: 1, length: 1 });
  return index;
}

const together = (index: RowIndex, merged: Merged, a: number, b: number): boolean =>
  merged.mergedOf[index.groupOf.at(a)] === merged.mergedOf[index.groupOf.at(b)];

describe("mergeGroups", () => {
  test.each([
    ["the same row in two groups", {}, {}, true],
    ["the same row with other metadata", {}, { metadata: { instance_id: "other" } }, true],
    ["the same row with other white space and case", {}, { answer: "ONE  two\n\tthree" }, true],
    ["the same answer to another question", {}, { prompt: example("z", 9).prompt }, false],
    ["the same row as a negative", {}, { kind: "negative" }, true],
  ] as const)("%s", (_title, a, b, expected) => {
    const shared = { ...example("shared", 1), answer: "one two three", ...a };
    const other = { ...shared, ...b };
    const index = indexOf([
      { ...shared, group: "a" } as Example,
      { ...other, group: "b" } as Example,
    ]);
    expect(together(index, mergeGroups(index, 0.8), 0, 1)).toBe(expected);
  });

  test("a shared prompt of some length joins groups, whatever the answers", () => {
    const prompt = example("shared", 1).prompt;
    const index = indexOf([example("a", 1, { prompt }), example("b", 2, { prompt })]);
    expect(together(index, mergeGroups(index, 0), 0, 1)).toBe(true);
  });

  test("a short prompt that is met everywhere joins nothing", () => {
    const prompt = [{ role: "user", content: "Continue." }];
    const index = indexOf([example("a", 1, { prompt }), example("b", 2, { prompt })]);
    expect(together(index, mergeGroups(index, 0.8), 0, 1)).toBe(false);
  });

  test("a chain of near duplicates is one group, though its ends are unlike", () => {
    const words = Array.from({ length: 400 }, (_, i) => `word${i}`);
    const links = Array.from({ length: 8 }, (_, link) =>
      example(`g${link}`, 0, {
        prompt: [
          {
            role: "user",
            content: words.map((w, i) => (i < link * 12 ? `new${link}${i}` : w)).join(" "),
          },
        ],
        answer: "done",
      }),
    );
    const index = indexOf(links);
    const merged = mergeGroups(index, 0.7);
    expect(together(index, merged, 0, 1)).toBe(true);
  });

  test("rows without a single word are joined when equal, and never as near duplicates", () => {
    const rows = ["!!!", "!!!", "???"].map((text, at) =>
      example(`g${at}`, at, { prompt: [{ role: "user", content: text }], answer: "..." }),
    );
    const index = indexOf(rows);
    const merged = mergeGroups(index, 0.8);
    expect(together(index, merged, 0, 1)).toBe(true);
    expect(together(index, merged, 0, 2)).toBe(false);
  });

  test("texts in a script without spaces are compared by characters", () => {
    const text =
      "\u8bad\u7ec3\u6570\u636e\u7684\u91cd\u590d\u5185\u5bb9\u5fc5\u987b\u53bb\u9664".repeat(3);
    const near = example("a", 1, { prompt: [{ role: "user", content: text }], answer: "x" });
    const copy = { ...near, group: "b", answer: "y" } as Example;
    const index = indexOf([near, copy, example("c", 3)]);
    const merged = mergeGroups(index, 0.8);
    expect(together(index, merged, 0, 1)).toBe(true);
    expect(together(index, merged, 0, 2)).toBe(false);
  });

  test("boilerplate in thousands of rows stays fast and joins what is alike", () => {
    const rows = Array.from({ length: 3000 }, (_, i) =>
      example(`g${i}`, i, {
        prompt: [{ role: "user", content: ownWords("boilerplate", 300) }],
        answer: `answer ${i}`,
      }),
    );
    const index = indexOf(rows);
    expect(mergeGroups(index, 0.8).count).toBe(1);
  });

  test("recall over 400 edited copies: at Jaccard 0.9 and more at least 97 % are found, under 0.5 none", () => {
    const rng = seededRng(1, "near");
    const found = { near: 0, nearAll: 0, far: 0, farAll: 0 };
    for (let pair = 0; pair < 400; pair++) {
      const words = Array.from({ length: 200 + randomIndex(rng, 400) }, (_, i) => `w${pair}x${i}`);
      const isNear = pair % 2 === 0;
      const edits = isNear ? Math.floor(words.length * 0.01) : Math.floor(words.length * 0.15);
      const edited = [...words];
      for (let e = 0; e < edits; e++) edited[randomIndex(rng, words.length)] = `edit${pair}y${e}`;
      const jaccard = jaccardOf(words, edited);
      const index = indexOf(
        [words, edited].map((text, at) =>
          example(`g${at}`, at, {
            prompt: [{ role: "user", content: text.join(" ") }],
            answer: "",
          }),
        ),
      );
      const isJoined = together(index, mergeGroups(index, 0.8), 0, 1);
      if (jaccard >= 0.9) found.nearAll++;
      if (jaccard >= 0.9 && isJoined) found.near++;
      if (jaccard < 0.5) found.farAll++;
      if (jaccard < 0.5 && isJoined) found.far++;
    }
    expect(found.nearAll).toBeGreaterThan(150);
    expect(found.farAll).toBeGreaterThan(150);
    expect(found.near / found.nearAll).toBeGreaterThanOrEqual(0.97);
    expect(found.far).toBe(0);
  });
});

function jaccardOf(a: readonly string[], b: readonly string[]): number {
  const shingles = (words: readonly string[]): Set<string> =>
    new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(" ")));
  const [x, y] = [shingles(a), shingles(b)];
  const both = [...x].filter((one) => y.has(one)).length;
  return both / (x.size + y.size - both);
}

const split = (examples: readonly Example[], fraction: number, seed = 42) => {
  const index = indexOf(examples);
  return planSplits(index, mergeGroups(index, 0.8), {
    first: "train",
    others: [{ name: "val", fraction }],
    seed,
  });
};

/** `sizes[i]` rows in group i. */
const groups = (sizes: readonly number[]): Example[] =>
  sizes.flatMap((rows, g) => Array.from({ length: rows }, (_, n) => example(`group${g}`, n)));

describe("planSplits", () => {
  test("the sizes are within one merged group of the fraction, whatever the groups", () => {
    const rng = seededRng(3, "sizes");
    for (let trial = 0; trial < 25; trial++) {
      const sizes = Array.from(
        { length: 2 + randomIndex(rng, 20) },
        () => 1 + randomIndex(rng, 12),
      );
      const fraction = rng();
      const total = sizes.reduce((a, b) => a + b, 0);
      const plan = split(groups(sizes), fraction, trial);
      const off = Math.abs((plan.sizes[1] ?? 0) - fraction * total);
      expect(off).toBeLessThanOrEqual(Math.max(...sizes) + 0.5);
      expect((plan.sizes[0] ?? 0) + (plan.sizes[1] ?? 0)).toBe(total);
    }
  });

  test("the same seed gives the same split, in any order of the rows; another seed another", () => {
    const rows = groups([5, 5, 5, 5, 5, 5, 5, 5]);
    const valOf = (examples: readonly Example[], seed: number): string[] => {
      const index = indexOf(examples);
      const merged = mergeGroups(index, 0.8);
      const plan = planSplits(index, merged, {
        first: "train",
        others: [{ name: "val", fraction: 0.25 }],
        seed,
      });
      return index.groups
        .filter((_, id) => plan.splitOf.get(merged.mergedOf[id] ?? 0) === 1)
        .sort();
    };
    expect(valOf(rows.toReversed(), 1)).toEqual(valOf(rows, 1));
    expect([2, 3, 4, 5].some((seed) => valOf(rows, seed).join() !== valOf(rows, 1).join())).toBe(
      true,
    );
  });

  test("one group alone stays whole in train, and the note says so", () => {
    const plan = split(groups([7]), 0.5);
    expect(plan.sizes).toEqual([7, 0]);
    expect(plan.notes).toEqual([
      "val is empty: all 7 rows are in one group (group0), and a group is never split",
    ]);
  });

  test("a group larger than the split asked for goes to train whole, and the note says so", () => {
    const plan = split(groups([50, 3]), 0.2);
    expect(plan.sizes).toEqual([50, 3]);
    expect(plan.notes).toEqual([
      "the largest group (group0, 50 rows) does not fit into val (11 asked for): it went to train whole, and val has 3 rows",
    ]);
  });

  test("where every group is too large, val gets the smallest, and the note says so", () => {
    const plan = split(groups([50, 40]), 0.1);
    expect(plan.sizes).toEqual([50, 40]);
    expect(plan.notes[0]).toBe(
      "val has 40 rows where 9 were asked for: its smallest group (group1) is as large, and a group is never split",
    );
  });

  test.each([
    [0, [6, 0], "val was asked to be empty (fraction 0): all rows are in train"],
    [1, [0, 6], "train is empty: the other splits were asked to take everything"],
  ])("a fraction of %d", (fraction, sizes, note) => {
    const plan = split(groups([2, 4]), fraction);
    expect(plan.sizes).toEqual(sizes);
    expect(plan.notes).toContain(note);
  });

  test("of several formats the notes count each by itself: a sum would be of nothing that is there", () => {
    const index = indexOf(groups([50, 3]));
    const said = (fraction: number): readonly string[] =>
      planSplits(index, mergeGroups(index, 0.8), {
        first: "train",
        others: [{ name: "val", fraction }],
        seed: 42,
        formats: [
          { format: "openai", has: (row) => row % 2 === 0 },
          { format: "kto", has: () => true },
          { format: "alpaca", has: () => false },
        ],
      }).notes;
    expect(said(0.2)).toEqual([
      "the largest group (group0, 25 rows of openai, 50 of kto) does not fit into val (5 of openai, 11 of kto asked for): it went to train whole, and val has 2 rows of openai, 3 of kto",
    ]);
    expect(said(0.03)[0]).toBe(
      "val has 2 rows of openai, 3 of kto where 1 of openai, 2 of kto were asked for: its smallest group (group1) is as large, and a group is never split",
    );
  });

  test("three splits share the groups without overlap", () => {
    const index = indexOf(groups(Array.from({ length: 20 }, () => 5)));
    const plan = planSplits(index, mergeGroups(index, 0.8), {
      first: "train",
      others: [
        { name: "dev", fraction: 0.2 },
        { name: "test", fraction: 0.1 },
      ],
      seed: 1,
    });
    expect(plan.names).toEqual(["train", "dev", "test"]);
    expect(plan.sizes).toEqual([70, 20, 10]);
  });
});
