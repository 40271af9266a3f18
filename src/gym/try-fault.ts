/**
 * One fault: the tests that reach it first, since most faults that make no task show it there; then all tests, and
 * those that reach it again. Tests that do not reach a fault run the same code as before.
 */
import { join } from "node:path";
import { isReversal } from "../core/tasks/fixes.ts";
import { issueOf } from "../core/tasks/issue.ts";
import { withFault } from "../core/tasks/mutation.ts";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import {
  hangSeconds,
  isSeen,
  lostIn,
  proofOf,
  type FaultDrop,
  type FaultRun,
  type Proof,
  type Released,
} from "../core/tasks/proof.ts";
import { isWholeFile, type TestResults } from "../core/tasks/results.ts";
import type { GymTask, Mutation } from "../records/gym-task.ts";
import { SCHEMA } from "../records/schema.ts";
import { sourceText } from "./places.ts";
import type { PackageRecord } from "./package-record.ts";
import { commandForFile, isOutOfTime, runTests } from "./tests.ts";
import { packageFolder, runtimeName, type Gym } from "./world.ts";

export type Trial = {
  readonly gym: Gym;
  readonly pack: GymPackage;
  readonly slot: number;
  /** Runs of the tests that prove a list. */
  readonly proofs: number;
  readonly seed: number;
  readonly record: PackageRecord;
  readonly id: string;
};

export type Tried = {
  /** null: it was interrupted. */
  readonly said: GymTask | FaultDrop | null;
  readonly cpuSeconds: number;
};

type Only = ReadonlySet<string> | null;

export async function tryFault(trial: Trial, place: Mutation): Promise<Tried> {
  const { gym, pack, record } = trial;
  const released: Released = record.released ?? { passed: [], unsteady: 0 };
  const text = sourceText(join(packageFolder(gym, packageKey(pack)), "base"), place.file);
  const faulty = withFault(text, place);
  if (faulty === null) throw new Error(`${packageKey(pack)}: ${place.file} is not what was parsed`);
  let cpuSeconds = 0;
  const end = (said: Tried["said"]): Tried => ({ said, cpuSeconds });
  const run = async (only: Only): Promise<FaultRun | FaultDrop | null> => {
    const one = await runTests(gym, {
      package: pack,
      slot: trial.slot,
      fault: { file: place.file, text: faulty },
      ...(only === null ? {} : { only }),
      ...hangLimits(record),
    });
    cpuSeconds += one.cpuSeconds ?? one.seconds;
    if (one.why === "interrupted") return null;
    return one.results === null
      ? isOutOfTime(one)
        ? "hangs"
        : "no_results"
      : { results: one.results, only };
  };

  const reach = reachOfPlace(record, place);
  const first = await run(reach);
  if (first === null || typeof first === "string") return end(first);
  const seen = isSeen(released, first);
  if (seen !== null) return end(seen);
  // What will never be a task need not be proven.
  const guess = { fail_to_pass: lostIn(released, first), pass_to_pass: [], unsteady: 0 };
  if (taskOf(trial, place, { proof: guess, text, first: first.results }) === null)
    return end("issue_leaks");
  let runs = [first];
  let next: Only = null;
  while (runs.length < trial.proofs || runs.every(({ only }) => only !== null)) {
    const one = await run(next);
    if (one === null || typeof one === "string") return end(one);
    // A cache, a fixture of a whole module: who ran the line is not all that hangs on it. Then every run is of all.
    const isOutside = reach !== null && lostIn(released, one).some((id) => !reach.has(id));
    runs = isOutside ? [...runs.filter(({ only }) => only === null), one] : [...runs, one];
    next = runs.some(({ only }) => only !== null) ? reach : null;
  }
  const proof = proofOf(released, runs);
  if (!proof.ok) return end(proof.reason);
  const results = runs[0]?.results ?? new Map();
  return end(taskOf(trial, place, { proof: proof.value, text, first: results }) ?? "issue_leaks");
}

// ---------------------------------------------------------------------------------------------

/** The tests that reach a place; null: all of them, or it is not known. */
function reachOfPlace({ places, reach, released }: PackageRecord, place: Mutation): Only {
  const at = places?.indexOf(place) ?? -1;
  const numbers = reach?.[at] ?? null;
  return numbers === null
    ? null
    : new Set(numbers.flatMap((number) => released?.passed[number] ?? []));
}

/** A fault may make a loop endless; a busy machine may make an honest run slow, but not dear. */
function hangLimits({ seconds = 0, test_cpu_seconds = seconds }: PackageRecord) {
  return { seconds: hangSeconds(seconds), cpuSeconds: Math.ceil(1 + 3 * test_cpu_seconds) };
}

type Found = { readonly proof: Proof; readonly text: string; readonly first: TestResults };

const DECOYS = 6;

function taskOf(
  { gym, pack, record, seed, id }: Trial,
  place: Mutation,
  { proof, text, first }: Found,
): GymTask | null {
  const named = proof.fail_to_pass.filter((test) => !isWholeFile(test));
  const told = named.length > 0 ? named : proof.fail_to_pass;
  const [failing = ""] = told;
  const test_command = commandForFile(pack, failing.slice(0, failing.indexOf("::")));
  const { name, version, hash, licence, language, older } = pack;
  const issue = issueOf({
    package: name,
    version,
    failing: told,
    message: first.get(failing)?.message ?? "",
    test_command,
    mutation: place,
    text,
  });
  if (issue === null) return null;
  return {
    schema: SCHEMA,
    id,
    language,
    package: name,
    version,
    hash,
    licence,
    ...(isReversal(place) && older !== undefined ? { older } : {}),
    mutation: place,
    decoys: decoysOf(record, place),
    issue,
    test_command,
    fail_to_pass: [...proof.fail_to_pass],
    pass_to_pass: [...proof.pass_to_pass],
    unsteady: proof.unsteady,
    runtime: runtimeName(gym, language),
    test_seconds: Math.round((record.seconds ?? 0) * 100) / 100,
    seed,
  };
}

/** Of the same file first, but for a fault of several lines, which moves those below it. */
function decoysOf({ places = [] }: PackageRecord, place: Mutation): Mutation[] {
  const others = places.filter(
    (one) => !isReversal(one) && (one.file !== place.file || one.line !== place.line),
  );
  const near = isReversal(place) ? [] : others.filter((one) => one.file === place.file);
  return [...near, ...others.filter((one) => one.file !== place.file)].slice(0, DECOYS);
}
