import { expect, test } from "vitest";
import { betOn } from "../../../src/core/duel/open-bet.ts";
import { normalTail, normalUpper } from "../../../src/core/duel/normal.ts";
import { boundaries, lookAt, spentUpTo, type LookInput } from "../../../src/core/duel/spending.ts";
import { seededRng } from "../../../src/core/random.ts";

test("the normal tail and its inverse are those of the tables", () => {
  expect(normalTail(1.959964)).toBeCloseTo(0.025, 7);
  expect(normalTail(-1.644854)).toBeCloseTo(0.95, 7);
  expect(normalTail(5)).toBeCloseTo(2.866516e-7, 12);
  expect(normalUpper(0.05)).toBeCloseTo(1.644854, 6);
  expect(normalUpper(0.001)).toBeCloseTo(3.090232, 6);
});

test("alpha is spent little early and wholly at the end", () => {
  // 2 - 2 Phi(1.959964 / sqrt(.4)) = 2 (1 - Phi(3.09897)) = .001942
  expect(spentUpTo(0.4, 0.05)).toBeCloseTo(0.001942, 6);
  expect(spentUpTo(1, 0.05)).toBeCloseTo(0.05, 9);
  expect(spentUpTo(0, 0.05)).toBe(0);
});

test("one look at the end takes the bound at alpha itself, later ones at less", () => {
  expect(boundaries([1], 0.05)).toEqual([expect.closeTo(1.644854, 4)]);
  const ten = boundaries(
    Array.from({ length: 10 }, (_, at) => (at + 1) / 10),
    0.05,
  );
  const usual = [2.93, 2.58, 2.35, 2.16, 2.02, 1.9, 1.8];
  for (const [at, z] of usual.entries())
    expect(Math.abs((ten[at + 3] ?? 0) - z)).toBeLessThan(0.03);
});

test("a statistic without drift passes four boundaries as often as alpha says", () => {
  const ts = [0.4, 0.6, 0.8, 1];
  const zs = boundaries(ts, 0.05);
  const rng = seededRng(5, "walk");
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
  let passed = 0;
  const walks = 40_000;
  for (let walk = 0; walk < walks; walk++) {
    let sum = 0;
    let before = 0;
    for (const [at, t] of ts.entries()) {
      sum += normal() * Math.sqrt(t - before);
      before = t;
      if (sum / Math.sqrt(t) > (zs[at] ?? 0)) {
        passed++;
        break;
      }
    }
  }
  expect(Math.abs(passed / walks - 0.05)).toBeLessThan(0.004);
});

const LOOK: LookInput = {
  parsed: 500,
  planned: 1000,
  isComplete: false,
  n_clusters: 100,
  turns_hash: "now",
  past: [],
  gate_alpha: 0.05,
  resamples: 10_000,
};
const look = (over: Partial<LookInput>) => lookAt({ ...LOOK, ...over });

test("a look in the midst of the plan spends a part, the last one the rest", () => {
  const first = look({});
  expect(first).toMatchObject({ kind: "look", t: 0.5 });
  const past = [{ t: 0.5, turns_hash: "then" }];
  const last = look({ past, parsed: 1000, isComplete: true });
  expect(last).toMatchObject({ kind: "look", t: 1, spent: expect.closeTo(0.05, 9) as number });
  expect(last.kind === "look" && last.alpha < 0.05 && last.alpha > 0.04).toBe(true);
});

test.each<[string, Partial<LookInput>, RegExp]>([
  [
    "before t = 0.4",
    { parsed: 399 },
    /^399 of 1000 planned turns are parsed, t = 0.40; the first look is at 0.4$/,
  ],
  [
    "with too few resamples for its level",
    { resamples: 999 },
    /^alpha 0\.00\d+ is too little for 999 resamples$/,
  ],
  [
    "with too few clusters for its level",
    { n_clusters: 6 },
    /^6 clusters cannot reach alpha 0\.00/,
  ],
  [
    "after three others",
    {
      parsed: 900,
      past: [0.4, 0.6, 0.8].map((t) => ({ t, turns_hash: String(t) })),
    },
    /^3 looks were made; the last one is kept for the whole plan$/,
  ],
  [
    "at no more of the plan than before",
    { past: [{ t: 0.5, turns_hash: "then" }] },
    /^no more of the plan than at the look before, t = 0\.50$/,
  ],
])("a look %s is too early and spends nothing", (_name, over, why) => {
  const early = look(over);
  expect(early).toMatchObject({ kind: "too_early", why: expect.stringMatching(why) as string });
  expect(early.spent).toBe(spentUpTo(LOOK.past.at(-1)?.t ?? over.past?.at(-1)?.t ?? 0, 0.05));
});

test("the same turns again are the same look, at the same level", () => {
  const first = look({});
  const again = look({ past: [{ t: 0.5, turns_hash: "now" }] });
  expect(again).toEqual(first);
});

test("t never falls when the plan grows, and what is spent is not given back", () => {
  const grown = look({ planned: 4000, parsed: 1500, past: [{ t: 0.5, turns_hash: "then" }] });
  expect(grown).toMatchObject({ kind: "too_early", t: 0.5, spent: spentUpTo(0.5, 0.05) });
  const done = look({ parsed: 999, past: [{ t: 1, turns_hash: "then" }] });
  expect(done).toMatchObject({ kind: "nothing_left", t: 1, left: expect.closeTo(0, 9) as number });
});

test("a bet on clusters that are finished one by one is worked by hand", () => {
  const turns = [
    { cluster: "a", value: 0.5 },
    { cluster: "a", value: 0.1 },
    { cluster: "b", value: -0.2 },
  ];
  const stakes = [0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.75, 0.9].map((share) => (share * 2) / 2);
  const mean = (wealth: (stake: number) => number): number =>
    stakes.reduce((sum, stake) => sum + wealth(stake), 0) / stakes.length;
  expect(betOn(turns, 2, false)).toEqual({
    ok: true,
    value: expect.closeTo(
      mean((l) => 1 + l * 0.6),
      12,
    ) as number,
    clusters: 1,
  });
  expect(betOn(turns, 2, true)).toMatchObject({
    value: expect.closeTo(
      mean((l) => (1 + l * 0.6) * (1 - l * 0.2)),
      12,
    ) as number,
  });
  expect(betOn([...turns, { cluster: "a", value: 0 }], 2, true)).toEqual({ ok: false, mixed: "a" });
});

test("a bet without a true lead seldom passes 1 / alpha, at whatever look", () => {
  const rng = seededRng(6, "bet");
  let passed = 0;
  for (let duel = 0; duel < 400; duel++) {
    const turns = Array.from({ length: 120 }, (_, at) => ({
      cluster: `c${Math.floor(at / 3)}`,
      value: rng() - 0.5,
    }));
    const looks = [30, 60, 90, 120].map((n) => betOn(turns.slice(0, n), 3, true));
    if (looks.some((bet) => bet.ok && bet.value >= 20)) passed++;
  }
  expect(passed / 400).toBeLessThanOrEqual(0.05);
});
