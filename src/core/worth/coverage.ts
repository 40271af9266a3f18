/** Experiments whose truth is known: how often the interval of `effectOf` covers it. */
import { seededRng, type Rng } from "../random.ts";
import { studentUpper } from "../duel/student.ts";
import { effectOf, type Measured } from "./effect.ts";

/** Where differences come from: standard deviations of the arms' outcomes. */
export type WorthWorld = {
  readonly name: string;
  readonly seeds: number;
  readonly clusters: number;
  readonly rows: number;
  /** Between seeds of an arm, over all rows alike. */
  readonly seed: number;
  /** Between repositories: how much more one arm gains there. */
  readonly cluster: number;
  /** Of a seed in a repository, and of a single answer. */
  readonly both: number;
  readonly noise: number;
  /** Rows are right or wrong: the value is the chance of it. */
  readonly isBinary?: boolean;
  /** Some repositories have far more rows than others. */
  readonly isUneven?: boolean;
};

export const WORTH_WORLDS: readonly WorthWorld[] = [
  {
    name: "seeds alone",
    seeds: 5,
    clusters: 20,
    rows: 100,
    seed: 0.05,
    cluster: 0,
    both: 0,
    noise: 0.05,
  },
  {
    name: "repositories alone",
    seeds: 5,
    clusters: 20,
    rows: 100,
    seed: 0,
    cluster: 0.1,
    both: 0,
    noise: 0.05,
  },
  {
    name: "both alike",
    seeds: 5,
    clusters: 20,
    rows: 100,
    seed: 0.03,
    cluster: 0.1,
    both: 0.05,
    noise: 0.2,
  },
  {
    name: "noise of answers alone",
    seeds: 5,
    clusters: 20,
    rows: 100,
    seed: 0,
    cluster: 0,
    both: 0,
    noise: 0.4,
  },
  {
    name: "both, few repositories",
    seeds: 5,
    clusters: 8,
    rows: 64,
    seed: 0.03,
    cluster: 0.1,
    both: 0.05,
    noise: 0.2,
  },
  {
    name: "both, uneven repositories",
    seeds: 5,
    clusters: 20,
    rows: 120,
    seed: 0.03,
    cluster: 0.1,
    both: 0.05,
    noise: 0.2,
    isUneven: true,
  },
  {
    name: "right or wrong",
    seeds: 5,
    clusters: 20,
    rows: 100,
    seed: 0.05,
    cluster: 0.1,
    both: 0,
    noise: 0,
    isBinary: true,
  },
  {
    name: "right or wrong, ten seeds",
    seeds: 10,
    clusters: 40,
    rows: 200,
    seed: 0.05,
    cluster: 0.1,
    both: 0,
    noise: 0,
    isBinary: true,
  },
  {
    name: "three seeds",
    seeds: 3,
    clusters: 20,
    rows: 100,
    seed: 0.05,
    cluster: 0.05,
    both: 0,
    noise: 0.2,
  },
];

export type Coverage = {
  readonly world: WorthWorld;
  readonly experiments: number;
  /** Shares of experiments whose interval holds the truth: seeds and clusters together, rows alone. */
  readonly covered: number;
  readonly coveredByRows: number;
  /** Mean width of the interval. */
  readonly width: number;
};

/** True difference 0 between arms that vary as the world says. */
export function coverageOf(world: WorthWorld, experiments: number, seed = 1): Coverage {
  let covered = 0;
  let coveredByRows = 0;
  let width = 0;
  for (let n = 0; n < experiments; n++) {
    const rng = seededRng(seed, `worth/${world.name}/${n}`);
    const [first, second] = drawn(world, rng);
    const { interval } = effectOf(first, second);
    const [low, high] = interval ?? [-Infinity, Infinity];
    if (low <= 0 && high >= 0) covered++;
    width += high - low;
    const byRows = rowsAlone(first, second);
    if (byRows[0] <= 0 && byRows[1] >= 0) coveredByRows++;
  }
  return {
    world,
    experiments,
    covered: covered / experiments,
    coveredByRows: coveredByRows / experiments,
    width: width / experiments,
  };
}

/** As a Markdown table. */
export function coverageTable(all: readonly Coverage[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = all.map(({ world, covered, coveredByRows, width }) => [
    world.name,
    String(world.seeds),
    String(world.clusters),
    percent(covered),
    percent(coveredByRows),
    width.toFixed(3),
  ]);
  return [
    ["world", "seeds", "repositories", "seeds and clusters", "rows alone", "mean width"],
    ["---", "--:", "--:", "--:", "--:", "--:"],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

// ---------------------------------------------------------------------------------------------

/** What is usually done: every answer counts as independent. */
function rowsAlone(
  first: readonly Measured[],
  second: readonly Measured[],
): readonly [number, number] {
  const values = first.map(({ value }, at) => value - (second[at]?.value ?? 0));
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const reach = studentUpper(0.025, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return [mean - reach, mean + reach];
}

/** Both arms; repositories that favour one arm favour it at every seed. */
function drawn(world: WorthWorld, rng: Rng): readonly [Measured[], Measured[]] {
  const sizes = sizesOf(world, rng);
  const favours = sizes.map(() => normal(rng) * world.cluster);
  // The truth is 0 over the repositories that there might be, so that none is favoured on the whole.
  const arm = (sign: number): Measured[] => {
    const measured: Measured[] = [];
    for (let seed = 1; seed <= world.seeds; seed++) {
      const own = normal(rng) * world.seed;
      let row = 0;
      for (const [at, size] of sizes.entries()) {
        const there = own + (sign * (favours[at] ?? 0)) / 2 + normal(rng) * world.both;
        for (let n = 0; n < size; n++) {
          const value = 0.5 + there + normal(rng) * world.noise;
          measured.push({
            seed,
            row: row++,
            cluster: `r${at}`,
            value: world.isBinary === true ? Number(rng() < value) : value,
          });
        }
      }
    }
    return measured;
  };
  return [arm(1), arm(-1)];
}

function sizesOf({ clusters, rows, isUneven }: WorthWorld, rng: Rng): number[] {
  if (isUneven !== true) return Array.from({ length: clusters }, () => Math.round(rows / clusters));
  const weights = Array.from({ length: clusters }, () => Math.exp(normal(rng)));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.max(1, Math.round((rows * weight) / all)));
}

/** Box and Muller. */
const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
