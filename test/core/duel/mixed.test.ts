import { expect, test } from "vitest";
import { mixedOf, mixedReason } from "../../../src/core/duel/mixed.ts";
import type { TurnFacts, Version } from "../../../src/core/duel/facts.ts";

const of = (prompt: string, hash: Version["hash"] = null, usd: number | null = 0.25): Version => ({
  prompt,
  hash,
  usd,
});
const turns = (...versions: Version[]): TurnFacts[] => [{ versions } as unknown as TurnFacts];

test("verdicts of one version are not mixed, also where some turns have no structure", () => {
  expect(mixedOf(turns(of("judge-1"), of("judge-1")), "judge-1", false)).toBeNull();
  expect(mixedOf(turns(of("judge-1"), of("judge-1", "structure")), "judge-1", false)).toBeNull();
});

test("two versions of the prompt are named, and what the older ones would cost anew is said", () => {
  const mixed = mixedOf(turns(of("judge-1"), of("judge-1"), of("judge-2")), "judge-2", false);
  expect(mixedReason(mixed)).toBe(
    "verdicts come from different versions (judge-1: 2, judge-2: 1): giving the older 2 anew takes 2 calls, about $0.50 (--force asks all anew); --mixed takes them as they are",
  );
});

test("two versions of the hash as well; an unknown price is said to be unknown", () => {
  const both = turns(of("judge-1", "plain", null), of("judge-1", "structure"));
  expect(mixedReason(mixedOf(both, "judge-1", false))).toContain(
    "(judge-1, hash with calls: 1, judge-1, hash without calls: 1): giving the older 1 anew takes 1 calls, at a price that is not known",
  );
});

test("told --mixed the duel may be accepted", () => {
  const mixed = mixedOf(turns(of("judge-1"), of("judge-2")), "judge-2", true);
  expect(mixed?.taken).toBe(true);
  expect(mixedReason(mixed)).toBeNull();
  expect(mixedReason(undefined)).toBeNull();
});
