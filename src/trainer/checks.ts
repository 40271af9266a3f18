/** npm run test:training, test:python and test:trainers: the Python tools, each run to its end, one after the other. */
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
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "--quiet", "."],
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
  return runAll(python, folder, [
    ["ruff", "check", ".", engines],
    ["ruff", "format", "--check", "--quiet", ".", engines],
    ["pytest", ...pytestArgs],
  ]);
}

/** Runs ruff and pytest on test/trainers/; the readers of trainers run in their own environments. */
export async function checkTrainers(
  project: string,
  pytestArgs: readonly string[],
): Promise<number> {
  const python = environmentPython(trainingVenv(project), "setup:training");
  return runAll(python, trainersFolder(project), [
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "--quiet", "."],
    ["pytest", ...pytestArgs],
  ]);
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
