/** Opens the gym of a workspace: sandbox, Python, and what Python's tests need, fetched once. */
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { PACKAGES } from "../core/tasks/packages.ts";
import { UserError } from "../errors.ts";
import { onDiskNow } from "../io/disk-faults.ts";
import { runProgram } from "../io/program.ts";
import { openSandbox } from "./sandbox.ts";
import {
  gymFolder,
  linkPrograms,
  PROGRAMS,
  sweepScratch,
  type Gym,
  type Runtime,
} from "./world.ts";

/**
 * @param python the program of a Python 3.11 or newer with pip.
 * @throws UserError when the sandbox that is wanted does not start, or pip does not get the packages.
 */
export async function openGym(config: Config, python: string, signal?: AbortSignal): Promise<Gym> {
  const { sandbox, ...limits } = config.gym;
  const gym: Gym = {
    folder: gymFolder(config),
    audit: config.audit,
    sandbox: await openSandbox(sandbox),
    runtime: await runtimeOf(python),
    limits: {
      seconds: limits.command_seconds,
      memoryMb: limits.memory_mb,
      processes: limits.processes,
      diskMb: limits.disk_mb,
      outputBytes: limits.output_bytes,
    },
    packages: PACKAGES,
    signal,
  };
  sweepScratch(gym);
  linkPrograms(gym);
  await fillSite(gym);
  return gym;
}

// ---------------------------------------------------------------------------------------------

async function runtimeOf(python: string): Promise<Runtime> {
  const code =
    "import sys, json; print(json.dumps([sys.executable, sys.base_prefix, sys.version.split()[0]]))";
  const { stdout } = await runProgram(python, ["-I", "-c", code]);
  const [program = python, prefix = "", version = ""] = JSON.parse(stdout || "[]") as string[];
  return { python: realpathSync(program), pythonPrefix: prefix, pythonVersion: version };
}

/** site/: pytest and its like at the versions and hashes of the lock. */
async function fillSite({ folder, runtime }: Gym): Promise<void> {
  const site = join(folder, "site");
  const lock = join(PROGRAMS, "requirements.lock");
  const mark = join(folder, "site.lock");
  const wanted = `${runtime.pythonVersion} compiled\n${readFileSync(lock, "utf8")}`;
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  onDiskNow(site, "remove", () => rmSync(site, { recursive: true, force: true }));
  const args = ["--require-hashes", "--no-deps", "--no-compile", "--quiet", "--target", site];
  const ended = await runProgram(runtime.python, ["-m", "pip", "install", ...args, "-r", lock], {
    env: { PIP_USER: "0", PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1" },
  });
  if (ended.code !== 0) {
    throw new UserError(
      `gym: pip did not install what tests need: ${ended.stderr.trim().split("\n").at(-1) ?? ""}`,
      "mend what pip says and run it again; the gym needs the package indexes for its first build alone",
    );
  }
  // Read-only for those who import it, so that it would be compiled at every start of a test.
  await runProgram(runtime.python, ["-m", "compileall", "-q", site]);
  await runProgram("chmod", ["-R", "a+rX", site]);
  onDiskNow(mark, "write", () => writeFileSync(mark, wanted));
}
