/** What became of every test: read from what pytest's plugin, TAP and mocha's JSON say. */
import { z } from "zod";

export type TestOutcome = "passed" | "failed" | "skipped";

export type TestResult = { readonly outcome: TestOutcome; readonly message: string };

/** Tests by their id, "<file>::<name>". */
export type TestResults = ReadonlyMap<string, TestResult>;

export const RUNNERS = ["pytest", "tap", "script", "mocha", "mocha-tdd"] as const;
export type Runner = (typeof RUNNERS)[number];

/** null: the file holds no results (the run was ended, or it is not what a runner writes). */
export function readResults(runner: Runner, text: string): TestResults | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // Cut off in the middle of writing, or written by somebody else.
  }
  if (runner === "pytest") {
    const read = pytestSchema.safeParse(value);
    return read.success ? new Map(Object.entries(read.data)) : null;
  }
  const files = filesSchema.safeParse(value);
  if (!files.success) return null;
  const found = new Map<string, TestResult>();
  for (const file of files.data) {
    for (const [name, result] of ofFile(runner, file)) found.set(`${file.file}::${name}`, result);
  }
  return found;
}

/** Ids that passed, or failed, in every one of the runs; the others of all that were seen are unsteady. */
export function steady(runs: readonly TestResults[]): {
  readonly passed: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  readonly unsteady: ReadonlySet<string>;
} {
  const ids = new Set(runs.flatMap((run) => [...run.keys()]));
  const all = (id: string, outcome: TestOutcome): boolean =>
    runs.every((run) => run.get(id)?.outcome === outcome);
  const passed = new Set([...ids].filter((id) => all(id, "passed")));
  // A test that is not there any more (its file does not load) did not pass either.
  const failed = new Set([...ids].filter((id) => all(id, "failed")));
  const skipped = [...ids].filter((id) => all(id, "skipped"));
  const known = new Set([...passed, ...failed, ...skipped]);
  return { passed, failed, unsteady: new Set([...ids].filter((id) => !known.has(id))) };
}

/** True for what stands for a file as a whole. */
export const isWholeFile = (id: string): boolean => id.endsWith(`::${WHOLE}`);

// ---------------------------------------------------------------------------------------------

const pytestSchema = z.record(
  z.string(),
  z.object({ outcome: z.enum(["passed", "failed", "skipped"]), message: z.string() }),
);

const fileSchema = z.object({
  file: z.string(),
  code: z.int(),
  output: z.string(),
  errors: z.string(),
});
const filesSchema = z.array(fileSchema);
type FileRun = z.infer<typeof fileSchema>;

const mochaTest = z.looseObject({
  fullTitle: z.string(),
  err: z.looseObject({ message: z.string().optional() }).optional(),
});
const mochaSchema = z.looseObject({
  passes: z.array(mochaTest),
  failures: z.array(mochaTest),
  pending: z.array(mochaTest).default([]),
});

/** The name of the file as a whole: it fails where it ends badly, whatever its tests say. */
const WHOLE = "(whole file)";

function ofFile(runner: Runner, run: FileRun): Map<string, TestResult> {
  const whole: TestResult = {
    outcome: run.code === 0 ? "passed" : "failed",
    message: run.code === 0 ? "" : lastError(run.errors || run.output),
  };
  if (runner === "mocha" || runner === "mocha-tdd") return mochaTests(run.output, whole);
  const tests = runner === "tap" ? tapTests(run.output) : new Map<string, TestResult>();
  return tests.set(WHOLE, whole);
}

function mochaTests(output: string, whole: TestResult): Map<string, TestResult> {
  const found = new Map<string, TestResult>();
  const read = mochaSchema.safeParse(jsonIn(output));
  if (!read.success) return found.set(WHOLE, { ...whole, outcome: "failed" });
  const { passes, failures, pending } = read.data;
  for (const { fullTitle } of pending) found.set(fullTitle, { outcome: "skipped", message: "" });
  for (const { fullTitle } of passes) found.set(fullTitle, { outcome: "passed", message: "" });
  for (const { fullTitle, err } of failures)
    found.set(fullTitle, { outcome: "failed", message: err?.message ?? "" });
  return found.set(WHOLE, { ...whole, message: "" });
}

/** Tests may print before mocha does. */
function jsonIn(output: string): unknown {
  for (let at = output.indexOf("{\n"); at !== -1; at = output.indexOf("{\n", at + 1)) {
    try {
      return JSON.parse(output.slice(at));
    } catch {
      continue; // Something else that begins with a bracket.
    }
  }
  return null;
}

/** TAP as tape prints it: "# name" begins a test, which passes when every assertion under it does. */
function tapTests(output: string): Map<string, TestResult> {
  const found = new Map<string, TestResult>();
  let name = "";
  let failing: { name: string; lines: string[] } | null = null;
  for (const line of output.split("\n")) {
    if (failing !== null && /^ {2,}/.test(line)) {
      failing.lines.push(line.trim());
      continue;
    }
    failing = null;
    const test = /^# (.*)$/.exec(line)?.[1];
    if (test !== undefined && !/^(tests|pass|fail|ok|skip|todo)\b *\d*$/.test(test)) name = test;
    const said = /^(not )?ok \d+ ?(.*)$/.exec(line);
    if (said === null || /# (TODO|SKIP)\b/i.test(line)) continue;
    const before = found.get(name);
    if (said[1] === undefined) {
      if (before === undefined) found.set(name, { outcome: "passed", message: "" });
      continue;
    }
    const lines = [`not ok: ${said[2] ?? ""}`];
    if (before?.outcome !== "failed") {
      failing = { name, lines };
      found.set(name, {
        outcome: "failed",
        get message() {
          return tapMessage(lines);
        },
      });
    }
  }
  return found;
}

/** What was expected and what came, without where in the files it stands. */
function tapMessage(lines: readonly string[]): string {
  const at = lines.findIndex((line) => /^(at|stack):/.test(line));
  return (at === -1 ? lines : lines.slice(0, at))
    .filter((line) => line !== "---" && line !== "...")
    .join("\n");
}

/** The first line of a trace that names an error; else the last line. */
function lastError(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /^\w*(Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? "").slice(
    0,
    2000,
  );
}
