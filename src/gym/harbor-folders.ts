/** Tasks out to folders in Harbor's form, and in from them. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fromHarbor, toHarbor, type HarborTests } from "../core/tasks/harbor.ts";
import { isTestFile, testRoots } from "../core/tasks/files.ts";
import { PACKAGES } from "../core/tasks/packages.ts";
import type { Tally } from "../core/tally.ts";
import { UserError } from "../errors.ts";
import { onDiskNow } from "../io/disk-faults.ts";
import type { Store } from "../io/store.ts";
import { taskPath } from "./build.ts";
import { filesOf } from "./fetch.ts";
import { readTasks } from "./fresh-runs.ts";
import { baseOf, packageOf } from "./layer.ts";
import { PROGRAMS, type Gym } from "./world.ts";

/** `folder`: of the workspace. Gives the number of tasks. @throws UserError when there is none. */
export async function exportHarbor(
  gym: Gym,
  store: Store,
  folder: string,
  tally: Tally,
): Promise<void> {
  const tasks = await readTasks(store);
  if (tasks.length === 0)
    throw new UserError("gym: there are no tasks yet", "run `npm run gym -- build` first");
  const program = (name: string): string => readFileSync(join(PROGRAMS, name), "utf8");
  const programs = {
    put: program("put.py"),
    fetch: program("fetch-sdist.py"),
    check: program("check.py"),
    report: program("kingmaker_report.py"),
    lock: program("requirements.lock"),
  };
  for (const task of tasks) {
    const pack = await packageOf(gym, task);
    const written = toHarbor(task, pack, programs, testsOf(baseOf(gym, pack)));
    if (!written.ok) {
      tally.dropped(written.reason);
      continue;
    }
    for (const [path, text] of written.value)
      await store.writeText(`${folder}/${task.id}/${path}`, text);
    tally.kept();
  }
}

/** Every folder below one that holds a task.toml. @throws UserError when there is none. */
export async function importHarbor(store: Store, folder: string, tally: Tally): Promise<void> {
  const found = foldersIn(folder);
  if (found.length === 0) {
    throw new UserError(
      `gym: ${folder} holds no task in Harbor's form`,
      "name a folder of tasks, each a folder with a task.toml",
    );
  }
  for (const path of found) {
    const files = filesOf(path).map(
      (name) => [name, readFileSync(join(path, name), "utf8")] as const,
    );
    const read = fromHarbor(new Map(files), PACKAGES);
    if (!read.ok) {
      tally.dropped(read.reason);
      continue;
    }
    await store.write(taskPath(read.value.id), read.value);
    tally.kept();
  }
}

// ---------------------------------------------------------------------------------------------

/** Of the package as released. */
function testsOf(base: string): HarborTests {
  const files = filesOf(base);
  const hashOf = (path: string): string =>
    onDiskNow(path, "read", () => createHash("sha256").update(readFileSync(path)).digest("hex"));
  return {
    roots: testRoots(files),
    hashes: new Map(files.filter(isTestFile).map((path) => [path, hashOf(join(base, path))])),
  };
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return onDiskNow(folder, "read", () => {
    if (existsSync(join(folder, "task.toml"))) return [folder];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .filter((path) => existsSync(join(path, "task.toml")))
      .sort();
  });
}
