/**
 * A test that failed and then passed, told by its runner's own marks of a rerun, never by the word: the
 * run has succeeded, or failed for being flaky alone.
 */
import { lineAt, seek } from "./log.ts";
import type { Finding, Log } from "./types.ts";

export function readFlaky(log: Log): Finding | null {
  return pytest(log) ?? jest(log) ?? vitest(log) ?? surefire(log) ?? ctest(log);
}

/** Whether a log can hold such a mark at all: a success is mostly read no further. */
export const mayBeFlaky = (text: string): boolean => MARKS.some((mark) => text.includes(mark));

// ---------------------------------------------------------------------------------------------

const MARKS = [" rerun", "RETRY ", "(retry x", "Flakes: ", "***Failed"];

const flaky = (runner: string, at: number, tests: readonly string[] = []): Finding => ({
  runner,
  at,
  category: "flaky",
  strength: "limit",
  tests,
});

/** "3 passed, 3 rerun in 1.11s" without a failure; cargo's and ctest's hints say "rerun" too. */
function pytest(log: Log): Finding | null {
  const at = log
    .at("rerun")
    .find((one) => /\b\d+ passed\b.{0,80}\b\d+ rerun\b/.test(lineAt(log, one)));
  if (at === undefined || /\d+ (?:failed|error)/.test(lineAt(log, at))) return null;
  const tests = log
    .at("pyRerun")
    .flatMap((one) => /^RERUN (\S+::\S+)/.exec(lineAt(log, one))?.[1] ?? []);
  return flaky("pytest", at, [...new Set(tests)]);
}

function jest(log: Log): Finding | null {
  const at = log.at("jest").find((one) => /^\s*RETRY \d/.test(lineAt(log, one)));
  return at === undefined || !hasPassed(log, at) ? null : flaky("jest", at);
}

function vitest(log: Log): Finding | null {
  const at = log.at("retried").find((one) => /\(retry x\d+\)/.test(lineAt(log, one)));
  return at === undefined || !hasPassed(log, at) ? null : flaky("vitest", at);
}

/** jest's and vitest's count of tests: some passed, none failed. */
function hasPassed(log: Log, from: number): boolean {
  const count = seek(log, from, log.lines.length, (line) => /^\s*Tests:? {2,}\S/.test(line));
  return /\d passed/.test(lineAt(log, count)) && !/\d failed/.test(lineAt(log, count));
}

function surefire(log: Log): Finding | null {
  const at = log
    .at("maven")
    .find((one) => /Failures: 0, Errors: 0, .*Flakes: [1-9]/.test(lineAt(log, one)));
  if (at === undefined) return null;
  const head = log.at("maven").find((one) => lineAt(log, one).startsWith("[WARNING] Flakes:"));
  const name = /^\[WARNING\] (\S+)$/.exec(lineAt(log, (head ?? -2) + 1))?.[1];
  return flaky("surefire", at, name === undefined ? [] : [name]);
}

/** --repeat until-pass: the same test's row failed, then passed. */
function ctest(log: Log): Finding | null {
  const all = log.at("ctest").find((one) => lineAt(log, one).startsWith("100% tests passed"));
  const at = log.at("stars").find((one) => /Test\s+#\d+: .*\*\*\*Failed/.test(lineAt(log, one)));
  if (all === undefined || at === undefined) return null;
  const name = /Test\s+#\d+: (\S+)/.exec(lineAt(log, at))?.[1] ?? "";
  return flaky("ctest", at, [name]);
}
