/** Reading the configuration files of a run. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { nearestName } from "../core/text/nearest.ts";
import { laidOver, METHOD_FILES, settled, type TrainSettings } from "../core/training/settings.ts";
import { errorMessage, UserError } from "../errors.ts";
import { onDisk } from "../io/disk-faults.ts";
import { trainConfigSchema, type TrainConfig } from "../records/train-config.ts";
import { METHODS, trainDatasetSettings, type Method } from "../records/train-run.ts";
import { trainingFolder } from "./house.ts";

/**
 * The settings of a run. `root`: the workspace, `project`: the folder that holds training/configs/.
 * @throws UserError for a file that is missing or wrong, and for a method that is not known.
 */
export async function trainSettings(
  { root, project }: { readonly root: string; readonly project: string },
  config: string | undefined,
  flags: TrainConfig & { readonly method?: string },
): Promise<TrainSettings> {
  const own = config === undefined ? {} : await readConfig(configPath(root, project, config));
  const method = methodNamed(flags.method ?? own.method ?? "sft");
  const base = await readConfig(join(trainingFolder(project), "configs", METHOD_FILES[method]));
  const settings = settled(method, laidOver(base, own, flags));
  return { ...settings, model: modelNamed(root, settings.model) };
}

/** A folder becomes absolute; an id of the Hub stays. */
export function modelNamed(root: string, model: string): string {
  const path = resolve(root, model);
  const isFolder = isAbsolute(model) || model.startsWith(".") || existsSync(path);
  return isFolder ? path : model;
}

/** True for a model that `modelNamed` found to be a folder. */
export const isFolder = (model: string): boolean => isAbsolute(model);

// ---------------------------------------------------------------------------------------------

function methodNamed(name: string): Method {
  const method = METHODS.find((known) => known === name);
  if (method !== undefined) return method;
  const near = nearestName(name, METHODS);
  throw new UserError(
    `train: "${name}" is no method; known are ${METHODS.join(", ")}`,
    `use --method ${near ?? "sft"}`,
  );
}

/** Beside the workspace, a file of the project may be named as its documents name it. */
function configPath(root: string, project: string, given: string): string {
  const own = resolve(root, given);
  const ours = resolve(project, given);
  const path = [own, ours].find((one) => existsSync(one));
  if (path !== undefined) return path;
  throw new UserError(
    `--config ${given} is not there: neither ${own} nor ${ours}`,
    "training/configs/ holds examples",
  );
}

async function readConfig(path: string): Promise<TrainConfig> {
  const text = await onDisk(path, "read", () => readFile(path, "utf8"));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${errorMessage(error)}`, "mend it there", {
      cause: error,
    });
  }
  const parsed = trainConfigSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    const where = issue.path.join(".");
    const known = Object.keys((where === "" ? trainConfigSchema : trainDatasetSettings).shape);
    const [key = ""] = issue.keys;
    const near = nearestName(key, known);
    throw new UserError(
      `${path}: ${where === "" ? "" : `${where}.`}${key} is not a key of a configuration`,
      near === null ? `known are ${known.join(", ")}` : `did you mean ${near}?`,
    );
  }
  throw new UserError(
    `${path}: ${issue?.path.join(".") ?? "the file"}: ${issue?.message ?? "wrong"}`,
    "mend it there; training/configs/ holds examples",
  );
}
