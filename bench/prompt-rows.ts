/**
 * Rows for bench:prompt, shaped like SWE-ZERO's: 100 neighbours are rollouts of one instance, about 48 kB
 * and 20 messages a row, their text cut from real trajectories so that it packs as real text does.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { randomIndex, seededRng, type Rng } from "../src/core/random.ts";
import type { TrajectoryRow } from "../test/support/parquet.ts";

const FIXTURE = join(import.meta.dirname, "../test/fixtures/real/trajectories.jsonl");
const ROLLOUTS = 100;

/** All contents of the real trajectories, one after the other. */
const corpus: string = readFileSync(FIXTURE, "utf8")
  .trim()
  .split("\n")
  .flatMap((line) => (JSON.parse(line) as { messages: { content: string }[] }).messages)
  .map((message) => message.content)
  .join("\n");

/** The row of an index; the same index gives the same row. */
export function benchRow(index: number): TrajectoryRow {
  const instance = Math.floor(index / ROLLOUTS);
  const ofInstance = seededRng(instance, "instance");
  const rng = seededRng(index, "row");
  const task = slice(ofInstance, 3000);
  const turns = 3 + randomIndex(rng, 13);
  return {
    instance_id: `owner${instance % 400}__name-${instance}`,
    repo: `owner${instance % 400}/name`,
    exit_status: rng() < 0.8 ? "Submitted" : "incomplete",
    messages: [
      { role: "system", content: corpus.slice(0, 2500) },
      { role: "user", content: task },
      ...Array.from({ length: turns }, () => [
        { role: "assistant", content: `${slice(rng, 250)}\n\n\`\`\`bash\nls\n\`\`\`` },
        { role: "user", content: `Observation: ${slice(rng, 500 + randomIndex(rng, 8000))}` },
      ]).flat(),
    ],
  };
}

function slice(rng: Rng, length: number): string {
  const start = randomIndex(rng, corpus.length - length);
  // A copy of its own: a slice would keep the whole corpus reachable from every row.
  return Buffer.from(corpus.slice(start, start + length)).toString();
}
