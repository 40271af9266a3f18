/** Fixes between two releases, as faults of the newer: found by its own tests on the older release's code. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isSource, isTestFile, testRoots } from "../core/tasks/files.ts";
import { reversals } from "../core/tasks/fixes.ts";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import { lostIn, type Released, type WhyNone } from "../core/tasks/proof.ts";
import type { Mutation } from "../records/gym-task.ts";
import { fetchPackage, filesOf } from "./fetch.ts";
import { sourceText } from "./places.ts";
import { runTests } from "./tests.ts";
import { packageFolder, type Gym } from "./world.ts";

export type Fixes = {
  readonly places: readonly Mutation[];
  readonly cpuSeconds: number;
};

/** Pieces that the older release has otherwise, where its code fails the newer tests; else why there are none. */
export async function fixesOf(
  gym: Gym,
  pack: GymPackage,
  about: { readonly slot: number; readonly seconds: number; readonly released: Released },
): Promise<Fixes | WhyNone | "unseen" | "interrupted"> {
  if (pack.older === undefined) return { places: [], cpuSeconds: 0 };
  const older: GymPackage = { ...pack, ...pack.older };
  const missing = await fetchPackage(gym, older);
  if (missing !== null) return missing;
  const [base, before] = [pack, older].map((one) =>
    join(packageFolder(gym, packageKey(one)), "base"),
  ) as [string, string];
  const files = filesOf(base);
  const run = await runTests(gym, {
    package: pack,
    slot: about.slot,
    layer: { folder: before, testRoots: testRoots(files.filter(isTestFile)) },
    seconds: about.seconds,
  });
  if (run.why === "interrupted") return "interrupted";
  const lost =
    run.results === null ? [] : lostIn(about.released, { results: run.results, only: null });
  if (run.results !== null && lost.length === 0) return "unseen";
  const places = files
    .filter((file) => isSource(file, pack.language) && existsSync(join(before, file)))
    .flatMap((file) => reversals(file, sourceText(base, file), sourceText(before, file)));
  return { places, cpuSeconds: run.cpuSeconds ?? run.seconds };
}
