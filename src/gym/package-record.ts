/** What is known of a package from earlier runs, so that a build goes on where it was stopped. */
import { z } from "zod";
import { packageKey, type GymPackage } from "../core/tasks/packages.ts";
import type { PackageDrop } from "../core/tasks/proof.ts";
import type { Store } from "../io/store.ts";
import { mutationSchema } from "../records/gym-task.ts";
import { runtimeName, type Gym } from "./world.ts";

/** .cache/gym/packages/<key>/record.json: for one seed, archive and runtime. */
const packageRecordSchema = z.object({
  seed: z.int(),
  runtime: z.string(),
  hash: z.string(),
  drop: z.string().optional(),
  detail: z.string().default(""),
  /** Ids of tests that pass. */
  released: z.object({ passed: z.array(z.string()), unsteady: z.int() }).optional(),
  /** Of one run of all tests as released: own time, and of its processes. */
  seconds: z.number().optional(),
  test_cpu_seconds: z.number().optional(),
  /** In the order in which they are tried. */
  places: z.array(mutationSchema).optional(),
  /** Of the first of them: who reaches it, by their places in `released.passed`; null: all. */
  reach: z.array(z.array(z.int()).nullable()).optional(),
  /** Id -> "task" or a FaultDrop. */
  tried: z.record(z.string(), z.string()),
  /** Of all runs of tests so far; a run that was ended counts its own time. */
  cpu_seconds: z.number().default(0),
});
export type PackageRecord = Omit<z.infer<typeof packageRecordSchema>, "drop"> & {
  readonly drop?: PackageDrop;
};

export const recordPath = (pack: GymPackage): string =>
  `.cache/gym/packages/${packageKey(pack)}/record.json`;

/** What an earlier run knew; of another seed, archive or runtime it says nothing. */
export async function knownOf(
  { gym, store }: { readonly gym: Gym; readonly store: Store },
  pack: GymPackage,
  seed: number,
): Promise<PackageRecord> {
  const runtime = runtimeName(gym, pack.language);
  const found = await store.readIfThere(recordPath(pack), packageRecordSchema);
  const isOf =
    found !== null &&
    found.seed === seed &&
    found.hash === hashesOf(pack) &&
    found.runtime === runtime;
  const fresh = { seed, runtime, hash: hashesOf(pack), detail: "", tried: {}, cpu_seconds: 0 };
  return isOf ? (found as PackageRecord) : fresh;
}

// ---------------------------------------------------------------------------------------------

const hashesOf = ({ hash, older }: GymPackage): string =>
  older === undefined ? hash : `${hash} ${older.hash}`;
