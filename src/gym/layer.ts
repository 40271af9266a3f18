/** A task's files as an agent sees them: a writable layer of their own, over which commands run one by one. */
import { join } from "node:path";
import { withFault } from "../core/tasks/mutation.ts";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import { UserError } from "../errors.ts";
import type { ConfinedEnd } from "../io/confined.ts";
import { onDiskNow } from "../io/disk-faults.ts";
import { writeFileSync } from "node:fs";
import type { GymTask } from "../records/gym-task.ts";
import { fetchPackage } from "./fetch.ts";
import { folderBytes } from "./folder-bytes.ts";
import { sourceText } from "./places.ts";
import { refuseFullDisk, setUp } from "./tests.ts";
import { envFor, mountsFor, openScratch, packageFolder, type Gym, type Scratch } from "./world.ts";

export type Layer = {
  readonly folder: string;
  /** One command of an agent. */
  run(command: string): Promise<ConfinedEnd>;
  /** The same files once more, in a layer of their own. */
  copy(): Promise<Layer>;
  remove(): void;
};

/** The package of a task, fetched where it is not there. @throws UserError when it is not to be had. */
export async function packageOf(gym: Gym, task: GymTask): Promise<GymPackage> {
  const pack = gym.packages.find((one) => one.name === task.package && one.hash === task.hash);
  const missing = pack === undefined ? null : await fetchPackage(gym, pack);
  if (pack === undefined || missing !== null) {
    const why = missing === null ? "not in the gym's list" : `${missing.reason}: ${missing.detail}`;
    throw new UserError(
      `gym: ${task.package} ${task.version}, which ${task.id} is made from, is not to be had (${why})`,
      "run `npm run gym -- build` while the package registries can be reached",
    );
  }
  return pack;
}

/** Its folder as released. */
export const baseOf = (gym: Gym, pack: GymPackage): string =>
  join(packageFolder(gym, packageKey(pack)), "base");

/** The package with the task's fault. */
export async function openLayer(
  gym: Gym,
  task: GymTask,
  pack: GymPackage,
  slot: number,
): Promise<Layer> {
  const base = baseOf(gym, pack);
  const faulty = withFault(sourceText(base, task.mutation.file), task.mutation);
  if (faulty === null) {
    throw new UserError(
      `gym: ${task.id} does not fit its package: ${task.mutation.file} is another file`,
      "remove the task's file and build it again",
    );
  }
  const about = { gym, pack, slot };
  const scratch = openScratch(gym, slot);
  const faultScratch = openScratch(gym, slot);
  const fault = join(faultScratch.folder, "fault");
  onDiskNow(fault, "write", () => writeFileSync(fault, faulty));
  try {
    await fill(about, scratch, setUp({ fault: { file: task.mutation.file, text: faulty } }), [
      { from: base, to: "/gym/base" },
      { from: fault, to: "/gym/fault" },
    ]);
  } finally {
    faultScratch.remove();
  }
  return layerOf(about, scratch);
}

// ---------------------------------------------------------------------------------------------

type About = { readonly gym: Gym; readonly pack: GymPackage; readonly slot: number };

function layerOf(about: About, scratch: Scratch): Layer {
  const { gym, pack, slot } = about;
  const { folder } = scratch;
  const most = gym.limits.diskMb * 1024 * 1024;
  return {
    folder,
    remove: () => scratch.remove(),
    run: (command) =>
      gym.sandbox.run(
        {
          command,
          cwd: "/testbed",
          mounts: [...mountsFor(gym, pack), { from: folder, to: "/testbed", writable: true }],
          env: envFor(pack.language),
          limits: gym.limits,
          watch: () => (folderBytes(folder) > most ? "disk" : null),
          signal: gym.signal,
        },
        slot,
      ),
    async copy() {
      const next = openScratch(gym, slot);
      const mounts = [{ from: folder, to: "/gym/layer" }];
      await fill(about, next, "cp -R /gym/layer/. /testbed/ || exit 97", mounts);
      return layerOf(about, next);
    },
  };
}

async function fill(
  { gym, slot }: About,
  { folder }: Scratch,
  command: string,
  mounts: readonly { from: string; to: string }[],
): Promise<void> {
  const ended = await gym.sandbox.run(
    {
      command,
      cwd: "/",
      mounts: [...mounts, { from: folder, to: "/testbed", writable: true }],
      limits: gym.limits,
      signal: gym.signal,
    },
    slot,
  );
  refuseFullDisk(ended.code, ended.output, folder);
}
