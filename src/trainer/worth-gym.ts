/** Checkpoints of `worth` served in their turn, each asked in a workspace of its own below evaluation/worth/gym/. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import TOML from "@iarna/toml";
import type { Config } from "../config.ts";
import { configHash } from "../core/turn/hash.ts";
import { onDisk } from "../io/disk-faults.ts";
import type { Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { whileAnswering, type ServeOptions } from "./answering.ts";
import { checkpointPrint } from "./checkpoint.ts";
import { portBefore } from "./duel-workspace.ts";
import { answeringChain, ownChain, spentElsewhere, WORTH_GYM } from "./inner-workspace.ts";
import { wholeModel } from "./served-model.ts";
import { CHECKPOINTS, finishedRun, type MergeCall } from "./train-run.ts";
import type { ArmRun } from "./worth-arms.ts";

/** Another checkpoint, or other settings of who plays: another folder, so that no run of the other counts. */
export function playFolder({ king, gym }: Config, { run }: ArmRun): string {
  const about = {
    print: checkpointPrint(run.output),
    temperature: king.temperature,
    max_tokens: king.max_tokens,
    max_steps: gym.max_steps,
  };
  return `${WORTH_GYM}/${run.name}-${configHash(about).slice(0, 8)}`;
}

export type Serving = Pick<ServeOptions, "python" | "signal" | "baseUrl"> & {
  readonly merge: () => MergeCall;
};

/** Served while `work` goes on in that folder; null: stopped before it could be asked. */
export async function whileServed<T>(
  config: Config,
  store: Store,
  { run }: ArmRun,
  folder: string,
  { python, signal, baseUrl, merge }: Serving,
  work: () => Promise<T>,
): Promise<T | null> {
  const told = await finishedRun(store, run.name);
  if (told === null) throw new Error(`${run.name} was trained and has no train.json`);
  const isHere = baseUrl === undefined;
  const merged = store.path(CHECKPOINTS, run.name, "merged");
  const isOurs = isHere && told.config.lora !== null && !existsSync(merged);
  const model = isHere ? await wholeModel(store, merge, told) : run.name;
  try {
    return await whileAnswering(
      config,
      store,
      { king: { name: run.name, model, provider: null }, links: `${folder}/served` },
      {
        command: "worth",
        python,
        onCpu: told.device === "cpu",
        portBefore: await portBefore(store, folder),
        signal,
        ...(isHere ? {} : { baseUrl, serverModel: run.name }),
      },
      async (answering) => {
        const own = await ownChain(config, store, await spentElsewhere(store, folder));
        const chain = answeringChain(config, own, answering);
        await writeChanged(store, `${folder}/chain.toml`, TOML.stringify(chain));
        return work();
      },
    );
  } finally {
    // Of many checkpoints whole weights would fill a disk; somebody else's may be wanted still.
    if (isOurs) {
      await onDisk(merged, "remove", () => rm(merged, { recursive: true, force: true }));
    }
  }
}
