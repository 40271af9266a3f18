/** How the report words a verdict: an acceptance that an earlier look gave is not said of these verdicts. */
import { expect, test } from "vitest";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import { factBlocks, gateBlocks } from "../../../src/core/report/story-gate.ts";
import type { ReportData } from "../../../src/core/report/report-data.ts";

const DUEL = {
  mode: 2,
  accepted: true,
  reasons: [],
  challenger_score: 49.5,
  king_score: 50.5,
  margin: -1,
  win_margin: 2,
  lcb: -0.2,
  gate_alpha: 0.05,
  min_valid_turn_frac: 0.5,
  n_turns: 24,
  n_parsed: 24,
  n_clusters: 6,
  n_disqualified: 0,
  look_alpha: null,
};

test.each([
  ["nothing_left", "by an earlier look, see the gate below", "was accepted by an earlier look"],
  ["look", "the challenger is reliably better", "The challenger is accepted."],
])("an acceptance at %s", (look, hint, said) => {
  const config = { duel: { min_valid_turn_frac: 0.5 } };
  const data = {
    duel: { ...DUEL, look },
    rows: [],
    spending: [],
    config,
  } as unknown as ReportData;
  const text = markdownOf({ title: "t", blocks: [...factBlocks(data), ...gateBlocks(data)] });
  expect(text).toContain(`| verdict | accepted | ${hint} |`);
  expect(text).toContain(said);
});
