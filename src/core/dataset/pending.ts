/**
 * Attempts that wait for the rest of their issue. Logs hold an issue's attempts side by side or far
 * apart: what waits is held in memory up to a limit, and put aside beyond it.
 */
import { cutDown } from "./repair-pairs.ts";
import type { KeptAttempt } from "./repair.ts";

export type Aside = {
  /** Puts a text aside; returns its number. */
  readonly put: (text: string) => number;
  readonly get: (number: number) => string;
};

export type Pending = {
  add(attempt: KeptAttempt): void;
  /** The issue's attempts in the order they were added; they wait no more. */
  take(instanceId: string): readonly KeptAttempt[];
  /** Issues that still wait, in the order they came. */
  waiting(): readonly string[];
};

/** @param maxChars held in memory before everything that waits is put aside. */
export function pendingAttempts(aside: Aside, maxChars: number): Pending {
  const waiting = new Map<string, (KeptAttempt | number)[]>();
  let chars = 0;
  const spill = (): void => {
    for (const attempts of waiting.values()) {
      for (const [at, attempt] of attempts.entries()) {
        if (typeof attempt !== "number") attempts[at] = aside.put(JSON.stringify(cutDown(attempt)));
      }
    }
    chars = 0;
  };
  return {
    add(attempt) {
      const known = waiting.get(attempt.instance_id);
      if (known === undefined) waiting.set(attempt.instance_id, [attempt]);
      else known.push(attempt);
      chars += sizeOf(attempt);
      if (chars > maxChars) spill();
    },
    take(instanceId) {
      const attempts = waiting.get(instanceId) ?? [];
      waiting.delete(instanceId);
      return attempts.map((attempt) => {
        if (typeof attempt === "number") return JSON.parse(aside.get(attempt)) as KeptAttempt;
        chars -= sizeOf(attempt);
        return attempt;
      });
    },
    waiting: () => [...waiting.keys()],
  };
}

// ---------------------------------------------------------------------------------------------

const sizeOf = (attempt: KeptAttempt): number =>
  attempt.log.length + attempt.patch.length + attempt.issue.length;
