import { expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { whyStopped } from "../../src/trainer/inner-workspace.ts";
import type { StageSummary } from "../../src/work.ts";

const SUMMARY: StageSummary = {
  stage: "validate",
  read: 4,
  kept: 1,
  dropped: {},
  pending: 3,
  asked: 4,
  notes: ["m at p: 3 calls failed"],
  stopped: null,
};
const MEND = { message: "m at p: http_404", hint: "look at [worth].judges" };

test("settings that left items are a fault with what to mend", () => {
  const summary = { ...SUMMARY, to_mend: [MEND] };
  expect(() => whyStopped(summary)).toThrow(new UserError(MEND.message, MEND.hint));
  expect(() => whyStopped(summary)).toThrow(expect.objectContaining({ hint: MEND.hint }) as Error);
});

test.each([
  [{ stopped: { why: "budget", message: "spent" } as const, to_mend: [MEND] }, "spent"],
  [{ stopped: { why: "settings", message: "no key" } as const }, "no key"],
  [
    { stopped: { why: "settings", message: MEND.message } as const, to_mend: [MEND] },
    "m at p: http_404 -> look at [worth].judges",
  ],
  [{}, "m at p: 3 calls failed"],
  [{ pending: 0 }, null],
])("of %j it says %j", (over, message) => {
  expect(whyStopped({ ...SUMMARY, ...over })?.message ?? null).toBe(message);
});
