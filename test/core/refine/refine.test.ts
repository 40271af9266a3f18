import { expect, test } from "vitest";
import { seededRng } from "../../../src/core/random.ts";
import { drawControl } from "../../../src/core/refine/arms.ts";
import { gainOf, refinedRules, type RefinedTurn } from "../../../src/core/refine/gain.ts";
import { withoutSeats } from "../../../src/core/refine/reasons.ts";
import { refinedBlocks } from "../../../src/core/report/story-refined.ts";

const names = (n: number): string[] => Array.from({ length: n }, (_, at) => `p_${at + 1}.r1.json`);

test.each([
  [20, { all: 0, control: 0 }, 0.5, 10],
  [10, { all: 10, control: 10 }, 0.5, 0],
  [10, { all: 10, control: 0 }, 0.5, 10],
  [3, { all: 1, control: 0 }, 0.5, 2],
  [7, { all: 0, control: 0 }, 0, 0],
  [7, { all: 0, control: 0 }, 1, 7],
])("of %s new turns beside %o a control of %s takes %s", (n, before, share, expected) => {
  expect(drawControl(names(n), before, share, seededRng(1, "arms")).size).toBe(expected);
});

test("where half of the turns is no whole number a coin decides, and both sides come up", () => {
  const sizes = Array.from(
    { length: 40 },
    (_, seed) => drawControl(names(3), { all: 0, control: 0 }, 0.5, seededRng(seed, "arms")).size,
  );
  expect(new Set(sizes)).toEqual(new Set([1, 2]));
});

test("the control is the same for the same seed, in whatever order the turns come", () => {
  const none = { all: 0, control: 0 };
  const one = drawControl(names(12), none, 0.5, seededRng(7, "arms"));
  const other = drawControl(names(12).reverse(), none, 0.5, seededRng(7, "arms"));
  expect([...other].sort()).toEqual([...one].sort());
});

test.each([
  [
    "MODEL 1 reads the file, MODEL 2 guesses.",
    "your earlier answer reads the file, another answer guesses.",
  ],
  ["Model 2's command is right", "another answer command is right"],
  [
    "the first reply looks, the second one edits",
    "your earlier answer looks, another answer edits",
  ],
  [
    "Response A is grounded; response B is not",
    "your earlier answer is grounded; another answer is not",
  ],
  ["the former is better than the latter", "your earlier answer is better than another answer"],
  [
    "model_1 ran a second search in model.py",
    "your earlier answer ran a second search in model.py",
  ],
  ["it reads options 1.5 and the first line", "it reads options 1.5 and the first line"],
])("%j, challenger first, is shown as %j", (said, shown) => {
  expect(withoutSeats(said, "challenger_first")).toBe(shown);
});

test("with the king first the seats are the other way round", () => {
  expect(withoutSeats("MODEL 1 guesses,\n MODEL 2 looks", "king_first")).toBe(
    "another answer guesses, your earlier answer looks",
  );
});

const turn = (n: number, over: Partial<RefinedTurn>): RefinedTurn => ({
  file: `p_${n}.r1.json`,
  cluster: `repo-${n}`,
  reasons: true,
  before: 70,
  after: 70,
  from: "refined",
  to: "refined",
  dropped: null,
  ...over,
});

test("the gain of the reasons is the difference of the two halves, worked by hand", () => {
  const gain = gainOf([
    turn(1, { after: 90, to: "final" }),
    turn(2, { after: 80, to: "final" }),
    turn(3, { reasons: false, after: 75 }),
    turn(4, { reasons: false, after: 65, to: "defeat" }),
    turn(5, { after: null, to: null, dropped: "unchanged" }),
    turn(6, { after: null, to: null }),
  ]);
  expect(gain).toMatchObject({
    begun: 6,
    judged: 4,
    pending: 1,
    dropped: { unchanged: 1 },
    rose: 2,
    stayed: 1,
    fell: 1,
  });
  expect(gain.shown).toMatchObject({ n: 2, mean: 15 });
  expect(gain.control).toMatchObject({ n: 2, mean: 0 });
  // Influences 2.5, -2.5, -2.5, 2.5: sqrt(4/3 x 25) = 5.7735; t(0.975, 3) = 3.1824.
  expect(gain.difference.mean).toBe(15);
  expect(gain.difference.interval?.[0]).toBeCloseTo(15 - 3.18245 * 5.7735, 3);
  expect(gain.difference.interval?.[1]).toBeCloseTo(15 + 3.18245 * 5.7735, 3);
});

test("turns of one repository in both halves are one cluster of the difference", () => {
  const both = [
    turn(1, { cluster: "a", after: 90 }),
    turn(2, { cluster: "a", reasons: false, after: 80 }),
    turn(3, { cluster: "b", after: 70 }),
    turn(4, { cluster: "b", reasons: false, after: 60 }),
  ];
  expect(gainOf(both).difference).toEqual({ n: 4, mean: 10, interval: [10, 10] });
  const one = both.map((each) => ({ ...each, cluster: "a" }));
  expect(gainOf(one).difference).toEqual({ n: 4, mean: 10, interval: null });
});

test("without a control the gain is not known, and the report says so", () => {
  const blocks = refinedBlocks([turn(1, { after: 90, to: "final" })]);
  expect(JSON.stringify(blocks)).toContain(
    "gain of the judges' reasons: not known, since one of the halves has no judged turn",
  );
  expect(refinedBlocks([])).toEqual([]);
});

test("a reckoned score is of the turns weighed together, so second answers are sorted by their score", () => {
  const limits = { final_min: 80, defeat_max: 66 };
  expect(refinedRules({ by: "posterior", ...limits }).by).toBe("score");
  expect(refinedRules({ by: "decisive", ...limits }).by).toBe("decisive");
});
