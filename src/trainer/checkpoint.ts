/** A trained checkpoint's folder: what train.json says of it, and what tells it from another. */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { openStore } from "../io/store.ts";
import { trainSchema, type Train } from "../records/train.ts";

/** null for a checkpoint that was not trained here. A merged model is its run's. */
export async function trainOf(checkpoint: string): Promise<Train | null> {
  if (!isAbsolute(checkpoint)) return null;
  const folder = basename(checkpoint) === "merged" ? dirname(checkpoint) : checkpoint;
  return openStore(folder).readIfThere("train.json", trainSchema);
}

/**
 * Sizes and times of a folder's files: weights that were trained anew give other figures. That they were merged
 * since changes none.
 */
export function checkpointPrint(checkpoint: string): unknown {
  if (!isAbsolute(checkpoint)) return checkpoint;
  return readdirSync(checkpoint)
    .filter((name) => /\.(?:json|safetensors|jinja|bin)$/.test(name) && name !== "merge.json")
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(checkpoint, name));
      return [name, size, mtimeMs];
    });
}

/** MB of 1e6 bytes of the weights in a folder; null for a model of the Hub, which nobody has looked at. */
export function weightsMegabytes(model: string): number | null {
  if (!isAbsolute(model)) return null;
  const bytes = readdirSync(model)
    .filter((name) => /\.(?:safetensors|bin)$/.test(name))
    .reduce((sum, name) => sum + statSync(join(model, name)).size, 0);
  return bytes / 1e6;
}
