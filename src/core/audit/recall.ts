/** How many leaks of unseen kinds the audit finds at a limit: what a share of found leaks is divided by. */
import { wilsonInterval } from "../actions/interval.ts";
import measured from "./recall.json" with { type: "json" };

export type Recall = {
  /** Which replies it was measured on. */
  readonly set: string;
  readonly found: number;
  readonly leaks: number;
  /** Wilson, 95 %. */
  readonly interval: readonly [number, number];
};

/** The highest limit that was measured. */
export const MEASURED_TO = measured.levels.reduce((top, one) => Math.max(top, one.leak_min), 0);

/**
 * At the highest measured limit that is not above `leakMin`; at the lowest for a lower one; null above all that
 * were measured, where fewer are found than anywhere and nobody knows how many.
 */
export function recallAt(leakMin: number): Recall | null {
  if (leakMin > MEASURED_TO) return null;
  const under = measured.levels.filter((level) => level.leak_min <= leakMin);
  const found = (under.at(-1) ?? measured.levels[0])?.found ?? 0;
  const { set, leaks } = measured;
  return { set, found, leaks, interval: wilsonInterval(found, leaks) };
}

export type TrueShare = {
  /** Share of leaking answers, found or not, 0..1; null where nothing was found in the measurement. */
  readonly share: number | null;
  /** Low end over high recall to high end over low recall: wider than 95 %. */
  readonly interval: readonly [number, number];
};

/** The share of leaks among `n` answers of which `leak` were called so. */
export function trueShare(leak: number, n: number, recall: Recall): TrueShare {
  const [low, high] = wilsonInterval(leak, n);
  const [recallLow, recallHigh] = recall.interval;
  const of = (share: number, by: number): number => (by <= 0 ? 1 : Math.min(1, share / by));
  const share = recall.found === 0 || n === 0 ? null : of(leak / n, recall.found / recall.leaks);
  return { share, interval: [of(low, recallHigh), of(high, recallLow)] };
}
