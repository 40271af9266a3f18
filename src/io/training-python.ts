/** The Python of training/.venv and the program in training/ that renders templates, where they are there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TRAINING = fileURLToPath(new URL("../../training", import.meta.url));

/** Written last when the environment is made: without it, it is half-made. */
const MARK = ".venv/kingmaker.json";

/** The programs of a rendering; null where `npm run setup:training` was not run. */
export function templateProgram(): { readonly python: string; readonly script: string } | null {
  const [python, script] = [join(TRAINING, ".venv/bin/python"), join(TRAINING, "render.py")];
  return [join(TRAINING, MARK), python, script].every((path) => existsSync(path))
    ? { python, script }
    : null;
}
