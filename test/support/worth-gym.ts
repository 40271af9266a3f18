/** A gym of several packages with one task each, all of three files: one task is built, the others are copies of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { seededRng } from "../../src/core/random.ts";
import type { GymPackage } from "../../src/core/tasks/packages.ts";
import { openingOf } from "../../src/core/tasks/trajectory.ts";
import { buildPackage, taskPath } from "../../src/gym/build.ts";
import { readTasks } from "../../src/gym/fresh-runs.ts";
import { scriptedPolicies } from "../../src/gym/policies.ts";
import { openSandbox } from "../../src/gym/sandbox.ts";
import type { Gym } from "../../src/gym/world.ts";
import { openStore } from "../../src/io/store.ts";
import type { GymTask } from "../../src/records/gym-task.ts";
import { layPackage, TINY, tinyGym } from "./tiny-gym.ts";

const sandbox = await openSandbox("auto");

/** chain.toml of a workspace whose models' commands may run here. */
export const GYM_TOML = `[gym]\nsandbox = "${sandbox.kind === "plain" ? "plain" : "auto"}"\n`;

export type WorthGym = {
  readonly gym: Gym;
  /** What mends every task: a reply. */
  readonly mends: string;
};

/** Lays `packages` packages and as many tasks into a workspace. */
export async function worthGym(root: string, packages: number): Promise<WorthGym> {
  const { task, mends } = await (builtOnce ??= built());
  const own = tinyGym(root, sandbox);
  const store = openStore(root);
  const laid: GymPackage[] = [];
  for (let at = 0; at < packages; at++) {
    const pack = { ...TINY, name: `tiny${at}` };
    layPackage(own, pack);
    laid.push(pack);
    const id = task.id.replace("tiny", pack.name);
    await store.write(taskPath(id), { ...task, id, package: pack.name });
  }
  return { gym: { ...own, packages: laid }, mends };
}

// ---------------------------------------------------------------------------------------------

let builtOnce: Promise<{ task: GymTask; mends: string }> | null = null;
let folder: string | null = null;

afterAll(() => {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
  builtOnce = null;
});

async function built(): Promise<{ task: GymTask; mends: string }> {
  folder = mkdtempSync(join(tmpdir(), "kingmaker-worth-gym-"));
  const gym = tinyGym(folder, sandbox);
  const store = openStore(folder);
  const rng = (purpose: string) => seededRng(42, purpose);
  const wants = { perPackage: 1, proofs: 1, tries: 6, testSeconds: 120, seed: 42, rng };
  await buildPackage({ gym, store, told: () => {} }, TINY, wants, 0);
  const [task] = await readTasks(store);
  if (task === undefined) throw new Error("no task was built");
  const mends = await scriptedPolicies(gym, 1, rng)({ task, pack: TINY, key: "k" })?.([
    ...openingOf(task),
    { role: "assistant", content: "THOUGHT: so.\n\n```bash\nls\n```" },
    { role: "user", content: "<returncode>0</returncode>" },
  ]);
  return { task, mends: mends ?? "" };
}
