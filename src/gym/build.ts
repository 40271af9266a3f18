/**
 * Tasks from packages: fetch, run the tests as released, find the places that they reach, put one fault at a time and
 * prove what it turns. Every task is a file of its own, written when it is proven, so that a build goes on where it
 * was stopped.
 */
import { masked } from "../core/exit/masker.ts";
import { isReversal, shuffled } from "../core/tasks/fixes.ts";
import { orderToTry, taskId } from "../core/tasks/mutation.ts";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import {
  releasedOf,
  whyFailing,
  type FaultDrop,
  type Released,
  type WhyNone,
} from "../core/tasks/proof.ts";
import type { Rng } from "../core/random.ts";
import type { Store } from "../io/store.ts";
import type { Mutation } from "../records/gym-task.ts";
import { fetchPackage } from "./fetch.ts";
import { fixesOf } from "./fixes.ts";
import { knownOf, recordPath, type PackageRecord } from "./package-record.ts";
import { placesOf, reachOf } from "./places.ts";
import type { Quota } from "./quota.ts";
import { isOutOfTime, refuseFullDiskIn, runTests, type TestRun } from "./tests.ts";
import { tryFault } from "./try-fault.ts";
import { packageFolder, type Gym } from "./world.ts";

/** The folder of tasks, and a task's file; relative to the workspace. */
export const TASKS = ".cache/gym/tasks";
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
  /** Told when a package is begun, and when it is left. */
  readonly atWork?: (name: string, isBegun: boolean) => void;
  /** Shared by packages that are tried at the same time. @default none */
  readonly quota?: Quota;
};

/** What became of a package: its faults by id, a task or a reason; or why it has none. */
export type Built =
  | {
      readonly ok: true;
      readonly tried: ReadonlyMap<string, string>;
      /** Of all runs of its tests, earlier ones included. */
      readonly cpuSeconds: number;
    }
  | ({ readonly ok: false; readonly cpuSeconds: number } & WhyNone);

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
  const { drop: reason, detail, cpu_seconds } = ready;
  if (reason !== undefined) return { ok: false, reason, detail, cpuSeconds: cpu_seconds };
  const { gym, store } = world;
  const { proofs, seed } = wants;
  let record = ready;
  const { quota } = world;
  quota?.had(tasksIn(record));
  for (const place of ready.places ?? []) {
    if (isEnough(record, wants) || gym.signal?.aborted === true) break;
    const id = taskId(pack.name, pack.version, place);
    if (record.tried[id] !== undefined) continue;
    if (quota !== undefined && !(await quota.take())) break;
    const { said, cpuSeconds } = await tryFault(
      { gym, pack, slot, proofs, seed, record, id },
      place,
    );
    quota?.settle(said !== null && typeof said !== "string");
    if (said === null) break;
    const word = typeof said === "string" ? said : "task";
    if (typeof said !== "string") await store.write(taskPath(id), said);
    record = {
      ...record,
      tried: { ...record.tried, [id]: word },
      cpu_seconds: record.cpu_seconds + cpuSeconds,
    };
    world.told(word);
    await store.write(recordPath(pack), record);
  }
  return { ok: true, tried: new Map(Object.entries(record.tried)), cpuSeconds: record.cpu_seconds };
}

// ---------------------------------------------------------------------------------------------

function isEnough({ tried }: PackageRecord, { perPackage, tries }: BuildWants): boolean {
  return tasksIn({ tried }) >= perPackage || Object.keys(tried).length >= perPackage * tries;
}

const tasksIn = ({ tried }: Pick<PackageRecord, "tried">): number =>
  Object.values(tried).filter((word) => word === "task").length;

/** More than are ever tried, and a record that stays small. */
const MOST_PLACES = 400;
const MOST_REACH = 100;
/** Fixes are tried first, being few; but a package is not to have them alone. */
const MOST_FIXES = 6;

/** Everything before the first fault: the package, its tests as released, the places. */
async function prepare(
  world: BuildWorld,
  pack: GymPackage,
  wants: BuildWants,
  slot: number,
): Promise<PackageRecord> {
  const { gym, store } = world;
  const record = await knownOf(world, pack, wants.seed);
  let cpu_seconds = record.cpu_seconds;
  const dropped = async ({ reason: drop, detail }: WhyNone): Promise<PackageRecord> => {
    // No fault of the package's, and not to be kept as one.
    refuseFullDiskIn(detail, packageFolder(gym, packageKey(pack)));
    // It quotes what tests and registries said.
    const [said] = await masked([{ ...record, drop, detail, cpu_seconds }], gym);
    // What the network did not give may be there tomorrow.
    if (drop !== "not_found") await store.write(recordPath(pack), said);
    return said;
  };
  const missing = await fetchPackage(gym, pack);
  if (missing !== null) return dropped(missing);
  const runs: TestRun[] = [];
  for (let at = 0; at < wants.proofs; at++) {
    const run = await runTests(gym, { package: pack, slot, seconds: wants.testSeconds });
    cpu_seconds += run.cpuSeconds ?? run.seconds;
    if (run.why === "interrupted") return { ...record, drop: "no_results" };
    if (run.results === null || run.results.size === 0)
      return dropped(noResults(run, wants.testSeconds));
    runs.push(run);
  }
  const released = releasedOf(runs.flatMap(({ results }) => results ?? []));
  if (!released.ok) return dropped(released);
  const three = wants.testSeconds * 3;
  const covered = await runTests(gym, { package: pack, slot, seconds: three, coverage: true });
  cpu_seconds += covered.cpuSeconds ?? covered.seconds;
  if (covered.why === "interrupted") return { ...record, drop: "no_results" };
  if (covered.coverage.reports.length === 0) return dropped(noResults(covered, three));
  const fixes = await fixesOf(gym, pack, { slot, seconds: three, released: released.value });
  if (fixes === "interrupted") return { ...record, drop: "no_results" };
  if (fixes !== "unseen" && "reason" in fixes) return dropped(fixes);
  if (fixes !== "unseen") cpu_seconds += fixes.cpuSeconds;
  const found = [...(fixes === "unseen" ? [] : fixes.places), ...(await placesOf(gym, pack))];
  const ordered = inOrder(found, released.value, reachOf(pack, covered.coverage), {
    rng: wants.rng(`gym/${packageKey(pack)}`),
  });
  if (ordered.places.length === 0) return dropped(NO_PLACES);
  const { passed, unsteady } = released.value;
  const said = {
    ...record,
    released: { passed: [...passed], unsteady },
    seconds: Math.max(...runs.map((run) => run.seconds)),
    test_cpu_seconds: Math.max(...runs.map((run) => run.cpuSeconds ?? run.seconds)),
    ...ordered,
    tried: fixes === "unseen" ? { [`${pack.name} ${pack.older?.version ?? ""}`]: "unseen" } : {},
    cpu_seconds,
  };
  await store.write(recordPath(pack), said);
  return said;
}

/** Places that some test reaches, in the order in which they are tried, and who reaches the first of them. */
function inOrder(
  found: readonly Mutation[],
  { passed }: Released,
  reached: ReturnType<typeof reachOf>,
  { rng }: { readonly rng: Rng },
): { readonly places: Mutation[]; readonly reach: (number[] | null)[] } {
  const within = found.filter((place) => reached(place) !== null);
  const fixes = shuffled(within.filter(isReversal), rng).slice(0, MOST_FIXES);
  const rest = orderToTry(
    within.filter((place) => !isReversal(place)),
    rng,
  );
  const places = [...fixes, ...rest].slice(0, MOST_PLACES);
  const reach = places.slice(0, MOST_REACH).map((place) => {
    const by = reached(place);
    if (by === null || by === "all") return null;
    const names = new Set(by);
    // Of JavaScript it is files that reach a place: all tests in them do.
    const numbers = passed.flatMap((id, at) =>
      names.has(id) || names.has(id.slice(0, id.indexOf("::"))) ? [at] : [],
    );
    return numbers.length === 0 || numbers.length === passed.length ? null : numbers;
  });
  return { places, reach };
}

const NO_PLACES: WhyNone = {
  reason: "no_places",
  detail: "no line that its tests reach can be changed",
};

function noResults(run: TestRun, seconds: number): WhyNone {
  if (isOutOfTime(run))
    return { reason: "too_slow", detail: `ended after [gym].test_seconds = ${seconds}` };
  const why = whyFailing(run.output);
  return why.reason === "tests_fail" ? { ...why, reason: "no_results" } : why;
}
