/**
 * A Python environment made from locks: a folder with a mark that is written last. Without its mark,
 * or with the mark of another lock, it is half-made or old, and is made anew; pip's own cache keeps
 * what was fetched.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { runProgram, type Ended } from "../io/program.ts";
import { requirements, type Build, type LockFile } from "./lock-file.ts";
import type { Python } from "./python.ts";

export type Mark = { readonly lock: string; readonly build: Build | null; readonly python: string };

const MARK = "kingmaker.json";

export const pythonOf = (folder: string): string => join(folder, "bin", "python");

/** The mark of a finished environment; null for none, a half-made one and one whose Python went away. */
export function readMark(folder: string): Mark | null {
  const path = join(folder, MARK);
  if (!existsSync(path) || !existsSync(pythonOf(folder))) return null;
  return JSON.parse(readFileSync(path, "utf8")) as Mark;
}

/** @throws UserError when Python cannot make environments. */
export async function makeEmpty(folder: string, python: Python): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const made = await runProgram(python.program, ["-m", "venv", folder]);
  // Before 3.12 venv brings an old setuptools, which would hide the locked one of a folder beside.
  if (made.code === 0) return void (await pip(folder, ["uninstall", "--yes", "setuptools"]));
  throw new UserError(
    `${python.program} -m venv ${folder} failed: ${lastLines(made)}`,
    `give this Python its venv module (Debian, Ubuntu: apt install python${minorOf(python)}-venv) or name another with --python PATH`,
  );
}

/** Whether pip, as this machine has it set up, finds a requirement. Nothing is installed. */
export async function pipFinds(folder: string, requirement: string): Promise<boolean> {
  const args = [
    "install",
    "--dry-run",
    "--no-deps",
    "--ignore-installed",
    "--only-binary",
    ":all:",
  ];
  return (await pip(folder, [...args, requirement])).code === 0;
}

/**
 * Installs the locks, hashes checked, and writes the mark. `beside`: folders whose modules are
 * importable too. `whole`: false where the locks leave out what their packages ask for.
 * @throws UserError when pip does not get there.
 */
export async function fill(
  folder: string,
  locks: readonly LockFile[],
  mark: Mark,
  { beside = [], whole = true }: { beside?: readonly string[]; whole?: boolean } = {},
): Promise<void> {
  writeFileSync(join(await sitePackages(folder), "kingmaker.pth"), `${beside.join("\n")}\n`);
  const list = join(folder, "requirements.txt");
  writeFileSync(list, requirements(locks, mark.build));
  // Not compiled: Python compiles what it imports at its first use, pip all there is.
  const args = [
    "--require-hashes",
    "--no-deps",
    "--no-compile",
    "--progress-bar",
    "off",
    "--quiet",
  ];
  const installed = await pip(folder, ["install", ...args, "-r", list]);
  if (installed.code !== 0) throw pipFailed("pip install", installed);
  const checked = whole ? await pip(folder, ["check"]) : installed;
  if (checked.code !== 0) throw pipFailed("pip check", checked);
  writeFileSync(join(folder, MARK), `${JSON.stringify(mark)}\n`);
}

/** Where an environment's packages lie. */
export async function sitePackages(folder: string): Promise<string> {
  const code = "import sysconfig; print(sysconfig.get_path('purelib'))";
  return (await runProgram(pythonOf(folder), ["-c", code])).stdout.trim();
}

// ---------------------------------------------------------------------------------------------

const pip = (folder: string, args: readonly string[]): Promise<Ended> =>
  runProgram(pythonOf(folder), ["-m", "pip", ...args], {
    // A user's "user = true" in pip's settings is refused inside an environment.
    env: { PIP_USER: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1" },
  });

function pipFailed(what: string, ended: Ended): UserError {
  const said = lastLines(ended);
  return new UserError(
    `${what} failed: ${said}`,
    /DO NOT MATCH THE HASHES/.test(ended.stderr)
      ? "a package index gave another file than the lock names: point pip at an index you trust (`pip config list` shows its settings)"
      : "mend what pip says and run the same command again; what was fetched is kept in pip's cache",
  );
}

/** pip warns at length; what is wrong stands in its last lines, where it names errors at all. */
function lastLines({ stdout, stderr }: Ended): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => /^\s*error\b/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-3).join(" ") || "it said nothing";
}

const minorOf = ({ version }: Python): string => version.split(".").slice(0, 2).join(".");
