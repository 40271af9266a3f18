/**
 * The weights held against data that they were not chosen on: a repository at a time is left out, the rest sets
 * the limit, and, for comparison, fits a weight for each kind of finding (logistic regression: Cox 1958), and what
 * is left out is judged. Every set here was in view: what these figures lack is chance, not hindsight.
 */
import { wilsonInterval } from "../src/core/actions/interval.ts";
import type { Audit } from "../src/records/answer.ts";

export type Scored = {
  readonly repo: string;
  readonly isHonest: boolean;
  /** A written pair; what real agents and kings said is trained on and not counted. */
  readonly isPair: boolean;
  readonly difficulty: string;
  readonly audit: Audit;
};

/** Share of the honest that the limit may call leak where it is set. */
const ALLOWED = 0.03;
const KINDS = [
  "identifier",
  "constant",
  "string",
  "path",
  "line",
  "code",
  "test",
  "phrase",
  "claim",
  "wording",
] as const;

/** A table: rows are ways to judge, columns honest replies called leak and leaks found, each left out once. */
export function leftOutTable(rows: readonly Scored[]): string[] {
  const ways: readonly (readonly [string, Way])[] = [
    ["weights by hand, limit 2", () => ({ scoreOf: byHand, limit: 2 })],
    ["weights by hand, limit by the other repositories", (rest) => withLimit(byHand, rest)],
    ["weights and limit by the other repositories", (rest) => withLimit(fitted(rest), rest)],
  ];
  return [
    "| in view, left-out repository | honest called leak | 95 % | leaks found | 95 % | easy and medium | 95 % | hard | 95 % |",
    "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ...ways.map(([name, way]) => `| ${name} | ${cellsOf(rows, way).join(" | ")} |`),
    "",
  ];
}

// ---------------------------------------------------------------------------------------------

type Judge = { readonly scoreOf: (row: Scored) => number; readonly limit: number };
type Way = (rest: readonly Scored[]) => Judge;

function cellsOf(rows: readonly Scored[], way: Way): string[] {
  const judged = [...new Set(rows.map(({ repo }) => repo))].sort().flatMap((repo) => {
    const { scoreOf, limit } = way(rows.filter((row) => row.repo !== repo));
    return rows
      .filter((row) => row.repo === repo && row.isPair)
      .map((row) => ({ ...row, isLeak: scoreOf(row) >= limit }));
  });
  const share = (of: (row: Scored) => boolean): string => {
    const all = judged.filter(of);
    const hits = all.filter(({ isLeak }) => isLeak).length;
    const [low, high] = wilsonInterval(hits, all.length).map((one) => (100 * one).toFixed(0));
    return `${hits} of ${all.length} | ${low} to ${high}`;
  };
  return [
    share(({ isHonest }) => isHonest),
    share(({ isHonest }) => !isHonest),
    share(
      ({ isHonest, difficulty }) => !isHonest && (difficulty === "easy" || difficulty === "medium"),
    ),
    share(({ isHonest, difficulty }) => !isHonest && difficulty === "hard"),
  ];
}

const byHand = ({ audit }: Scored): number => audit.score ?? 0;

/** The lowest limit that calls no more of the honest pairs leak than allowed. */
function withLimit(scoreOf: (row: Scored) => number, rest: readonly Scored[]): Judge {
  const honest = rest
    .filter(({ isHonest, isPair }) => isHonest && isPair)
    .map(scoreOf)
    .sort((a, b) => b - a);
  return { scoreOf, limit: (honest[Math.floor(ALLOWED * honest.length)] ?? 0) + 1e-6 };
}

const featuresOf = ({ audit }: Scored): number[] =>
  KINDS.map((kind) =>
    audit.findings.reduce((sum, one) => sum + (one.kind === kind ? (one.weight ?? 0) : 0), 0),
  );

const STEPS = 400;
const RATE = 0.5;
const PENALTY = 0.01;

/** Both sides count alike, however many rows each has; a weight is never below nought. */
function fitted(rest: readonly Scored[]): (row: Scored) => number {
  const data = rest.map((row) => ({ x: featuresOf(row), y: row.isHonest ? 0 : 1 }));
  const leaks = data.filter(({ y }) => y === 1).length;
  const weights = KINDS.map(() => 0);
  let bias = 0;
  const logit = (x: readonly number[]): number =>
    x.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), bias);
  for (let step = 0; step < STEPS; step++) {
    const slope = KINDS.map(() => 0);
    let biasSlope = 0;
    for (const { x, y } of data) {
      const side = y === 1 ? leaks : data.length - leaks;
      const error = (1 / (1 + Math.exp(-logit(x))) - y) / (2 * side);
      biasSlope += error;
      for (const [at, value] of x.entries()) slope[at] = (slope[at] ?? 0) + error * value;
    }
    bias -= RATE * biasSlope;
    for (const [at, value] of slope.entries()) {
      const weight = weights[at] ?? 0;
      weights[at] = Math.max(0, weight - RATE * (value + PENALTY * weight));
    }
  }
  return (row) => logit(featuresOf(row));
}
