import { expect, test } from "vitest";
import { peopleOf } from "../../../src/core/report/people.ts";
import type { TurnRow } from "../../../src/core/report/turn-row.ts";

const METRICS = { correctness: 0, grounding: 0, progress: 0, protocol: 0, efficiency: 0 };

const row = (
  id: string,
  score: number,
  verdict: 0 | 1 | 2 | null,
  good: number,
  bad: number,
): TurnRow => ({
  file: `${id}.json`,
  instance_id: id,
  repo: "r",
  run: "",
  turn: 0,
  state: "scored",
  score,
  metrics: METRICS,
  style: "grep",
  bucket: "refined",
  reason: "",
  by: verdict === null ? "panel" : "person",
  disqualified: null,
  review: verdict === null ? null : { verdict, bucket: null, note: "", outdated: false },
  judges: [
    { model: "good", score: good, metrics: METRICS },
    { model: "bad", score: bad, metrics: METRICS },
  ],
  spread: 0,
  flips: 0,
  swaps: 0,
  audit: null,
  kinds: [],
});

test("kappa of people and panel is the number worked by hand", () => {
  // Person: C C K K. Panel: C K K K. po = 3/4; pe = 1/2 x 1/4 + 1/2 x 3/4 = 1/2; kappa = 1/2.
  const people = peopleOf(
    [
      row("a", 90, 2, 90, 10),
      row("b", 10, 2, 90, 10),
      row("c", 10, 1, 10, 90),
      row("d", 10, 1, 10, 10),
      row("e", 90, null, 90, 90),
    ],
    "instance_id",
  );
  expect(people).toMatchObject({ verdicts: 4, decided: 4, outdated: 0 });
  expect(people.panel).toMatchObject({ n: 4, same: 3, kappa: 0.5 });
  expect(people.panel.interval).not.toBeNull();
  expect(people.judges.map((judge) => judge.model)).toEqual(["good", "bad"]);
  expect(people.judges[0]).toMatchObject({ kappa: 1, same: 4 });
});

test("without a verdict of a person there is no kappa and no interval", () => {
  const people = peopleOf([row("a", 90, null, 90, 90)], "repo");
  expect(people.panel).toEqual({ model: "the panel", n: 0, same: 0, kappa: null, interval: null });
  expect(people.judges).toEqual([]);
});
