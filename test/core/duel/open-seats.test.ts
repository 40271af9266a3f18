import { expect, test } from "vitest";
import { openSeats, type Judged } from "../../../src/core/duel/open-seats.ts";
import type { DuelRules } from "../../../src/core/duel/rules.ts";
import type { Judgement } from "../../../src/records/score.ts";

const judge = (model: string) => ({ model, provider: "p", thinking: false, settings: "s1" });
const rules = (over: Partial<DuelRules> = {}): DuelRules => ({
  mode: 2,
  panel: [judge("a"), judge("b")],
  panelMode: "full",
  orders: "both",
  quorum: 2,
  attempts: 3,
  temperature: 0,
  max_tokens: 10,
  thinking_max_tokens: 10,
  bucket: { by: "score", defeat_max: 40, final_min: 60 } as DuelRules["bucket"],
  min_decisive: 1,
  config_hash: "c",
  prompt_version: "judge-1",
  rng: () => () => 0.1,
  ...over,
});

const ALL = { correctness: 1, grounding: 1, progress: 1, protocol: 1, efficiency: 1 };
const said = (model: string, order: string, over: object = {}): Judgement =>
  ({ model, order, attempt: 1, metrics: ALL, unread: null, pair_hash: "h", ...over }) as Judgement;
const whole = ["a", "b"].flatMap((model) => [
  said(model, "king_first"),
  said(model, "challenger_first"),
]);
const judged = (judges: readonly Judgement[], over: Partial<Judged> = {}): Judged => ({
  file: "t.json",
  mode: 2,
  judges: [...judges],
  pair_hash: "h",
  disqualified: null,
  ...over,
});
const unread = (attempt: number, over: object = {}): Judgement =>
  said("b", "challenger_first", { metrics: null, unread: "no_json", attempt, ...over });
const [one, two, three] = whole;
const threeOf = [one, two, three].filter((reply) => reply !== undefined);

test.each<[what: string, score: Judged, over: Partial<DuelRules>, open: readonly string[]]>([
  ["every seat gave its verdict", judged(whole), {}, []],
  ["a seat gave none yet", judged(threeOf), {}, ["b challenger_first"]],
  ["a seat was not read once", judged([...threeOf, unread(1)]), {}, ["b challenger_first"]],
  ["a seat used its askings up", judged([...threeOf, unread(3)]), {}, []],
  [
    "a call was refused under these settings",
    judged([...threeOf, unread(1, { failed: true, settings: "s1" })]),
    {},
    [],
  ],
  [
    "a call was refused under other settings",
    judged([...threeOf, unread(1, { failed: true, settings: "s0" })]),
    {},
    ["b challenger_first"],
  ],
  [
    "the verdicts are on another pair",
    judged(whole, { pair_hash: "other" }),
    { orders: "fixed" },
    ["a king_first", "b king_first"],
  ],
  [
    "the duel is against another opponent now",
    judged(whole, { mode: 1 }),
    { orders: "fixed" },
    ["a king_first", "b king_first"],
  ],
  ["an older build wrote no pair", { ...judged(whole), pair_hash: undefined } as Judged, {}, []],
  [
    "the turn was lost before a judge",
    judged([], { disqualified: { reason: "leak", detail: "" } }),
    {},
    [],
  ],
  [
    "a judge joined the panel",
    judged(whole),
    { panel: [judge("a"), judge("b"), judge("c")] },
    ["c king_first", "c challenger_first"],
  ],
  [
    "a lazy panel needs no third judge",
    judged(whole),
    { panel: [judge("a"), judge("b"), judge("c")], panelMode: "lazy" },
    [],
  ],
])("what is left to ask when %s", (_what, score, over, open) => {
  expect(openSeats(score, rules(over)).map((seat) => `${seat.judge.model} ${seat.order}`)).toEqual(
    open,
  );
});
