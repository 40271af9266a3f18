/**
 * What a fault does to the tests: which of them it turns, proven by several runs with it and without, and why a
 * package or a fault makes no task.
 */
import { steady, type TestResults } from "./results.ts";

/** Why a package gives no tasks. */
export const PACKAGE_DROPS = [
  "not_found",
  "other_hash",
  "no_results",
  "tests_fail",
  "needs_network",
  "needs_compiler",
  "too_slow",
  "no_places",
] as const;
export type PackageDrop = (typeof PACKAGE_DROPS)[number];

/** Why a package gives none, and in the words of whoever said it; at most LINE characters, "" where nobody did. */
export type WhyNone = { readonly reason: PackageDrop; readonly detail: string };

/** Why a fault is no task. */
export const FAULT_DROPS = [
  "unseen",
  "hangs",
  "no_results",
  "breaks_all",
  "unsteady",
  "issue_leaks",
] as const;
export type FaultDrop = (typeof FAULT_DROPS)[number];

export type Released = {
  /** Passed in every run, sorted. */
  readonly passed: readonly string[];
  /** Without the same result in every run. */
  readonly unsteady: number;
};

/** What the package's tests say as released: runs of the same bytes. */
export function releasedOf(
  runs: readonly TestResults[],
): { readonly ok: true; readonly value: Released } | ({ readonly ok: false } & WhyNone) {
  const { passed, failed, unsteady } = steady(runs);
  if (passed.size === 0 || passed.size < failed.size) {
    const said = [...(runs[0]?.values() ?? [])].map(({ message }) => message).join("\n");
    return { ok: false, ...whyFailing(said) };
  }
  return { ok: true, value: { passed: [...passed].sort(), unsteady: unsteady.size } };
}

/** Why tests fail on the package as it was released, and the line that tells. */
export function whyFailing(said: string): WhyNone {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const network = lines.find((line) => NETWORK.test(line));
  const compiler = lines.find((line) => COMPILER.test(line));
  if (network !== undefined) return { reason: "needs_network", detail: cut(network) };
  if (compiler !== undefined) return { reason: "needs_compiler", detail: cut(compiler) };
  const telling = lines.find((line) => ERROR.test(line)) ?? lines[0] ?? "";
  return { reason: "tests_fail", detail: cut(telling) };
}

export type Proof = {
  readonly fail_to_pass: readonly string[];
  readonly pass_to_pass: readonly string[];
  readonly unsteady: number;
};

/** A run with the fault. `only`: the tests that were run; null: all of them. */
export type FaultRun = {
  readonly results: TestResults;
  readonly only: ReadonlySet<string> | null;
};

/** Tests that passed as released, were run, and did not pass. */
export function lostIn(released: Released, { results, only }: FaultRun): string[] {
  return released.passed.filter(
    (id) => only?.has(id) !== false && results.get(id)?.outcome !== "passed",
  );
}

/** After the first run with the fault: whether more are worth while. */
export function isSeen(released: Released, run: FaultRun): FaultDrop | null {
  const lost = lostIn(released, run).length;
  if (lost === 0) return "unseen";
  const kept = released.passed.length - lost;
  // Where nearly nothing works any more, the first error says all.
  return kept === 0 || (lost > FEW && lost > released.passed.length * MOST_LOST)
    ? "breaks_all"
    : null;
}

/**
 * The lists, from all runs with the fault: a test is where every run that had it agrees. Tests that do not reach the
 * fault run the same code as before, so one run of them with it is enough; a run without `only` is wanted for that.
 */
export function proofOf(
  released: Released,
  runs: readonly FaultRun[],
):
  | { readonly ok: true; readonly value: Proof }
  | { readonly ok: false; readonly reason: FaultDrop } {
  const said = (id: string): boolean[] =>
    runs
      .filter(({ only }) => only?.has(id) !== false)
      .map(({ results }) => results.get(id)?.outcome === "passed");
  const fail_to_pass = released.passed.filter((id) => !said(id).includes(true));
  const pass_to_pass = released.passed.filter((id) => !said(id).includes(false));
  const unsteady = released.passed.length - fail_to_pass.length - pass_to_pass.length;
  if (fail_to_pass.length === 0) return { ok: false, reason: "unsteady" };
  if (pass_to_pass.length === 0) return { ok: false, reason: "breaks_all" };
  return {
    ok: true,
    value: { fail_to_pass, pass_to_pass, unsteady: unsteady + released.unsteady },
  };
}

/** Whether a run of the tests says that the task is solved. */
export function isSolved(
  task: { readonly fail_to_pass: readonly string[]; readonly pass_to_pass: readonly string[] },
  results: TestResults | null,
): boolean {
  const passes = (id: string): boolean => results?.get(id)?.outcome === "passed";
  return task.fail_to_pass.every(passes) && task.pass_to_pass.every(passes);
}

/**
 * How long tests with a fault may take before they hang, seconds of own time: from what the release took. Some tests may
 * wait in vain and give up by themselves, after two seconds or five as their runners have it.
 */
export const hangSeconds = (ofRelease: number): number => Math.ceil(10 + 3 * ofRelease);

/** The same of a verdict: what mends a task takes what the release took, and all else is no verdict to wait for. */
export const verdictSeconds = (ofRelease: number): number => Math.ceil(5 + 3 * ofRelease);

// ---------------------------------------------------------------------------------------------

const LINE = 160;
const cut = (line: string): string => line.trim().slice(0, LINE);

const ERROR = /\b\w*(Error|Exception)\b|^not ok\b/;

const FEW = 3;
const MOST_LOST = 0.6;

const NETWORK =
  /Network is unreachable|Temporary failure in name resolution|Name or service not known|getaddrinfo|ENETUNREACH|EAI_AGAIN|Connection refused|NewConnectionError/;
const COMPILER =
  /(gcc|cc|clang|cython|rustc|node-gyp)['"]?:? (command )?not found|No such file or directory: '(gcc|cc)'|cannot import name '_[a-z]|No module named '[a-z_.]+\._[a-z]|undefined symbol|Cannot find module '.*\.node'/;
