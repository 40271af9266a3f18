/**
 * npm run setup:python-tests: the environments that only the tests need (validators, real servers,
 * Ray). Four, since their packages agree on no one set of versions; the first lies on training/.venv. And
 * those of npm run test:trainers, one a trainer whose reader is run.
 */
import { join } from "node:path";
import { errorMessage, UserError } from "../errors.ts";
import { fill, makeEmpty, pipFinds, readMark, sitePackages } from "./environment.ts";
import {
  environmentPython,
  LOCKED_PYTHONS,
  testsFolder,
  trainersFolder,
  trainingFolder,
  trainingVenv,
} from "./house.ts";
import { hashOf, megabytes, readLock, type Build, type LockFile } from "./lock-file.ts";
import { findPython, type Python, type PythonRange } from "./python.ts";
import { nameCpuIndex } from "./setup.ts";

export type TestEnvironment = {
  readonly venv: string;
  readonly lock: string;
  /** It also sees what training/.venv has, and has its Python. */
  readonly onTraining: boolean;
  readonly range: PythonRange;
  /** false: the lock holds only what the tests import of it. */
  readonly whole: boolean;
};

export const TEST_ENVIRONMENTS: readonly TestEnvironment[] = [
  {
    venv: ".venv",
    lock: "requirements.lock",
    onTraining: true,
    range: LOCKED_PYTHONS,
    whole: true,
  },
  {
    venv: ".venv-litellm",
    lock: "litellm.lock",
    onTraining: false,
    range: LOCKED_PYTHONS,
    whole: true,
  },
  {
    venv: ".venv-mini",
    lock: "mini.lock",
    onTraining: false,
    range: LOCKED_PYTHONS,
    whole: false,
  },
  {
    venv: ".venv-harbor",
    lock: "harbor.lock",
    onTraining: false,
    range: { oldest: 12, newest: 13 },
    whole: false,
  },
];

/** Readers alone: their locks leave out what these do without. */
const TRAINER_ENVIRONMENTS: readonly TestEnvironment[] = [
  "llamafactory",
  "axolotl",
  "verl",
  "verifiers",
].map((name) => ({
  venv: `.venv-${name}`,
  lock: `${name}.lock`,
  onTraining: false,
  range: { oldest: 11, newest: 12 },
  whole: false,
}));

/**
 * Makes those of test/python's environments that are not made yet. One whose Python is not on this
 * machine, or that has a package without a file for it, is left out with a line; its tests skip.
 * @throws UserError when training/.venv is missing or pip fails.
 */
export async function setupPythonTests(
  project: string,
  machine: string,
  say: (line: string) => void,
): Promise<void> {
  await setUp(testsFolder(project), TEST_ENVIRONMENTS, {
    project,
    machine,
    say,
    find: findPython,
  });
}

/**
 * Makes those of test/trainers that are not made yet, some 8 GB in all.
 * @throws UserError when pip fails or does not find PyTorch's CPU build.
 */
export async function setupTrainers(
  project: string,
  machine: string,
  say: (line: string) => void,
  find: typeof findPython = findPython,
): Promise<void> {
  await setUp(trainersFolder(project), TRAINER_ENVIRONMENTS, { project, machine, say, find });
}

// ---------------------------------------------------------------------------------------------

const SKIPPED = "what needs it is skipped";

type Asked = {
  readonly project: string;
  readonly machine: string;
  readonly say: (line: string) => void;
  readonly find: typeof findPython;
};

async function setUp(
  folder: string,
  environments: readonly TestEnvironment[],
  { project, machine, say, find }: Asked,
): Promise<void> {
  for (const environment of environments) {
    const venv = join(folder, environment.venv);
    const lock = readLock(join(folder, environment.lock));
    const hash = hashOf([lock, ...(environment.onTraining ? [trainingLock(project)] : [])]);
    const build = buildOf(lock, machine);
    const mark = readMark(venv);
    if (mark?.lock === hash && mark.build === build) {
      say(`${venv} is set up already`);
      continue;
    }
    const size = megabytes([lock], machine, build ?? "index");
    if (size === 0) {
      say(`left out: ${venv} (a package of its lock has no file for ${machine}); ${SKIPPED}`);
      continue;
    }
    const python = await pythonFor(environment, { project, machine, say, find });
    if (python === null) continue;
    say(
      `making ${venv} with Python ${python.version}: ${lock.pins.size} packages, up to ${size} MB to fetch`,
    );
    await makeEmpty(venv, python);
    if (build === "cpu") await demandCpuTorch(venv, lock);
    const beside = environment.onTraining ? await trainingPaths(project) : [];
    const { whole } = environment;
    await fill(venv, [lock], { lock: hash, build, python: python.version }, { beside, whole });
  }
}

/** null: no torch in the lock. On Linux the index's build needs libraries of CUDA, which these locks leave out. */
function buildOf({ pins }: LockFile, machine: string): Build | null {
  if (!pins.has("torch")) return null;
  return machine.startsWith("linux") ? "cpu" : "index";
}

/** @throws UserError when pip does not find it. */
async function demandCpuTorch(venv: string, { pins }: LockFile): Promise<void> {
  const torch = `torch==${pins.get("torch")}+cpu`;
  if (await pipFinds(venv, torch)) return;
  throw new UserError(
    `${venv}: pip does not find ${torch}, PyTorch's CPU build, which the readers of trainers run on`,
    nameCpuIndex("test:trainers"),
  );
}

async function pythonFor(
  { onTraining, range, venv }: TestEnvironment,
  { project, say, find }: Asked,
): Promise<Python | null> {
  if (onTraining) {
    const program = environmentPython(trainingVenv(project), "setup:training");
    return { program, version: readMark(trainingVenv(project))?.python ?? "" };
  }
  try {
    return await find(range);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`left out: ${venv} (${errorMessage(error)}); ${SKIPPED}`);
    return null;
  }
}

const trainingLock = (project: string): LockFile =>
  readLock(join(trainingFolder(project), "requirements.lock"));

const trainingPaths = async (project: string): Promise<string[]> => [
  join(trainingFolder(project), "src"),
  await sitePackages(trainingVenv(project)),
];
