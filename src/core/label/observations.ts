/** What an observation says of the tests that were run: read as a test log is (core/failure). */
import { countsOf, hasFailed, hasSucceeded } from "../failure/counts.ts";
import { openLog } from "../failure/log.ts";
import { readFailure } from "../failure/read.ts";

/** null: it says nothing of tests. A failure anywhere in it counts before what passed. */
export function testsIn(text: string): "passed" | "failed" | null {
  const { output, code } = observed(text);
  // Code 0 is not handed on: behind `| tail` it is the pipe's, and the tests may have failed.
  const { category, runner, known } = readFailure(output);
  const log = openLog(output);
  const counts = countsOf(log);
  if (counts !== null && counts.failed > 0) return "failed";
  // Tests that could not be loaded for want of a module were not run: no word about the work.
  if (category === "import") return null;
  if (category !== null && runner !== null && TEST_RUNNERS.has(runner)) return "failed";
  if (category !== null && known && runner !== null) return null;
  if (hasFailed(log)) return "failed";
  const isPassed = hasSucceeded(log) || (counts?.passed ?? 0) > 0;
  return isPassed && (code === null || code === 0) ? "passed" : null;
}

// ---------------------------------------------------------------------------------------------

/** Readers' names that stand for tests; a compiler, a linter or a script that fails says nothing of them. */
const TEST_RUNNERS: ReadonlySet<string> = new Set([
  "ava",
  "bats",
  "busted",
  "cargo test",
  "catch2",
  "check",
  "cmocka",
  "ctest",
  "exunit",
  "go test",
  "gtest",
  "jasmine",
  "jest",
  "junit",
  "junit5",
  "maven",
  "minitest",
  "mocha",
  "node --test",
  "phpunit",
  "prove",
  "pytest",
  "rspec",
  "surefire",
  "tap",
  "test-unit",
  "unittest",
  "vitest",
]);

const CODE =
  /<returncode>\s*(-?\d+)\s*<\/returncode>|\bexit(?:ed with)? code:?\s*(-?\d+)|^Process exited with code (-?\d+)$/im;

/** An agent's frame around the output, and the exit code it tells; null: none. */
function observed(text: string): { readonly output: string; readonly code: number | null } {
  const found = CODE.exec(text);
  const code = found?.[1] ?? found?.[2] ?? found?.[3];
  const output = text
    .replace(/<returncode>[^<]*<\/returncode>/g, "")
    .replace(/^<\/?(?:output|output_head|output_tail)>|<\/output(?:_head|_tail)?>\s*$/gm, "");
  return { output, code: code === undefined ? null : Number(code) };
}
