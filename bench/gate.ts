/**
 * npm run bench:gate: the gate's two bounds at three sizes, beside a plain resampling loop over the
 * same turns in the same run, and the verdict reader on fence-heavy text.
 */
import { bootstrapT, upperT } from "../src/core/duel/bootstrap.ts";
import { clustersOf, meanOf, standardErrorOf } from "../src/core/duel/clusters.ts";
import { halfSampleMeans, lowerBound } from "../src/core/duel/half-sample.ts";
import { readVerdict } from "../src/core/duel/verdict.ts";
import { seededRng, type Rng } from "../src/core/random.ts";

type Turn = { readonly cluster: string; readonly value: number };

const RESAMPLES = 10_000;
const ROUNDS = 5;

const turnsOf = (turns: number, clusters: number): Turn[] => {
  const rng = seededRng(1, `${turns}/${clusters}`);
  return Array.from({ length: turns }, () => ({
    cluster: `instance ${Math.floor(rng() * clusters)}`,
    value: Math.round((rng() - 0.45) * 1e6),
  }));
};

/** What the bootstrap means, written down as it reads: draw clusters, walk their turns, divide. */
function plainLoop(turns: readonly Turn[], rng: Rng): Float64Array {
  const groups = new Map<string, number[]>();
  for (const { cluster, value } of turns) {
    const group = groups.get(cluster);
    if (group === undefined) groups.set(cluster, [value]);
    else group.push(value);
  }
  const clusters = [...groups.values()];
  return Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    let size = 0;
    for (let draw = 0; draw < clusters.length; draw++) {
      const group = clusters[Math.floor(rng() * clusters.length)] ?? [];
      for (const value of group) sum += value;
      size += group.length;
    }
    return sum / size;
  }).sort();
}

/** CPU milliseconds of this process, which other processes on the machine do not lengthen. */
function bestOf(rounds: number, run: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

console.log("| turns | clusters | ours, CPU ms | plain loop, CPU ms | ratio | lower bounds |");
console.log("|---|---|---|---|---|---|");
for (const [count, clusters, withPlain] of [
  [2_000, 500, true],
  [100_000, 25_000, false],
  [800_000, 300_000, false],
] as const) {
  const turns = turnsOf(count, clusters);
  const groups = clustersOf(turns);
  let ours: readonly number[] = [];
  let plain = new Float64Array(0);
  const rounds = count > 200_000 ? 1 : ROUNDS;
  const oursMs = bestOf(rounds, () => {
    const half = halfSampleMeans(groups, RESAMPLES, seededRng(2, "half"));
    const { ts } = bootstrapT(groups, RESAMPLES, seededRng(2, "ours"));
    const error = standardErrorOf(groups) ?? 0;
    ours = [lowerBound(half, 0.05), meanOf(groups) - upperT(ts, 0.05) * error];
  });
  const plainMs = withPlain
    ? bestOf(ROUNDS, () => {
        plain = new Float64Array(plainLoop(turns, seededRng(2, "plain")));
      })
    : null;
  const bounds = [...ours, ...(plain.length === 0 ? [] : [lowerBound(plain, 0.05)])].map((bound) =>
    (bound / 1e6).toFixed(5),
  );
  const ratio = plainMs === null ? "-" : (oursMs / plainMs).toFixed(3);
  console.log(
    `| ${count} | ${groups.sums.length} | ${oursMs.toFixed(1)} | ${plainMs?.toFixed(1) ?? "-"} | ${ratio} | ${bounds.join(" / ")} |`,
  );
}

const fences = '```json\n{"a": {"b": "x",\n```\n{"correctness": 1, {"grounding"\n'.repeat(3_200);
const verdict = '{"correctness":1,"grounding":0,"progress":2,"protocol":0,"efficiency":1}';
const readMs = bestOf(ROUNDS, () => {
  readVerdict({ content: fences + verdict, finish_reason: "stop" });
});
console.log(`\nverdict in ${fences.length} characters of fences: ${readMs.toFixed(1)} CPU ms`);
