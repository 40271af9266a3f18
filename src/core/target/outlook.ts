/**
 * What a target run has still before it: its own rule played on, many times, with turns drawn as the share
 * seen so far would have it (Polya's urn, whose draws are those of the beta posterior).
 */
import type { Rng } from "../random.ts";
import { nextStep, type TargetState } from "./decide.ts";

/** 5 %, 50 % and 95 % of what may come. */
export type Range = { readonly low: number; readonly mid: number; readonly high: number };

export type Outlook = {
  readonly rounds: Range;
  /** Turns drawn in all at the end. */
  readonly turns: Range;
  /** Share of the paths that end with as many turns as wanted, 0..1. */
  readonly chance: number;
};

/** Buckets alone: what the gate may need beyond is not in it. Same state and rng, same outlook. */
export function outlookOf(state: TargetState, rng: Rng): Outlook {
  const paths = Array.from({ length: PATHS }, () => playOn(state, rng));
  return {
    rounds: rangeOf(paths.map(({ rounds }) => rounds)),
    turns: rangeOf(paths.map(({ drawn }) => drawn)),
    chance: paths.filter(({ have }) => have >= state.accepted).length / PATHS,
  };
}

// ---------------------------------------------------------------------------------------------

const PATHS = 60;

function playOn(from: TargetState, rng: Rng): { rounds: number; drawn: number; have: number } {
  let [{ have, drawn }, { good, bad }, rounds] = [from, from.seen, 0];
  for (;;) {
    const gate = { kind: "off" } as const;
    const spent = drawn - from.drawn;
    const affordable = from.affordable === null ? null : Math.max(0, from.affordable - spent);
    const step = nextStep({ ...from, have, drawn, seen: { good, bad }, affordable, gate });
    if (step.kind !== "draw") return { rounds, drawn, have };
    for (; drawn < step.limit; drawn++) {
      const isFinal = rng() < (good + 1) / (good + bad + 2);
      good += isFinal ? 1 : 0;
      bad += isFinal ? 0 : 1;
      have += isFinal ? 1 : 0;
    }
    rounds++;
  }
}

function rangeOf(values: readonly number[]): Range {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { low: at(0.05), mid: at(0.5), high: at(0.95) };
}
