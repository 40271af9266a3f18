/**
 * A checkpoint as something that can be served: a folder with whole weights whose generation_config.json
 * says that answers are sampled (servers of transformers answer greedily otherwise, whatever temperature
 * is asked for), and the command that serves it.
 */
import { existsSync } from "node:fs";
import { readFile, readdir, rm, symlink } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { Config } from "../config.ts";
import { onDisk } from "../io/disk-faults.ts";
import type { Store } from "../io/store.ts";
import type { Train } from "../records/train.ts";
import type { Program } from "./serve.ts";
import { QUIET_PYTHON } from "./house.ts";
import { CHECKPOINTS, mergeAdapter, type MergeCall } from "./train-run.ts";
import { makeFolder } from "../io/make-folder.ts";

const GENERATION = "generation_config.json";

/** The folder of a checkpoint's whole weights, relative to the workspace; merged where it is an adapter. */
export async function wholeModel(
  store: Store,
  call: () => MergeCall,
  train: Train,
): Promise<string> {
  const folder = `${CHECKPOINTS}/${train.name}`;
  if (train.config.lora === null) return folder;
  const merged = `${folder}/merged`;
  // A merged model appears by one rename.
  if (!existsSync(store.path(merged, "config.json"))) {
    await mergeAdapter(store, call(), { name: train.name, base: train.model, doSample: true });
  }
  return merged;
}

/**
 * A folder that can be served and samples: the model's own where it says so, else one of links beside its
 * own generation_config.json. An id of the Hub stays.
 */
export async function samplingModel(store: Store, model: string, links: string): Promise<string> {
  const folder = isAbsolute(model) ? model : store.path(model);
  if (!existsSync(folder)) return model;
  const said = await generationOf(folder);
  if (said["do_sample"] === true) return folder;
  const place = store.path(links);
  await onDisk(place, "write", async () => {
    await rm(place, { recursive: true, force: true });
    await makeFolder(place);
    for (const name of await readdir(folder)) {
      if (name !== GENERATION) await symlink(join(folder, name), join(place, name));
    }
  });
  await store.write(`${links}/${GENERATION}`, { ...said, do_sample: true });
  return place;
}

/** The command that serves a model, without host and port. */
export function serverOf(
  { reign, env }: Config,
  model: string,
  python: () => string,
  onCpu: boolean,
): Program {
  if (reign.server === "vllm") {
    return { program: "vllm", args: ["serve", model, ...reign.server_args], env: {} };
  }
  const device = onCpu ? ["--device", "cpu"] : [];
  const token = env["HF_TOKEN"] || env["HUGGINGFACE_API_KEY"] || "";
  const { HF_HUB_OFFLINE: offline = "", ...quiet } = QUIET_PYTHON;
  return {
    program: python(),
    args: ["-c", SERVE, "serve", model, ...device, ...reign.server_args],
    env: {
      ...quiet,
      ...(isAbsolute(model) ? { HF_HUB_OFFLINE: offline } : {}),
      ...(token === "" ? {} : { HF_TOKEN: token }),
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** The command `transformers` of an environment that may have been moved. */
const SERVE = "from transformers.cli.transformers import main; main()";

async function generationOf(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(folder, GENERATION);
  if (!existsSync(path)) return {};
  const text = await onDisk(path, "read", () => readFile(path, "utf8"));
  return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
}
