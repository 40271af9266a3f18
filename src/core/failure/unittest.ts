/**
 * unittest's own form, which Django, nose2, trial, tox and nox show as well: a rule, "FAIL: test (class)",
 * a traceback. What tox or nox say themselves counts only where no test does.
 */
import { categoryOfMessage } from "./message.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import { frameAbove, raisedIn } from "./python.ts";
import type { Finding, Log } from "./types.ts";

export function readUnittest(log: Log): Finding | null {
  const heads = log
    .at("utHead")
    .filter((at) => RULE.test(lineAt(log, at - 1)) && HEAD.test(lineAt(log, at)));
  const tests = heads.flatMap((at) => HEAD.exec(lineAt(log, at))?.[1] ?? []);
  for (const head of heads.slice(0, 20)) {
    const found = inBlock(log, head);
    if (found !== null) return { ...found, runner: runnerOf(log), tests };
  }
  const unexpected = log
    .at("unexpectedSuccess")
    .find((at) => lineAt(log, at).endsWith(" ... unexpected success"));
  if (unexpected === undefined) return null;
  return { runner: runnerOf(log), at: unexpected, category: "assertion", strength: "test", tests };
}

/** A session that tox or nox could not run. */
export function readToolBox(log: Log): Finding | null {
  const at = log
    .at("toolBox")
    .find((one) => /^(?:nox > Command |\s*unit: FAIL)/.test(lineAt(log, one)));
  if (at === undefined) return null;
  const runner = lineAt(log, at).startsWith("nox") ? "nox" : "tox";
  return { runner, at, category: categoryOfMessage(lineAt(log, at)), strength: "wrapper" };
}

// ---------------------------------------------------------------------------------------------

const RULE = /^={20,}$/;
const HEAD = /^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (\S.{0,300})$/;

function inBlock(log: Log, head: number): Omit<Finding, "runner"> | null {
  if (lineAt(log, head).startsWith("UNEXPECTED SUCCESS")) {
    return { at: head, category: "assertion", strength: "test" };
  }
  const stop = seek(
    log,
    head + 1,
    4000,
    (line) => RULE.test(line) || /^(?:Ran \d+ tests?|Stdout:|Stderr:)/.test(line),
  );
  const end = stop < 0 ? Math.min(log.lines.length, head + 4000) : stop;
  const raised = raisedIn(log, head, end);
  if (raised === null) {
    const first = nextFilled(log, seek(log, head, 4, (line) => /^-{20,}$/.test(line)) + 1, 4);
    if (first < 0 || first >= end || first <= head) return null;
    const text = lineAt(log, first).trim();
    return { at: first, category: categoryOfMessage(text, "runtime"), strength: "summary" };
  }
  const isFail = lineAt(log, head).startsWith("FAIL");
  const category = categoryOfMessage(lineAt(log, raised).trim(), isFail ? "assertion" : "runtime");
  return { at: raised, category, strength: "test", ...frameAbove(log, raised) };
}

function runnerOf(log: Log): string {
  const isDjango =
    seek(log, 0, 400, (line) =>
      /^(?:Found \d+ test\(s\)\.|Creating test database|System check identified)/.test(line),
    ) >= 0;
  return isDjango ? "django" : "unittest";
}
