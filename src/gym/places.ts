/** Where faults of a package may be put: places of its syntax trees that its tests reach. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { javascriptReached, pythonReached, type Reached } from "../core/tasks/coverage.ts";
import { isSource } from "../core/tasks/files.ts";
import { javascriptPlaces } from "../core/tasks/mutate-javascript.ts";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import { onDiskNow } from "../io/disk-faults.ts";
import { mutationSchema, type Mutation } from "../records/gym-task.ts";
import { filesOf } from "./fetch.ts";
import { quoted, type Coverage } from "./tests.ts";
import { mountsFor, packageFolder, type Gym } from "./world.ts";

/** Places in the order of files and of their text, reached or not. */
export async function placesOf(gym: Gym, pack: GymPackage): Promise<Mutation[]> {
  const base = join(packageFolder(gym, packageKey(pack)), "base");
  const sources = filesOf(base).filter((path) => isSource(path, pack.language));
  return pack.language === "javascript"
    ? sources.flatMap((path) => javascriptPlaces(path, sourceText(base, path)))
    : pythonPlaces(gym, pack, base, sources);
}

/** Who reaches a place, from the coverage of a run of the tests: of JavaScript files of tests, of Python ids. */
export function reachOf({ language }: GymPackage, { reports, tests }: Coverage): Reached {
  if (language === "javascript") return javascriptReached(reports);
  const [first] = reports;
  return first === undefined ? () => null : pythonReached(first.report, tests);
}

/** A file of the released package. */
export function sourceText(base: string, path: string): string {
  const file = join(base, path);
  return onDiskNow(file, "read", () => readFileSync(file, "utf8"));
}

// ---------------------------------------------------------------------------------------------

/** Python's own parser knows Python best; it runs inside, over files of others. */
async function pythonPlaces(
  gym: Gym,
  pack: GymPackage,
  base: string,
  sources: readonly string[],
): Promise<Mutation[]> {
  if (sources.length === 0) return [];
  const ended = await gym.sandbox.run({
    command: `cd /gym/base && python -I /gym/programs/mutate.py ${sources.map(quoted).join(" ")}`,
    cwd: "/",
    mounts: [...mountsFor(gym, pack), { from: base, to: "/gym/base" }],
    limits: { ...gym.limits, outputBytes: 64 << 20 },
  });
  return ended.output
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => z.parse(mutationSchema, JSON.parse(line)));
}
