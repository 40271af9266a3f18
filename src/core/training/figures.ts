/**
 * What a checkpoint tells better than its base: negative log likelihood of the same answers, paired row by
 * row, with the gate's interval over clusters.
 *
 *   difference = sum (nll_base - nll) / sum tokens,  in nats a token; above 0: the checkpoint is better
 *   perplexity = exp(sum nll / sum tokens)
 */
import type { EvaluationRow } from "../../records/evaluation.ts";
import { MIN_CLUSTERS } from "../duel/gate.ts";
import { clusteredMean, type Mean } from "../duel/statistics.ts";

/** `none`: the interval covers 0. `unsure`: fewer clusters than the gate asks for. `alone`: no base. */
export type Verdict = "better" | "worse" | "none" | "unsure" | "alone";

export type Figures = {
  /** The group's name; "" for all rows. */
  readonly group: string;
  readonly rows: number;
  readonly tokens: number;
  readonly n_clusters: number;
  /** null without rows, and for the base where there is none. */
  readonly perplexity: number | null;
  readonly perplexity_base: number | null;
  /** Nats a token; null where there is no base. */
  readonly difference: number | null;
  readonly interval: readonly [number, number] | null;
  readonly verdict: Verdict;
};

/** All rows together. */
export function figuresOf(rows: readonly EvaluationRow[], group = ""): Figures {
  const tokens = rows.reduce((sum, row) => sum + row.tokens, 0);
  const hasBase = rows.length > 0 && rows.every(({ nll_base }) => nll_base !== null);
  const paired = clusteredMean(
    hasBase
      ? rows.map(({ cluster, nll, nll_base, tokens: size }) => ({
          cluster,
          value: (nll_base ?? 0) - nll,
          size,
        }))
      : [],
  );
  return {
    group,
    rows: rows.length,
    tokens,
    n_clusters: new Set(rows.map(({ cluster }) => cluster)).size,
    perplexity: perplexity(
      rows.map(({ nll }) => nll),
      tokens,
    ),
    perplexity_base: hasBase
      ? perplexity(
          rows.map(({ nll_base }) => nll_base ?? 0),
          tokens,
        )
      : null,
    difference: paired.mean,
    interval: paired.interval,
    verdict: hasBase ? verdictOf(paired) : "alone",
  };
}

/** Groups by name, the one with most rows first; rows without a name are left out. */
export function figuresBy(
  rows: readonly EvaluationRow[],
  keyOf: (row: EvaluationRow) => string | null,
): Figures[] {
  const groups = new Map<string, EvaluationRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups]
    .map(([group, held]) => figuresOf(held, group))
    .sort((a, b) => b.rows - a.rows || (a.group < b.group ? -1 : 1));
}

/** Of pairs: how often the answer that won is the likelier one, base and checkpoint. */
export type Preference = {
  readonly pairs: number;
  readonly share: number;
  readonly share_base: number | null;
  /** Of the difference of shares. */
  readonly change: Mean;
};

/** null where no row is a pair. */
export function preferenceOf(rows: readonly EvaluationRow[]): Preference | null {
  const pairs = rows.flatMap((row) =>
    row.rejected === null ? [] : [{ ...row, rejected: row.rejected }],
  );
  if (pairs.length === 0) return null;
  const now = pairs.map(({ nll, rejected }) => (nll < rejected.nll ? 1 : 0));
  const hasBase = pairs.every(({ nll_base }) => nll_base !== null);
  const before = pairs.map(({ nll_base, rejected }) =>
    (nll_base ?? 0) < (rejected.nll_base ?? 0) ? 1 : 0,
  );
  return {
    pairs: pairs.length,
    share: mean(now),
    share_base: hasBase ? mean(before) : null,
    change: clusteredMean(
      hasBase
        ? pairs.map(({ cluster }, at) => ({
            cluster,
            value: (now[at] ?? 0) - (before[at] ?? 0),
            size: 1,
          }))
        : [],
    ),
  };
}

/** Whether a paired mean says anything: the gate's least number of clusters, and zero outside. */
export function verdictOf({ interval, n_clusters }: Mean): Verdict {
  // An end that is not finite: too many resamples hold one kind of cluster alone.
  if (interval === null || n_clusters < MIN_CLUSTERS || !interval.every(Number.isFinite)) {
    return "unsure";
  }
  return interval[0] > 0 ? "better" : interval[1] < 0 ? "worse" : "none";
}

/** Prompt lengths as groups, in tokens. */
export function lengthGroup(tokens: number): string {
  const limit = LENGTHS.find((one) => tokens <= one);
  return limit === undefined ? "over 16,384" : `up to ${limit.toLocaleString("en-US")}`;
}

// ---------------------------------------------------------------------------------------------

const LENGTHS = [1024, 2048, 4096, 8192, 16_384];

/** Nats are counted in millionths, as they are written, so that the order of rows does not matter. */
const UNIT = 1_000_000;

function perplexity(nlls: readonly number[], tokens: number): number | null {
  if (tokens === 0) return null;
  const sum = nlls.reduce((total, nll) => total + Math.round(nll * UNIT), 0);
  return Math.exp(sum / UNIT / tokens);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
