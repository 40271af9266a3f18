/**
 * A training run as files: run.json that Python reads, train.json that it leaves. What `stage:train`
 * and whoever else starts a training go through.
 */
import { readdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, isAbsolute, join, relative } from "node:path";
import { configHash } from "../core/turn/hash.ts";
import type { TrainSettings } from "../core/training/settings.ts";
import { UserError } from "../errors.ts";
import { onDisk } from "../io/disk-faults.ts";
import type { Store } from "../io/store.ts";
import { mergeRunSchema, type MergeRun } from "../records/evaluate-run.ts";
import { trainRunSchema, type TrainRun } from "../records/train-run.ts";
import { trainSchema, type Train } from "../records/train.ts";
import { runPython, type PythonCall, type PythonEnd } from "./run-python.ts";
import { hashFiles, type TrainingSet } from "./training-set.ts";
import { makeFolder } from "../io/make-folder.ts";

/** Where checkpoints lie, relative to the workspace. */
export const CHECKPOINTS = "artifacts/checkpoints";

export type TrainWish = {
  readonly settings: TrainSettings;
  readonly set: TrainingSet;
  /** Of the folder below artifacts/checkpoints/; absent: the set's name and the method. */
  readonly name?: string | undefined;
  readonly onCpu: boolean;
};

/** What the trainer will be told. Nothing is written. @throws UserError for a name that is no folder's. */
export async function plannedRun(store: Store, wish: TrainWish): Promise<TrainRun> {
  const { settings, set } = wish;
  const name = wish.name ?? `${basename(set.folder)}-${settings.method}`;
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    throw new UserError(
      `train: "${name}" cannot name a checkpoint`,
      "letters, digits, dots, hyphens and underscores make a --name, beginning with a letter or digit",
    );
  }
  const { method, model, seed, dataset, lora, training } = settings;
  const { train, validation } = set.files;
  const hash = await hashFiles(set.folder, [...train, ...validation]);
  const losses = { method, model: modelPrint(model), hash, dataset, lora, training, seed };
  return trainRunSchema.parse({
    schema: 1,
    name,
    method,
    model,
    dataset: { ...dataset, path: shownPath(store.root, set.folder), hash, train, validation },
    lora,
    training,
    seed,
    device: wish.onCpu ? "cpu" : "auto",
    run_hash: configHash(losses),
    output: store.path(CHECKPOINTS, name),
  });
}

/** train.json of a run that is finished; null while there is none. */
export const finishedRun = (store: Store, name: string): Promise<Train | null> =>
  store.readIfThere(`${CHECKPOINTS}/${name}/train.json`, trainSchema);

/**
 * Writes run.json, in a folder that is emptied first with `force`. A run that was planned and never begun, as an
 * estimate leaves it, makes way.
 * @throws UserError when the folder holds another run.
 */
export async function beginRun(
  store: Store,
  run: TrainRun,
  force: boolean,
  hint = "give this one another --name, or begin anew with --force",
): Promise<string> {
  const folder = `${CHECKPOINTS}/${run.name}`;
  const path = `${folder}/run.json`;
  if (force) {
    await onDisk(run.output, "remove", () => rm(run.output, { recursive: true, force: true }));
  }
  const before = await store.readIfThere(path, trainRunSchema);
  const isBegun = (await store.list(folder)).some((name) => name !== "run.json");
  if (isBegun && before !== null && before.run_hash !== run.run_hash) {
    throw new UserError(
      `${run.output} holds another run: the set, the model or the settings have changed`,
      hint,
    );
  }
  await onDisk(run.output, "write", () => makeFolder(run.output));
  await store.write(path, run);
  return store.path(path);
}

/** Trains, or goes on at the newest whole checkpoint. */
export const trainPython = (
  call: Omit<PythonCall, "command" | "run">,
  run: string,
): Promise<PythonEnd> => runPython({ ...call, command: "train", run });

/** What a merge needs of the world. */
export type MergeCall = Omit<PythonCall, "command" | "run">;

/**
 * An adapter and its base become one model in float32, in `merged/` of the run's folder.
 * @param doSample what generation_config.json says: servers of transformers sample only with it.
 */
export async function mergeAdapter(
  store: Store,
  call: MergeCall,
  { name, base, doSample }: { name: string; base: string | null; doSample: boolean },
): Promise<string> {
  const folder = `${CHECKPOINTS}/${name}`;
  const told: MergeRun = mergeRunSchema.parse({
    schema: 1,
    adapter: store.path(folder),
    base,
    output: store.path(folder, "merged"),
    do_sample: doSample,
  });
  await store.write(`${folder}/merge.json`, told);
  await runPython({ ...call, command: "merge", run: store.path(folder, "merge.json") });
  return told.output;
}

/** As it is shown: relative where it lies in the workspace. */
export function shownPath(root: string, path: string): string {
  const inside = relative(root, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

// ---------------------------------------------------------------------------------------------

/** An id of the Hub is its own print; a folder's files may be made anew under the same name. */
function modelPrint(model: string): unknown {
  if (!isAbsolute(model)) return model;
  const names = onDiskModel(model);
  return names.map((name) => [name, statSync(join(model, name)).size]);
}

function onDiskModel(model: string): string[] {
  try {
    return readdirSync(model)
      .filter((name) => /\.(?:json|safetensors|jinja|bin)$/.test(name))
      .sort();
  } catch {
    throw new UserError(
      `the model ${model} is not there`,
      "name a folder with config.json, weights and tokenizer, or an id of the Hub, with --model",
    );
  }
}
