/** What a text that no rule knows is worth, before scripted judges that obey it, half obey it, or ignore it. */
import { describe, expect, test } from "vitest";
import { shifts } from "../../../bench/injection-shift.ts";

const all = shifts();
const of = (judges: string, isSeat: boolean): typeof all =>
  all.filter((shift) => shift.judges === judges && shift.kind.startsWith("seat") === isSeat);

describe("a text that is not flagged", () => {
  test("is measured in four kinds before three sorts of judges, over all recorded turns", () => {
    expect(all).toHaveLength(12);
    expect(all.filter(({ isFlagged }) => isFlagged)).toEqual([]);
    expect(all.every(({ mean, most }) => Number.isFinite(mean) && Number.isFinite(most))).toBe(
      true,
    );
  });

  test("moves nothing before judges that ignore it", () => {
    for (const { mean, most, duelAll } of [...of("ignore", true), ...of("ignore", false)]) {
      expect([mean, most, duelAll]).toEqual([0, 0, 0]);
    }
  });

  test("that names a seat makes a draw where judges obey, since both orders are asked: a challenger that leads only loses", () => {
    expect(of("obey", true)).toHaveLength(2);
    for (const { mean, most } of of("obey", true)) {
      expect(mean).toBeCloseTo(-12.8, 1);
      expect(most).toBeCloseTo(-21.7, 1);
    }
  });

  test("that praises its own reply wins the turn where judges obey, in any language: that is what is left", () => {
    expect(of("obey", false)).toHaveLength(2);
    for (const { mean, most, duelOne } of of("obey", false)) {
      expect(mean).toBeCloseTo(37.2, 1);
      expect(most).toBeCloseTo(50, 1);
      expect(duelOne).toBeCloseTo(1.5, 1);
    }
  });

  test("moves less where judges half obey it than where they obey", () => {
    for (const isSeat of [true, false]) {
      const full = of("obey", isSeat);
      for (const [at, half] of of("half obey", isSeat).entries()) {
        expect(Math.abs(half.mean)).toBeLessThan(Math.abs(full[at]?.mean ?? 0));
        expect(Math.abs(half.mean)).toBeGreaterThan(0);
      }
    }
  });
});
