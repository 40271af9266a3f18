/**
 * node kingmaker.cjs bench/near-recall: how many near duplicates the merging of groups finds, by true
 * similarity. Real problem statements and patches, words of them replaced at random, seeded.
 */
import { readFileSync } from "node:fs";
import { mergeGroups } from "../src/core/dataset/merge.ts";
import { rowIndex } from "../src/core/dataset/row-index.ts";
import { randomIndex, seededRng } from "../src/core/random.ts";

const rng = seededRng(1, "recall");
const texts = readFileSync("test/fixtures/real/swebench.jsonl", "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as { problem_statement: string; patch: string })
  .map((row) => `${row.problem_statement}\n${row.patch}`.split(/(?<=\s)/))
  .filter((words) => words.length > 80);
const found = new Map<number, { merged: number; all: number }>();
for (let pair = 0; pair < 4000; pair++) {
  const words = texts[randomIndex(rng, texts.length)] ?? [];
  const edited = [...words];
  const edits = Math.floor(words.length * rng() * 0.14);
  for (let i = 0; i < edits; i++) edited[randomIndex(rng, edited.length)] = `edit${pair}x${i} `;
  const bin = Math.floor(jaccard(words, edited) * 20) / 20;
  const count = found.get(bin) ?? { merged: 0, all: 0 };
  count.all++;
  if (isMerged(words.join(""), edited.join(""))) count.merged++;
  found.set(bin, count);
}
for (const [bin, { merged, all }] of [...found].sort(([a], [b]) => a - b)) {
  console.log(`${bin.toFixed(2)}  ${merged} of ${all}`);
}

function isMerged(a: string, b: string): boolean {
  const index = rowIndex();
  for (const [group, content] of [a, b].entries()) {
    const prompt = [{ role: "user", content }];
    index.add(
      { kind: "sft", prompt, answer: "", group: `g${group}`, metadata: {} },
      { total: 1, length: 1 },
    );
  }
  return mergeGroups(index, 0.8).count === 1;
}

/** Of the sets of five-word shingles, words as the signature sees them. */
function jaccard(a: readonly string[], b: readonly string[]): number {
  const [x, y] = [shingles(a), shingles(b)];
  const both = [...x].filter((one) => y.has(one)).length;
  return both / (x.size + y.size - both);
}

function shingles(words: readonly string[]): Set<string> {
  const parts = words
    .join("")
    .toLowerCase()
    .split(/[^a-z0-9_]+/)
    .filter((word) => word !== "");
  return new Set(parts.slice(4).map((_, at) => parts.slice(at, at + 5).join(" ")));
}
