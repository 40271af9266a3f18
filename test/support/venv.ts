/**
 * Tests that need training/.venv: `test.skipIf(noVenv)(...)`, and `venvPython` to start it. That
 * they are skipped is said once a run, by the set-up below, which vitest.config.ts names.
 */
import { pythonOf, readMark } from "../../src/trainer/environment.ts";
import { projectFolder, trainingVenv } from "../../src/trainer/house.ts";

const venv = trainingVenv(projectFolder);

export const noVenv = readMark(venv) === null;
export const venvPython = pythonOf(venv);

/** Vitest's global set-up: once for all files. */
export function setup(): void {
  if (noVenv) console.log("skipped: tests that need training/.venv (npm run setup:training)");
}
