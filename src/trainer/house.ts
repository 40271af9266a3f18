/** Where the Python side lies, and which Python it can do with. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { pythonOf, readMark } from "./environment.ts";
import type { PythonRange } from "./python.ts";

/** The folder that holds training/ and test/: the project itself, or a made one in tests. */
export const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** The locks hold files for these. */
export const LOCKED_PYTHONS: PythonRange = { oldest: 11, newest: 13 };

export const trainingFolder = (project: string): string => join(project, "training");
export const trainingVenv = (project: string): string => join(trainingFolder(project), ".venv");
export const testsFolder = (project: string): string => join(project, "test", "python");
export const trainersFolder = (project: string): string => join(project, "test", "trainers");

/**
 * The Python of a finished environment.
 * @param made the command that makes it.
 * @throws UserError when it is not there or half-made.
 */
export function environmentPython(venv: string, made: string): string {
  if (readMark(venv) !== null) return pythonOf(venv);
  throw new UserError(`${venv} is not there, or was not finished`, `npm run ${made}`);
}

/** For Python processes that we start: no load of the hub, no telemetry, no thread for every core. */
export const QUIET_PYTHON: Readonly<Record<string, string>> = {
  HF_HUB_OFFLINE: "1",
  HF_HUB_DISABLE_TELEMETRY: "1",
  OMP_NUM_THREADS: "1",
};
