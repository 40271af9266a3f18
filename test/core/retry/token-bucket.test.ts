import { expect, test } from "vitest";
import { dueInMs, fullBucket, giveBack, take } from "../../../src/core/retry/token-bucket.ts";

/** The moments at which `count` calls of `amount` go that are asked for at once. */
function moments(perMinute: number, amount: number, count: number): number[] {
  let bucket = fullBucket(perMinute, 0);
  return Array.from({ length: count }, () => {
    bucket = take(bucket, amount, 0);
    return dueInMs(bucket, { amount, position: bucket.taken }, 0);
  });
}

test.each([2, 6, 60, 1000, 6000])("no minute sees more than %i calls", (perMinute) => {
  const at = moments(perMinute, 1, perMinute * 3 + 5);
  // Sorted as they are: the call after a full allowance goes a minute later at the earliest.
  for (const [i, moment] of at.entries()) {
    const later = at[i + perMinute];
    if (later !== undefined) expect(later - moment).toBeGreaterThanOrEqual(60_000);
  }
});

test("the allowance is made use of: a tenth at once, then nine tenths a minute", () => {
  const at = moments(600, 1, 600);
  expect(at.slice(0, 60).every((ms) => ms === 0)).toBe(true);
  expect(Math.abs((at[599] ?? 0) - 60_000)).toBeLessThanOrEqual(1);
});

test("an amount over the capacity goes from a full bucket, and the next one waits for the debt", () => {
  expect(moments(1000, 500, 2)).toEqual([0, Math.ceil(500 / (900 / 60_000))]);
});

test("what was reserved and not used comes back, up to the capacity", () => {
  const bucket = take(fullBucket(1000, 0), 500, 0);
  expect(bucket.level).toBe(-400);
  expect(giveBack(bucket, 450).level).toBe(50);
  expect(giveBack(bucket, 9999).level).toBe(100);
});

test("what is put back shortens the waits of those who stand in line, and later ones take no turn", () => {
  const first = take(fullBucket(1000, 0), 500, 0);
  const second = take(first, 50, 0);
  const ticket = { amount: 50, position: second.taken };
  expect(dueInMs(second, ticket, 0)).toBe(30_000);
  const later = take(second, 500, 0);
  expect(dueInMs(later, ticket, 0)).toBe(30_000);
  expect(dueInMs(giveBack(later, 420), ticket, 0)).toBe(2000);
  expect(dueInMs(giveBack(later, 450), ticket, 0)).toBe(0);
});
