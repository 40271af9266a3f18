/**
 * What a test log says went wrong. Read this first: `openLog` cuts the log into lines and notes where
 * known forms stand; each family's reader looks at its own; `readFailure` decides between what they
 * found. Order: a limit of time from outside; a reason in a test's own block; what kept tests from being
 * built; that a test failed; what the tools around it say; the patch, where no test ran. The message of
 * what was found becomes a category in message.ts. What nobody knows is told, not guessed.
 */
import { readBats, readPerl } from "./perl.ts";
import { readBusted, readElixir } from "./beam.ts";
import { readCmake, readCtest, readMake } from "./build.ts";
import { readCompiler } from "./compiler.ts";
import { countsOf, hasPatched, hasSucceeded } from "./counts.ts";
import { readCrash, readCTests } from "./ctests.ts";
import { mayBeFlaky, readFlaky } from "./flaky.ts";
import { readGo } from "./go.ts";
import { readJest } from "./jest.ts";
import { readJvm } from "./jvm.ts";
import { lineAt, openLog } from "./log.ts";
import { readAva, readJasmine, readMocha } from "./mocha.ts";
import { readNode, readNodeSpec } from "./node.ts";
import { readOtherCompilers } from "./other-compilers.ts";
import { readOtherRunners } from "./other-runners.ts";
import { readPatch } from "./patch.ts";
import { readPhp } from "./php.ts";
import { readPytest } from "./pytest.ts";
import { readPython } from "./python.ts";
import { readRuby } from "./ruby.ts";
import { readRust } from "./rust.ts";
import { readLimit, readShell } from "./shell.ts";
import { isHarnessLog, testOutput } from "./swebench.ts";
import { readTap } from "./tap.ts";
import { readEslint, readNpm, readTsc } from "./tsc.ts";
import { readHint, readNamed } from "./residue.ts";
import type { FailureReading, Finding, Log, Reader, Strength } from "./types.ts";
import { readToolBox, readUnittest } from "./unittest.ts";
import { readVitest } from "./vitest.ts";

/**
 * @param exitCode of the run: it alone decides whether it failed, but for a harness's log, whose code is
 * the script's own. Absent: the log decides.
 */
export function readFailure(text: string, exitCode?: number | null): FailureReading {
  const isHarness = isHarnessLog(text);
  const isPassed = exitCode === 0 && !isHarness;
  if (isPassed && !mayBeFlaky(text)) return SUCCESS;
  const log = openLog(testOutput(text));
  if (isPassed) return flakyOrSuccess(log);
  return readOpened(log, exitCode !== undefined && exitCode !== null && exitCode !== 0);
}

/**
 * The same of a log that was opened already.
 * @param isFailed the run's exit code says so; false: the log decides.
 */
export function readOpened(log: Log, isFailed = false): FailureReading {
  const found = best(log);
  if (!isFailed && isMinor(found) && hasSucceeded(log)) return SUCCESS;
  if (!isFailed && found === null && hasPatched(log)) return SUCCESS;
  const said = found === null || found.strength === "wrapper" ? (readNamed(log) ?? found) : found;
  if (said !== null) return readingOf(log, said);
  const hint = readHint(log);
  return {
    category: hint?.category ?? "runtime",
    context: lastLines(log),
    runner: hint?.runner ?? null,
    known: false,
    ...countsEntry(log),
  };
}

// ---------------------------------------------------------------------------------------------

/** What a test printed on its way, or a tool said: no reason against a runner's own verdict. */
function isMinor(found: Finding | null): boolean {
  return found === null || RANK[found.strength] < RANK.test;
}

/** A run that succeeds may have needed a second try. */
function flakyOrSuccess(log: Log): FailureReading {
  const found = readFlaky(log);
  return found === null ? SUCCESS : readingOf(log, found);
}

const SUCCESS: FailureReading = { category: null, context: "", runner: null, known: true };
const LAST_LINES = 20;
const MAX_TESTS = 500;

/** In the order in which equal findings go: a runner before the language it is written in. */
const READERS: readonly Reader[] = [
  readLimit,
  readFlaky,
  readPytest,
  readUnittest,
  readJest,
  readVitest,
  readMocha,
  readJasmine,
  readAva,
  readTap,
  readNodeSpec,
  readGo,
  readRust,
  readCTests,
  readJvm,
  readRuby,
  readPhp,
  readBats,
  readPerl,
  readElixir,
  readBusted,
  readOtherRunners,
  readOtherCompilers,
  readTsc,
  readEslint,
  readCompiler,
  readCrash,
  readPython,
  readNode,
  readCmake,
  readCtest,
  readMake,
  readNpm,
  readToolBox,
  readShell,
];

const RANK: Readonly<Record<Strength, number>> = {
  limit: 4,
  test: 3,
  build: 2,
  summary: 1,
  wrapper: 0,
};

/** The strongest finding, of equals the first in the log; a patch only where nothing ran behind it. */
function best(log: Log): Finding | null {
  let found: Finding | null = null;
  for (const read of READERS) {
    const one = read(log);
    if (one !== null && (found === null || isBefore(one, found))) found = one;
  }
  const patch = readPatch(log);
  if (patch === null) return found;
  if (found === null) return hasSucceeded(log) ? null : patch;
  const isTest = RANK[found.strength] > 0 && found.runner !== "sh";
  return isTest && found.at > patch.at ? found : patch;
}

function isBefore(one: Finding, other: Finding): boolean {
  const more = RANK[one.strength] - RANK[other.strength];
  return more > 0 || (more === 0 && one.at < other.at);
}

function readingOf(log: Log, found: Finding): FailureReading {
  const tests = (found.tests ?? []).slice(0, MAX_TESTS);
  return {
    category: found.category,
    context: lineAt(log, found.at),
    runner: found.runner === "" ? null : found.runner,
    known: true,
    ...(found.file === undefined || found.file === "" ? {} : { file: found.file }),
    ...(found.line === undefined || Number.isNaN(found.line) ? {} : { line: found.line }),
    ...(tests.length === 0 ? {} : { tests }),
    ...countsEntry(log),
  };
}

function countsEntry(log: Log): Pick<FailureReading, "counts"> {
  const counts = countsOf(log);
  return counts === null ? {} : { counts };
}

/** The last lines that say something: no blanks and rules; of a shell's xtrace only where nothing else is. */
function lastLines(log: Log): string {
  return lastOf(log, /^\++ /) || lastOf(log, /(?!)/);
}

function lastOf(log: Log, passedOver: RegExp): string {
  const kept: string[] = [];
  for (let at = log.lines.length - 1; at >= 0 && kept.length < LAST_LINES; at--) {
    const line = lineAt(log, at);
    if (/[\p{L}\p{N}]/u.test(line) && !passedOver.test(line)) kept.unshift(line);
  }
  return kept.join("\n");
}
