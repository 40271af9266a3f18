/**
 * What a look at the gate costs. Every look is one more chance to be accepted by luck, so all looks
 * together may spend alpha once: little early, most of it at the end (O'Brien and Fleming's kind, as
 * spent by Lan and DeMets), over t, the share of the planned turns that are parsed.
 *
 *   spent up to t:  alpha(t) = 2 - 2 Phi(z_(1-alpha/2) / sqrt(t))
 */
import { density, normalTail, normalUpper } from "./normal.ts";

/** No look before this share of the plan, and at most so many in all; the last is kept for t = 1. */
export const FIRST_LOOK = 0.4;
export const MOST_LOOKS = 4;
/** A bound needs so many draws below it to be a bound. */
const MIN_RANK = 10;

/** One-sided alpha that looks up to t, in 0..1, may have spent. */
export function spentUpTo(t: number, alpha: number): number {
  if (t <= 0) return 0;
  return Math.min(alpha, 2 * normalTail(normalUpper(alpha / 2) / Math.sqrt(Math.min(1, t))));
}

/**
 * The z that each of several looks has to pass, so that all together spend alpha(t) without a true
 * difference: the density of the statistic over those who were not accepted before, carried from look
 * to look (Armitage, McPherson and Rowe's recursion over independent increments).
 *
 * @param ts ascending, each in (0, 1]
 */
export function boundaries(ts: readonly number[], alpha: number): number[] {
  const found: number[] = [];
  let before: Surviving = { points: [0], weights: [1] };
  let last = 0;
  for (const [index, t] of ts.entries()) {
    const step = Math.sqrt(t - last);
    const spend = spentUpTo(t, alpha) - (index === 0 ? 0 : spentUpTo(last, alpha));
    if (spend <= 0 || step === 0) {
      found.push(Infinity);
      continue;
    }
    const passed = (z: number): number =>
      before.points.reduce(
        (sum, point, at) =>
          sum + (before.weights[at] ?? 0) * normalTail((z * Math.sqrt(t) - point) / step),
        0,
      );
    const z = solve(passed, spend);
    found.push(z);
    before = carry(before, step, z * Math.sqrt(t), t);
    last = t;
  }
  return found;
}

export type PastLook = { readonly t: number; readonly turns_hash: string };

export type Look =
  | {
      readonly kind: "look";
      readonly t: number;
      /** One-sided level at which the bound is taken at this look. */
      readonly alpha: number;
      /** Spent by this look and those before it, and what is left. */
      readonly spent: number;
      readonly left: number;
    }
  /** It spends nothing and says why. */
  | {
      readonly kind: "too_early";
      readonly t: number;
      readonly why: string;
      /** Nothing more is to come: what cannot be reached now is not reached. */
      readonly isLast: boolean;
      readonly spent: number;
      readonly left: number;
    }
  | {
      readonly kind: "nothing_left";
      readonly t: number;
      readonly spent: number;
      readonly left: number;
    };

export type LookInput = {
  readonly parsed: number;
  readonly planned: number;
  /** Nothing of the plan is still to come: t is 1, however many turns parsed. */
  readonly isComplete: boolean;
  readonly n_clusters: number;
  readonly turns_hash: string;
  /** The looks that were paid for, in their order. */
  readonly past: readonly PastLook[];
  readonly gate_alpha: number;
  readonly resamples: number;
  /** One-sided level of the last of several looks. @default what `boundaries` gives */
  readonly levelOf?: (ts: readonly number[], alpha: number) => number;
};

/** The level at which the last of several looks takes its bound. */
export function levelAt(ts: readonly number[], alpha: number): number {
  return normalTail(boundaries(ts, alpha).at(-1) ?? Infinity);
}

/** What this look may spend. A look at the very turns of the last one is that look again. */
export function lookAt(input: LookInput): Look {
  const { past, gate_alpha: alpha } = input;
  const last = past.at(-1);
  const repeated = last !== undefined && last.turns_hash === input.turns_hash;
  const now = input.isComplete ? 1 : input.planned === 0 ? 0 : input.parsed / input.planned;
  const t = repeated ? last.t : Math.min(1, Math.max(last?.t ?? 0, now));
  const before = repeated ? past.slice(0, -1) : past;
  const spentBefore = spentUpTo(last?.t ?? 0, alpha);
  const nothing = { t, spent: spentBefore, left: alpha - spentBefore };
  const early = (why: string): Look => ({ kind: "too_early", ...nothing, why, isLast: t >= 1 });
  if (!repeated && last !== undefined && t <= last.t) {
    return last.t >= 1
      ? { kind: "nothing_left", ...nothing }
      : early(`no more of the plan than at the look before, t = ${shown(t)}`);
  }
  if (t < FIRST_LOOK) {
    return early(
      `${input.parsed} of ${input.planned} planned turns are parsed, t = ${shown(t)}; the first look is at ${FIRST_LOOK}`,
    );
  }
  if (t < 1 && before.length >= MOST_LOOKS - 1) {
    return early(`${before.length} looks were made; the last one is kept for the whole plan`);
  }
  const level = (input.levelOf ?? levelAt)([...before.map((look) => look.t), t], alpha);
  if (Math.floor(level * (input.resamples + 1)) < MIN_RANK) {
    return early(`alpha ${level.toPrecision(2)} is too little for ${input.resamples} resamples`);
  }
  if (2 ** -input.n_clusters > level) {
    return early(`${input.n_clusters} clusters cannot reach alpha ${level.toPrecision(2)}`);
  }
  const spent = spentUpTo(t, alpha);
  return { kind: "look", t, alpha: level, spent, left: alpha - spent };
}

// ---------------------------------------------------------------------------------------------

const shown = (t: number): string => t.toFixed(2);

/** Brownian motion at a look over those not accepted so far: points and their masses. */
type Surviving = { readonly points: readonly number[]; readonly weights: readonly number[] };

const GRID = 240;

function carry(before: Surviving, step: number, top: number, t: number): Surviving {
  const bottom = -7 * Math.sqrt(t);
  const width = (top - bottom) / GRID;
  const points = Array.from({ length: GRID }, (_, at) => bottom + (at + 0.5) * width);
  const weights = points.map(
    (point) =>
      (width / step) *
      before.points.reduce(
        (sum, from, at) => sum + (before.weights[at] ?? 0) * density((point - from) / step),
        0,
      ),
  );
  return { points, weights };
}

function solve(passed: (z: number) => number, spend: number): number {
  let low = -1;
  let high = 12;
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (passed(middle) > spend) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
