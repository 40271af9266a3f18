/**
 * Whoever writes a file is on a list: it asks the one exit itself, or it is said here why what it writes needs
 * none. A new writer has to be put on it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const WRITES =
  /(?:[sS]tore|own|output|buckets|\))\s*\.write(?:Text)?\(|writeChanged\(|writeWhole\(|createWriteStream\(|writeFileSync\(|writeFile\(|appendFileSync\(|openLineWriter\(|copyFile\(|openTable\(/;
const EXITS = /\b(?:makeMasker|masked|maskedRows|maskedRun|exportedOf|maskedSummary|openTable)\(/;

/** Why what is written needs no exit, by the writer. */
const NEEDS_NONE: Readonly<Record<string, readonly string[]>> = {
  "the workspace's own origins: answer/, score/, prompt/, commit/, and what is copied from one workspace to another":
    [
      "src/judging/weighing.ts",
      "src/judging/refining.ts",
      "src/judging/reckoning.ts",
      "src/judging/asking.ts",
      "src/stages/audit.ts",
      "src/stages/king.ts",
      "src/stages/challenger.ts",
      "src/stages/prompt.ts",
      "src/builders/forget-besides.ts",
      "src/builders/forget-turns.ts",
      "src/stages/forget.ts",
      "src/io/commits.ts",
      "src/io/merge.ts",
      "src/io/split.ts",
      "src/viewer/reviews.ts",
      "src/trainer/duel-workspace.ts",
      "src/gym/recordings.ts",
    ],
  "what was masked before: rows of builders on their way into a set": [
    "src/builders/deal.ts",
    "src/builders/files.ts",
    "src/builders/forget-set.ts",
    "src/io/dataset/keep.ts",
    "src/io/dataset/spool.ts",
    "src/io/whole-lines.ts",
    "src/io/skipped-report.ts",
  ],
  "counts, hashes, names and settings of our own": [
    "src/builders/leak-limits.ts",
    "src/stages/queue.ts",
    "src/stages/stages.ts",
    "src/stages/train.ts",
    "src/stages/prices.ts",
    "src/stages/init.ts",
    "src/stages/summarize.ts",
    "src/trainer/challenge.ts",
    "src/trainer/environment.ts",
    "src/trainer/evaluation.ts",
    "src/trainer/jobs.ts",
    "src/trainer/served-model.ts",
    "src/trainer/train-run.ts",
    "src/trainer/worth-gym.ts",
    "src/stages/rollout.ts",
    "src/io/dataset/made-from.ts",
    "src/io/doctored.ts",
    "src/io/facts/fact-lines.ts",
    "src/io/lock.ts",
    "src/io/published.ts",
    "src/io/run-file.ts",
    "src/io/waiting.ts",
  ],
  "tasks and packages of the gym, made of public releases": [
    "src/gym/build.ts",
    "src/gym/fetch.ts",
    "src/gym/harbor-folders.ts",
    "src/gym/layer.ts",
    "src/gym/open.ts",
    "src/gym/tests.ts",
  ],
  "what is asked and what came back, word for word, in engine/ and beside the ledger": [
    "src/io/batch/api/body.ts",
    "src/io/batch/api/book.ts",
    "src/io/batch/api/http.ts",
    "src/io/batch/api/output.ts",
    "src/io/batch/maps.ts",
  ],
  "copies of what a Hub or another program keeps, in .cache/": [
    "src/io/hub/footers.ts",
    "src/io/hub/groups.ts",
    "src/io/sessions/sqlite.ts",
  ],
  "the means by which all others write": ["src/io/store.ts", "src/io/write-changed.ts"],
  "this repository's own pages and samples": ["src/command/made-table.ts", "src/io/demo.ts"],
};

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .map((name) => join("src", name))
  .filter((name) => name.endsWith(".ts"));
const textOf = (name: string): string => readFileSync(name, "utf8");

test("whoever writes a file asks the one exit, or is listed with why it needs none", () => {
  const listed = new Set(Object.values(NEEDS_NONE).flat());
  const writers = sources.filter(
    (name) => !name.startsWith("src/core/") && WRITES.test(textOf(name)),
  );
  expect(writers.filter((name) => !EXITS.test(textOf(name)) && !listed.has(name))).toEqual([]);
  expect([...listed].filter((name) => !writers.includes(name))).toEqual([]);
});

test("texts are masked by the exit, which knows the workspace's settings, and by nobody else", () => {
  const others = sources.filter(
    (name) =>
      !/^src\/core\/(?:secrets|exit)\//.test(name) &&
      /\bmask(?:Secrets|Texts|Named)\(/.test(textOf(name)),
  );
  expect(others.sort()).toEqual([
    "src/core/formats/masked.ts",
    "src/core/report/exported.ts",
    // They ask which kinds a set or a card holds, and write nothing.
    "src/stages/publish.ts",
    "src/trainer/push.ts",
  ]);
});
