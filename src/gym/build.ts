/**
 * Tasks from packages: fetch, run the tests as released, find the places that they reach, put one fault at a time and
 * prove what it turns. Every task is a file of its own, written when it is proven, so that a build goes on where it
 * was stopped.
 */
import { join } from "node:path";
import { z } from "zod";
import { issueOf } from "../core/tasks/issue.ts";
import { orderToTry, taskId, withFault } from "../core/tasks/mutation.ts";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import {
  isSeen,
  proofOf,
  releasedOf,
  whyFailing,
  type FaultDrop,
  type PackageDrop,
  type Proof,
  type Released,
} from "../core/tasks/proof.ts";
import { isWholeFile, type TestResults } from "../core/tasks/results.ts";
import type { Rng } from "../core/random.ts";
import type { Store } from "../io/store.ts";
import { mutationSchema, type GymTask, type Mutation } from "../records/gym-task.ts";
import { SCHEMA } from "../records/schema.ts";
import { fetchPackage } from "./fetch.ts";
import { reachedPlaces, sourceText } from "./places.ts";
import { commandForFile, runTests, type TestRun } from "./tests.ts";
import { packageFolder, runtimeName, type Gym } from "./world.ts";

const GYM = ".cache/gym";

/** The folder of tasks, and a task's file; relative to the workspace. */
export const TASKS = `${GYM}/tasks`;
export const taskPath = (id: string): string => `${TASKS}/${id}.json`;

export type BuildWants = {
  /** Tasks of one package, at most. */
  readonly perPackage: number;
  /** Runs of the tests that prove a list. */
  readonly proofs: number;
  /** Faults tried, at most, for each task wanted. */
  readonly tries: number;
  /** Of the whole tests as released, seconds. */
  readonly testSeconds: number;
  readonly seed: number;
  readonly rng: (purpose: string) => Rng;
};

export type BuildWorld = {
  readonly gym: Gym;
  readonly store: Store;
  /** Told of each fault that was tried, a task or a reason. */
  readonly told: (said: "task" | FaultDrop) => void;
};

/** What became of a package: its faults by id, a task or a reason; or why it has none. */
export type Built =
  | { readonly ok: true; readonly tried: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly reason: PackageDrop };

/** One package, what earlier runs tried of it included. */
export async function buildPackage(
  world: BuildWorld,
  pack: GymPackage,
  wants: BuildWants,
  slot: number,
): Promise<Built> {
  const known = await knownOf(world, pack, wants.seed);
  const isReady = known.released !== undefined || known.drop !== undefined;
  const ready = isReady ? known : await prepare(world, pack, wants, slot);
  if (ready.drop !== undefined) return { ok: false, reason: ready.drop };
  let record = ready;
  for (const place of ready.places ?? []) {
    const tasks = tasksOf(record);
    const tried = Object.keys(record.tried).length;
    const isEnough = tasks.length >= wants.perPackage || tried >= wants.perPackage * wants.tries;
    if (isEnough || world.gym.signal?.aborted === true) break;
    const id = taskId(pack.name, pack.version, place);
    if (record.tried[id] !== undefined) continue;
    const said = await tryFault({ world, pack, wants, slot, record, id }, place);
    if (said === "interrupted") break;
    record = { ...record, tried: { ...record.tried, [id]: said } };
    world.told(said);
    await world.store.write(recordPath(pack), record);
  }
  return { ok: true, tried: new Map(Object.entries(record.tried)) };
}

// ---------------------------------------------------------------------------------------------

/** packages/<key>/record.json: what is known of a package, for one seed and runtime. */
const packageRecordSchema = z.object({
  seed: z.int(),
  runtime: z.string(),
  hash: z.string(),
  drop: z.string().optional(),
  /** Ids of tests that pass. */
  released: z.object({ passed: z.array(z.string()), unsteady: z.int() }).optional(),
  seconds: z.number().optional(),
  /** In the order in which they are tried. */
  places: z.array(mutationSchema).optional(),
  /** Id -> "task" or a FaultDrop. */
  tried: z.record(z.string(), z.string()),
});
type PackageRecord = Omit<z.infer<typeof packageRecordSchema>, "drop"> & { drop?: PackageDrop };

const recordPath = (pack: GymPackage): string => `${GYM}/packages/${packageKey(pack)}/record.json`;

const tasksOf = ({ tried }: PackageRecord): string[] =>
  Object.keys(tried).filter((id) => tried[id] === "task");

/** More than are ever tried, and a record that stays small. */
const MOST_PLACES = 400;

/** What an earlier run knew; of another seed, archive or runtime it says nothing. */
async function knownOf(
  { gym, store }: BuildWorld,
  pack: GymPackage,
  seed: number,
): Promise<PackageRecord> {
  const fresh = { seed, runtime: runtimeName(gym, pack.language), hash: pack.hash, tried: {} };
  const found = await store.readIfThere(recordPath(pack), packageRecordSchema);
  const isOf =
    found !== null &&
    found.seed === seed &&
    found.hash === pack.hash &&
    found.runtime === fresh.runtime;
  return isOf ? (found as PackageRecord) : fresh;
}

/** Everything before the first fault: the package, its tests as released, the places. */
async function prepare(
  world: BuildWorld,
  pack: GymPackage,
  wants: BuildWants,
  slot: number,
): Promise<PackageRecord> {
  const { gym, store } = world;
  const record = await knownOf(world, pack, wants.seed);
  const dropped = async (drop: PackageDrop): Promise<PackageRecord> => {
    const said = { ...record, drop };
    // What the network did not give may be there tomorrow.
    if (drop !== "not_found") await store.write(recordPath(pack), said);
    return said;
  };
  const missing = await fetchPackage(gym, pack);
  if (missing !== null) return dropped(missing);
  const runs: TestRun[] = [];
  for (let at = 0; at < wants.proofs; at++) {
    const run = await runTests(gym, { package: pack, slot, seconds: wants.testSeconds });
    if (run.why === "interrupted") return { ...record, drop: "no_results" };
    if (run.results === null || run.results.size === 0)
      return dropped(run.why === "time" ? "too_slow" : noResults(run));
    runs.push(run);
  }
  const released = releasedOf(runs.flatMap(({ results }) => results ?? []));
  if (!released.ok) return dropped(released.reason);
  const covered = await runTests(gym, {
    package: pack,
    slot,
    seconds: wants.testSeconds * 3,
    coverage: true,
  });
  const places = await reachedPlaces(gym, pack, covered.coverage);
  if (places.length === 0) return dropped("no_places");
  const order = orderToTry(places, wants.rng(`gym/${packageKey(pack)}`)).slice(0, MOST_PLACES);
  const seconds = Math.max(...runs.map((run) => run.seconds));
  const { passed, unsteady } = released.value;
  const said = { ...record, released: { passed: [...passed], unsteady }, seconds, places: order };
  await store.write(recordPath(pack), said);
  return said;
}

function noResults({ output }: TestRun): PackageDrop {
  const why = whyFailing(output);
  return why === "tests_fail" ? "no_results" : why;
}

type Trial = {
  readonly world: BuildWorld;
  readonly pack: GymPackage;
  readonly wants: BuildWants;
  readonly slot: number;
  readonly record: PackageRecord;
  readonly id: string;
};

async function tryFault(
  trial: Trial,
  place: Mutation,
): Promise<"task" | FaultDrop | "interrupted"> {
  const { world, pack, wants, record } = trial;
  const { gym, store } = world;
  const released: Released = record.released ?? { passed: [], unsteady: 0 };
  const text = sourceText(join(packageFolder(gym, packageKey(pack)), "base"), place.file);
  const faulty = withFault(text, place);
  if (faulty === null) throw new Error(`${packageKey(pack)}: ${place.file} is not what was parsed`);
  const runs: TestResults[] = [];
  for (let at = 0; at < wants.proofs; at++) {
    const run = await runTests(gym, {
      package: pack,
      slot: trial.slot,
      fault: { file: place.file, text: faulty },
      seconds: hangLimit(record.seconds ?? 0),
    });
    if (run.why === "interrupted") return "interrupted";
    if (run.results === null) return run.why === "time" ? "hangs" : "no_results";
    const why = at === 0 ? isSeen(released, run.results) : null;
    if (why !== null) return why;
    runs.push(run.results);
  }
  const proof = proofOf(released, runs);
  if (!proof.ok) return proof.reason;
  const task = taskOf(trial, place, { proof: proof.value, text, first: runs[0] ?? new Map() });
  if (task === null) return "issue_leaks";
  await store.write(taskPath(task.id), task);
  return "task";
}

/** A fault may make a loop endless; a busy machine may make an honest run slow. */
const hangLimit = (seconds: number): number => Math.ceil(10 + 4 * seconds);

type Found = { readonly proof: Proof; readonly text: string; readonly first: TestResults };

const DECOYS = 6;

function taskOf(
  { world, pack, wants, record, id }: Trial,
  place: Mutation,
  { proof, text, first }: Found,
): GymTask | null {
  const named = proof.fail_to_pass.filter((id) => !isWholeFile(id));
  const told = named.length > 0 ? named : proof.fail_to_pass;
  const [failing = ""] = told;
  const test_command = commandForFile(pack, failing.slice(0, failing.indexOf("::")));
  const issue = issueOf({
    package: pack.name,
    version: pack.version,
    failing: told,
    message: first.get(failing)?.message ?? "",
    test_command,
    mutation: place,
    text,
  });
  if (issue === null) return null;
  const others = (record.places ?? []).filter(
    (one) => one.file !== place.file || one.line !== place.line,
  );
  const near = others.filter((one) => one.file === place.file);
  const { name, version, hash, licence, language } = pack;
  return {
    schema: SCHEMA,
    id,
    language,
    package: name,
    version,
    hash,
    licence,
    mutation: place,
    decoys: [...near, ...others.filter((one) => one.file !== place.file)].slice(0, DECOYS),
    issue,
    test_command,
    fail_to_pass: [...proof.fail_to_pass],
    pass_to_pass: [...proof.pass_to_pass],
    unsteady: proof.unsteady,
    runtime: runtimeName(world.gym, language),
    test_seconds: Math.round((record.seconds ?? 0) * 100) / 100,
    seed: wants.seed,
  };
}
