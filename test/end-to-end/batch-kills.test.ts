/** `npm run soak:batch` is the long form. */
import { expect, test } from "vitest";
import { killed } from "../support/batch-kills.ts";

test("a batch API with every fault and a stage that is killed: nothing is paid twice, all is answered", async () => {
  const { kills, turns, answered, paidTwice } = await killed({ kills: 4, seed: 3 });
  expect(kills).toBeGreaterThanOrEqual(4);
  expect([answered, paidTwice]).toEqual([turns, 0]);
}, 300_000);
