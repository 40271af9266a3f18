/** The part of worth.json that is measured: what decides, what stands beside it, what is only shown. */
import { expect, test } from "vitest";
import type { Measured } from "../../../src/core/worth/effect.ts";
import { toldBy } from "../../../src/core/worth/told.ts";

const OWN_TEXT = "nats a token of the challenger's text";

const arm = (value: number): Measured[] =>
  [1, 2, 3, 4, 5].flatMap((seed) =>
    [0, 1, 2, 3, 4, 5].map((row) => ({ seed, row, cluster: `c${row}`, value: value + row / 9 })),
  );
const arms = (winner: number, king: number) =>
  new Map([
    ["winner", arm(winner)],
    ["king", arm(king)],
  ]);

test("likelier text is better though its number is lower, and decides nothing", () => {
  const about = { judges: ["out"], answers: 3, unread: 1 };
  const told = toldBy({
    by: { action: arms(0.5, 0.25), duel: arms(0.25, 0.5) },
    form: arms(1, 1),
    likely: arms(2, 3),
    duel: about,
  });
  expect(told).toMatchObject({
    outcome: "action",
    duel: about,
    effects: [{ first: "winner", second: "king", verdict: "better" }],
    beside: { duel: [{ verdict: "worse" }] },
    shown: {
      "form of the answer": [{ difference: 0, verdict: "none" }],
      [OWN_TEXT]: [{ difference: 1, verdict: "better" }],
    },
  });
  expect(Object.keys(told.means["winner"] ?? {})).toEqual([
    "next action",
    "outside score",
    "form",
    OWN_TEXT,
  ]);
});

test("where nothing was answered there is no form, and no duel where nobody judged", () => {
  const told = toldBy({ by: { gym: arms(1, 0) }, form: null, likely: arms(2, 2), duel: null });
  expect(Object.keys(told.shown)).toEqual([OWN_TEXT]);
  expect(Object.keys(told.means["king"] ?? {})).toEqual(["pass rate", OWN_TEXT]);
  expect("duel" in told).toBe(false);
});

test("no outcome at all is a fault of ours", () => {
  expect(() => toldBy({ by: {}, form: null, likely: new Map(), duel: null })).toThrow(
    "worth: no outcome was chosen",
  );
});
