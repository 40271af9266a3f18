/** Which repositories and instances a checkpoint was trained on, with the checkpoints that it came from. */
import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { bothSeen, seenOf, type Seen } from "../core/reign/held-out.ts";
import { UserError } from "../errors.ts";
import { openStore } from "../io/store.ts";
import { trainRunSchema } from "../records/train-run.ts";
import type { Train } from "../records/train.ts";
import { trainOf } from "./checkpoint.ts";
import { rowsOf } from "./set-rows.ts";
import { hashFiles, instanceOf } from "./training-set.ts";

/**
 * Of the run's own set and of its forebears' sets. Validation rows count where the best step was chosen
 * by them; else they were only looked at.
 * @throws UserError when the set has changed since, is gone, or does not say where its rows are from.
 */
export async function seenBy(root: string, checkpoint: string, train: Train): Promise<Seen> {
  const run = await openStore(checkpoint).read("run.json", trainRunSchema);
  const { train: trained, validation, path } = run.dataset;
  await refuseChanged(resolve(root, path), [...trained, ...validation], train);
  const isChosen = run.training["load_best_model_at_end"] === true;
  const own = await seenOfSet(isChosen ? [...trained, ...validation] : trained);
  const parent = isAbsolute(train.model) ? await trainOf(train.model) : null;
  if (parent === null) return own;
  return bothSeen([own, await seenBy(root, parentFolder(train.model), parent)]);
}

/** Of files of rows. @throws UserError for rows that do not say where they are from. */
export async function seenOfSet(files: readonly string[]): Promise<Seen> {
  const rows: { repo: string; instance_id: string }[] = [];
  for (const file of files) {
    for await (const row of rowsOf(file)) rows.push(originOf(row));
  }
  const unknown = rows.filter(({ repo, instance_id }) => repo === "" && instance_id === "").length;
  if (unknown === 0) return seenOf(rows);
  throw new UserError(
    `reign: ${unknown} of ${rows.length} rows of ${files.join(", ")} name neither repository nor instance: nobody can say which turns are held out`,
    "train on a set of Kingmaker's builders: their rows have metadata.instance_id and metadata.repo",
  );
}

// ---------------------------------------------------------------------------------------------

/** A merged model lies in its run's folder. */
const parentFolder = (model: string): string =>
  model.endsWith("merged") ? join(model, "..") : model;

async function refuseChanged(
  folder: string,
  files: readonly string[],
  train: Train,
): Promise<void> {
  const hash = files.every((file) => existsSync(file)) ? await hashFiles(folder, files) : null;
  if (hash === train.dataset_hash) return;
  throw new UserError(
    `reign: ${train.dataset}, which ${train.name} was trained on, is ${hash === null ? "not there any more" : "another set by now"}: nobody can say which turns it has not seen`,
    "build the set again as it was, or train anew on the present one",
  );
}

function originOf(row: Readonly<Record<string, unknown>>): { repo: string; instance_id: string } {
  const about = Object(row["metadata"] ?? row) as Readonly<Record<string, unknown>>;
  const repo = about["repo"] ?? row["repo"];
  return { repo: typeof repo === "string" ? repo : "", instance_id: instanceOf(row) };
}
