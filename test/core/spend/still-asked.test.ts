import { expect, test } from "vitest";
import type { PlannedCall } from "../../../src/core/spend/estimate.ts";
import { stillAsked } from "../../../src/core/spend/still-asked.ts";
import { ledgerLineSchema } from "../../../src/records/ledger.ts";
import { LEDGER_CALL } from "../../support/ledger-call.ts";

const call = (over: Partial<PlannedCall>): PlannedCall => ({
  stage: "king",
  provider: "p",
  model: "m",
  bytes: 400,
  shared: 0,
  maxTokens: 100,
  thinks: false,
  times: 1,
  mostTimes: 3,
  ...over,
});
const out = (stage: string, item: string, role: string, over: object = {}) => {
  const line = {
    ...LEDGER_CALL,
    event: "intent",
    usd: null,
    outcome: null,
    provider: "p",
    model: "m",
  };
  return ledgerLineSchema.parse({ ...line, id: item, engine: "batch", stage, item, role, ...over });
};
const KING = out("king", "king/t_1.json/1", "king");
const verdict = (order: string) => out("validate", `validate/t_1.json/a/b/${order}/1`, "judge");
const VERDICTS = { stage: "validate", times: 2, mostTimes: 6 } as const;

test.each<
  [string, readonly ReturnType<typeof out>[], Partial<PlannedCall>, [number, number] | null]
>([
  ["nothing is out", [], {}, [1, 3]],
  ["its first asking is out: further attempts may come", [KING], {}, [0, 2]],
  ["its only asking is out", [KING], { mostTimes: 1 }, null],
  ["another turn's is out", [out("king", "king/t_11.json/1", "king")], {}, [1, 3]],
  ["another model's is out", [{ ...KING, model: "other" }], {}, [1, 3]],
  ["the same model's of another stage is out", [KING], { stage: "challenger" }, [1, 3]],
  [
    "a call in flight is not out",
    [out("king", "king/t_1.json/1", "king", { engine: undefined })],
    {},
    [1, 3],
  ],
  ["a judge is out in one order", [verdict("king_first")], VERDICTS, [1, 5]],
  [
    "a judge is out in both orders",
    [verdict("king_first"), verdict("challenger_first")],
    VERDICTS,
    [0, 4],
  ],
  ["more is out than is missing", [KING, { ...KING, id: "2" }], {}, [0, 2]],
  [
    "the verdict on a second answer is out, and not the answer",
    [out("refine", "validate/t_1.r1.json/m/king_first/1", "judge")],
    { stage: "refine" },
    [1, 3],
  ],
  [
    "the verdict on a second answer is out",
    [out("refine", "validate/t_1.r1.json/m/king_first/1", "judge")],
    { stage: "refine", isVerdict: true, times: 2, mostTimes: 2 },
    [1, 1],
  ],
])("%s", (_case, open, planned, left) => {
  const calls = stillAsked(open)("t_1.json", [call(planned)]);
  expect(calls.map(({ times, mostTimes }) => [times, mostTimes])).toEqual(
    left === null ? [] : [left],
  );
});

test("of several calls alike, as many are taken off as are out", () => {
  const blind = call({ stage: "challenger", times: 3, mostTimes: 9 });
  const ranking = call({ stage: "challenger", bytes: 900 });
  const open = [1, 2, 3, 4].map((n) =>
    out("challenger", `challenger/t_1.json/${n}/1`, "challenger"),
  );
  const calls = stillAsked(open)("t_1.json", [blind, ranking]);
  expect(calls.map(({ times }) => times)).toEqual([0, 0]);
});
