/** What everything in the gym stands on: folders, sandbox, the two runtimes, and how a package is laid before them. */
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "../config.ts";
import type { ExitSettings } from "../core/exit/masker.ts";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import type { GymLanguage } from "../records/gym-task.ts";
import { errorCode } from "../errors.ts";
import { onDiskNow } from "../io/disk-faults.ts";
import type { Mount, Sandbox, SandboxLimits } from "./sandbox.ts";
import { makeFolderNow } from "../io/make-folder.ts";

export type Runtime = {
  /** Absolute path of the Python that tests run with, and where it lies with its library. */
  readonly python: string;
  readonly pythonPrefix: string;
  /** "3.11.2" */
  readonly pythonVersion: string;
};

export type Gym = {
  /** "<workspace>/.cache/gym", absolute. */
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly runtime: Runtime;
  readonly limits: SandboxLimits;
  /** What is masked in trajectories. */
  readonly audit: ExitSettings["audit"];
  /** Those that tasks may be of. */
  readonly packages: readonly GymPackage[];
  readonly signal?: AbortSignal | undefined;
};

/** The folder of programs that run inside. */
export const PROGRAMS = fileURLToPath(new URL("programs", import.meta.url));

/** "Python 3.11.2" or "Node 22.18.0": what a task's lists were proven with. */
export function runtimeName(gym: Gym, language: GymLanguage): string {
  return language === "python"
    ? `Python ${gym.runtime.pythonVersion}`
    : `Node ${process.versions.node}`;
}

export const packageFolder = (gym: Gym, key: string): string => join(gym.folder, "packages", key);

/**
 * What a package's tests see beside its own folder. A package that other packages' tests need is in site/ as well: its
 * own tasks do not see it there, where its code stands without the fault.
 */
export function mountsFor(gym: Gym, pack: GymPackage): Mount[] {
  const nodePrefix = dirname(dirname(process.execPath));
  const outside = [gym.runtime.pythonPrefix, nodePrefix].filter(
    (path) => !/^\/usr(\/|$)/.test(path),
  );
  return [
    ...outside.map((path) => ({ from: path, to: path })),
    { from: join(gym.folder, "bin"), to: "/gym/bin" },
    { from: PROGRAMS, to: "/gym/programs" },
    ...(pack.language === "python"
      ? [
          { from: join(gym.folder, "site"), to: SITE },
          ...ownIn(join(gym.folder, "site"), pack.name).map((name) => ({
            from: emptyFolder(gym),
            to: `${SITE}/${name}`,
          })),
        ]
      : [
          { from: join(packageFolder(gym, packageKey(pack)), "node_modules"), to: "/node_modules" },
        ]),
  ];
}

const SITE = "/gym/site";

/** Folders that a distribution put into site/, by the list that pip left of it; [] where it is not there. */
function ownIn(site: string, distribution: string): string[] {
  return onDiskNow(site, "read", () => {
    const info = entriesNow(site).find(
      (name) => name.endsWith(".dist-info") && nameIn(name) === plainName(distribution),
    );
    if (info === undefined) return [];
    const lines = readFileSync(join(site, info, "RECORD"), "utf8").split("\n");
    const tops = lines.flatMap((line) => /^([^/,.][^/,]*)\//.exec(line)?.[1] ?? []);
    return [...new Set([...tops, info])].sort();
  });
}

/** "wcwidth-0.9.4.dist-info" -> "wcwidth" */
const nameIn = (info: string): string => plainName(info.slice(0, info.indexOf("-")));

/** As PyPI compares names. */
const plainName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, "-");

const entriesNow = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

function emptyFolder(gym: Gym): string {
  const folder = join(gym.folder, "empty");
  onDiskNow(folder, "write", () => makeFolderNow(folder));
  return folder;
}

/** The environment of tests and agents. */
export function envFor(language: GymLanguage): Record<string, string> {
  return language === "python"
    ? { PYTHONPATH: "/testbed/src:/testbed:/gym/site:/gym/programs" }
    : { NODE_PATH: "/node_modules", NO_COLOR: "1" };
}

/** python, python3 and node by their names, wherever they lie. */
export function linkPrograms(gym: Gym): void {
  const folder = join(gym.folder, "bin");
  onDiskNow(folder, "write", () => {
    rmSync(folder, { recursive: true, force: true });
    makeFolderNow(folder);
    symlinkSync(gym.runtime.python, join(folder, "python3"));
    symlinkSync("python3", join(folder, "python"));
    symlinkSync(process.execPath, join(folder, "node"));
  });
}

export type Scratch = {
  /** Absolute; writable for who runs in the sandbox of this slot. */
  readonly folder: string;
  remove(): void;
};

/** A folder of its own for one sandbox; `slot` as the sandbox is told. */
export function openScratch(gym: Gym, slot: number): Scratch {
  const parent = join(gym.folder, "scratch");
  const folder = onDiskNow(parent, "write", () => {
    makeFolderNow(parent);
    const made = mkdtempSync(join(parent, `${process.pid}-`));
    const uid = gym.sandbox.uidOf(slot);
    if (uid !== null) chownSync(made, uid, uid);
    return made;
  });
  return {
    folder,
    remove() {
      onDiskNow(folder, "remove", () => rmSync(folder, { recursive: true, force: true }));
    },
  };
}

/** What runs that were killed left behind; folders of a run that lives carry its process's number. */
export function sweepScratch(gym: Gym): void {
  const parent = join(gym.folder, "scratch");
  if (!existsSync(parent)) return;
  onDiskNow(parent, "remove", () => {
    for (const name of readdirSync(parent)) {
      if (!isAlive(Number(name.split("-", 1)[0])))
        rmSync(join(parent, name), { recursive: true, force: true });
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** The gym's folder of a workspace. */
export const gymFolder = (config: Config): string => join(config.root, ".cache", "gym");
