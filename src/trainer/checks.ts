/** npm run test:training, test:python, test:trainers and check:python: the Python tools, each run to its end. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../io/program.ts";
import {
  environmentPython,
  QUIET_PYTHON,
  testsFolder,
  trainersFolder,
  trainingFolder,
  trainingVenv,
} from "./house.ts";

/** Runs ruff, mypy and pytest on training/; gives the first exit code that is not 0. */
export async function checkTraining(
  project: string,
  pytestArgs: readonly string[],
): Promise<number> {
  const python = environmentPython(trainingVenv(project), "setup:training");
  return runAll(python, trainingFolder(project), [
    ...ruffOn("."),
    ["mypy"],
    ["pytest", ...pytestArgs],
  ]);
}

/** Runs ruff on test/python/ and engines/, pytest on test/python/. */
export async function checkPythonTests(
  project: string,
  pytestArgs: readonly string[],
): Promise<number> {
  const folder = testsFolder(project);
  const engines = join(project, "engines");
  const python = environmentPython(join(folder, ".venv"), "setup:python-tests");
  return runAll(python, folder, [...ruffOn(".", engines), ["pytest", ...pytestArgs]]);
}

/** Runs ruff and pytest on test/trainers/; the readers of trainers run in their own environments. */
export async function checkTrainers(
  project: string,
  pytestArgs: readonly string[],
): Promise<number> {
  const python = environmentPython(trainingVenv(project), "setup:training");
  return runAll(python, trainersFolder(project), [...ruffOn("."), ["pytest", ...pytestArgs]]);
}

/**
 * Runs ruff on all Python of the project, of which `npm run check` is made without its tests, which take
 * minutes. Gives null where no environment holds ruff.
 */
export async function lintPython(project: string): Promise<number | null> {
  const venv = trainingVenv(project);
  if (!existsSync(join(venv, "bin", "ruff"))) return null;
  const folders = [testsFolder(project), trainersFolder(project), join(project, "engines")];
  const python = environmentPython(venv, "setup:training");
  return runAll(python, trainingFolder(project), ruffOn(".", ...folders));
}

/** What ruff finds in `places`, and what it would lay out otherwise. */
function ruffOn(...places: readonly string[]): (readonly string[])[] {
  return [
    ["ruff", "check", ...places],
    ["ruff", "format", "--check", "--quiet", ...places],
  ];
}

/** All of them, so that one run tells everything that is wrong. */
async function runAll(
  python: string,
  cwd: string,
  tools: readonly (readonly string[])[],
): Promise<number> {
  let worst = 0;
  for (const [tool = "", ...args] of tools) {
    const options = { cwd, env: QUIET_PYTHON, shown: true };
    const { code } = await runProgram(python, ["-m", tool, ...args], options);
    worst ||= code;
  }
  return worst;
}
