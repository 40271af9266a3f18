/** Repair logs for the benchmark: real patches and words, shuffled by a seed, about 5.5 kB a row. */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { randomIndex, seededRng, type Rng } from "../src/core/random.ts";

/** Writes `rows` lines to `path`; returns the bytes. The same seed gives the same file. */
export function writeRepairLogs(path: string, rows: number, seed = 1): number {
  const rng = seededRng(seed, "repair-logs");
  const patches = realPatches();
  const fd = openSync(path, "w");
  let bytes = 0;
  let written = 0;
  let buffer: string[] = [];
  try {
    for (let instance = 0; written < rows; instance++) {
      for (const line of instanceLines(instance, rng, patches)) {
        if (written === rows) break;
        buffer.push(line);
        written++;
      }
      if (buffer.length >= 500 || written === rows) {
        bytes += writeSync(fd, buffer.join(""));
        buffer = [];
      }
    }
    // Otherwise the disk would still be busy with this file when the first run is timed.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return bytes;
}

// ---------------------------------------------------------------------------------------------

const CATEGORIES = ["assertion", "import", "attribute_type", "syntax", "timeout", "runtime"];
const WORDS =
  "the method returns wrong value when argument is none and cache was not cleared before request handler raises because field name differs between model form serializer which breaks existing code path expected behaviour should keep order of items after update version".split(
    " ",
  );

function instanceLines(instance: number, rng: Rng, patches: readonly string[]): string[] {
  const repo = `owner${instance % 997}/project${instance % 997}`;
  const id = `owner${instance % 997}__project${instance % 997}-${instance}`;
  const problem = prose(rng, rng() < 0.03 ? 12 : 270 + randomIndex(rng, 160));
  const attempts = 1 + randomIndex(rng, 4);
  const resolves = rng() < 0.6;
  return Array.from({ length: attempts }, (_, at) => {
    const resolved = resolves && at === attempts - 1;
    const hasLog = rng() > 0.02;
    const draw = rng();
    return `${JSON.stringify({
      instance_id: id,
      repo,
      attempt: at + 1,
      resolved,
      failure_category: resolved ? null : draw < 0.1 ? "unknown" : pick(rng, CATEGORIES),
      patch: patchOf(rng, patches, instance, at),
      problem_statement: problem,
      localised_files: Array.from(
        { length: randomIndex(rng, 10) },
        (_n, i) => `src/module${i}/file${instance % 50}.py`,
      ),
      test_stdout: hasLog ? logOf(rng, resolved) : "",
    })}\n`;
  });
}

/** Names in a real patch are made the instance's own, line for line, so that the hunks still count. */
function patchOf(rng: Rng, patches: readonly string[], instance: number, at: number): string {
  const draw = rng();
  if (draw < 0.02) return "";
  const patch = pick(rng, patches).replaceAll("self", `self_${instance}_${at}`);
  return draw < 0.05 ? patch.slice(0, Math.floor(patch.length * 0.8)) : patch;
}

function logOf(rng: Rng, resolved: boolean): string {
  const tests = Array.from(
    { length: 20 + randomIndex(rng, 20) },
    (_, i) => `test_${pick(rng, WORDS)}_${i} (tests.module_${randomIndex(rng, 90)}.Case) ... ok`,
  );
  if (resolved) return `${tests.join("\n")}\n\nOK\n`;
  const error = pick(rng, ["AssertionError", "TypeError", "ImportError", "ValueError"]);
  return [
    ...tests,
    "",
    "=".repeat(70),
    `FAIL: test_${pick(rng, WORDS)} (tests.module_${randomIndex(rng, 90)}.Case)`,
    "-".repeat(70),
    "Traceback (most recent call last):",
    '  File "/testbed/tests/module.py", line 12, in test_it',
    "    self.assertEqual(result, expected)",
    `  File "/testbed/src/module.py", line ${randomIndex(rng, 900)}, in run`,
    "    raise error",
    `${error}: ${prose(rng, 12)}`,
    "",
    "-".repeat(70),
    `Ran ${tests.length} tests in 0.1s`,
    "",
    "FAILED (failures=1)",
    "",
  ].join("\n");
}

function prose(rng: Rng, words: number): string {
  const parts: string[] = [];
  for (let i = 0; i < words; i++) parts.push(pick(rng, WORDS), i % 12 === 11 ? "\n" : " ");
  return parts.join("");
}

const pick = <T>(rng: Rng, list: readonly T[]): T => list[randomIndex(rng, list.length)] as T;

function realPatches(): string[] {
  return ["prs.jsonl", "swebench.jsonl", "testlogs_failed.jsonl"].flatMap((name) =>
    readFileSync(`test/fixtures/real/${name}`, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { patch: string | null }).patch ?? "")
      .filter((patch) => patch.length > 400 && patch.length < 4000 && /^@@ /m.test(patch)),
  );
}
