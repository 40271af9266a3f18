/** Finding a Python that the locks have files for. */
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { runProgram } from "../io/program.ts";

export type Python = {
  /** As it can be started: a name on PATH or a path. */
  readonly program: string;
  /** "3.11.7" */
  readonly version: string;
};

/** The oldest and the newest minor version of Python 3 that will do. */
export type PythonRange = { readonly oldest: number; readonly newest: number };

/**
 * The Python of `given` (--python), else the newest that fits on PATH, else of those that pyenv keeps.
 * @throws UserError when there is none, or the given one will not do.
 */
export async function findPython(range: PythonRange, given?: string): Promise<Python> {
  if (given !== undefined) return givenPython(range, given);
  for (const program of [...namesOnPath(range), ...pyenvPythons()]) {
    const version = await versionOf(program);
    if (version !== null && fits(version, range)) return { program, version };
  }
  throw new UserError(
    `no Python ${spoken(range)} found: not as ${namesOnPath(range).join(", ")} on PATH, nor in pyenv`,
    "install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13; elsewhere: pyenv install 3.13) or name one with --python PATH",
  );
}

async function givenPython(range: PythonRange, program: string): Promise<Python> {
  const version = await versionOf(program);
  if (version !== null && fits(version, range)) return { program, version };
  throw new UserError(
    version === null
      ? `--python ${program} does not start as a Python`
      : `--python ${program} is Python ${version}, and ${spoken(range)} is wanted`,
    `name a Python ${spoken(range)}, or leave --python out to have one looked for`,
  );
}

const namesOnPath = ({ oldest, newest }: PythonRange): string[] => [
  ...Array.from({ length: newest - oldest + 1 }, (_, at) => `python3.${newest - at}`),
  "python3",
  "python",
];

/** pyenv keeps its versions off PATH until one is chosen; newest last in a listing, so turned round. */
function pyenvPythons(): string[] {
  const folder = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  if (!existsSync(folder)) return [];
  const byAge = new Intl.Collator("en", { numeric: true });
  return readdirSync(folder)
    .toSorted((a, b) => byAge.compare(b, a))
    .map((version) => join(folder, version, "bin", "python3"));
}

/** "3.11.7", or null for what is no Python (pyenv's shims are there and only complain). */
async function versionOf(program: string): Promise<string | null> {
  const { code, stdout } = await runProgram(program, [
    "-c",
    "import sys; print('.'.join(map(str, sys.version_info[:3])))",
  ]);
  return code === 0 && /^\d+\.\d+\.\d+$/.test(stdout.trim()) ? stdout.trim() : null;
}

function fits(version: string, { oldest, newest }: PythonRange): boolean {
  const [major, minor = 0] = version.split(".").map(Number);
  return major === 3 && minor >= oldest && minor <= newest;
}

const spoken = ({ oldest, newest }: PythonRange): string => `3.${oldest} to 3.${newest}`;
