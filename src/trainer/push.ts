/** A checkpoint goes to the Hub: looked through first, and a dry run unless `push`. */
import { readFile } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import type { Config } from "../config.ts";
import { planLines, refuseSecrets, repoName } from "../core/dataset/publish.ts";
import { maskSecrets } from "../core/secrets/mask.ts";
import { UserError } from "../errors.ts";
import { onDisk } from "../io/disk-faults.ts";
import { fileSizes } from "../io/file-sizes.ts";
import { uploadModel } from "../io/hub/upload.ts";
import type { TrainRun } from "../records/train-run.ts";
import type { Train } from "../records/train.ts";

export type Push = {
  readonly told: Train;
  readonly run: TrainRun;
  readonly repo?: string;
  readonly push: boolean;
  readonly public: boolean;
};

/** Files that hold words: they are looked through for secrets. */
const WORDS = ["README.md", "train.json", "adapter_config.json"];

/**
 * Lines of what was, or would be, sent.
 * @throws UserError for a base that nobody else has, secrets, a missing token, and what the Hub refuses.
 */
export async function pushCheckpoint(config: Config, wish: Push): Promise<string[]> {
  const { told, run, push } = wish;
  const repo = repoName(wish.repo, config.dataset.hub_org, basename(run.output));
  if (isAbsolute(run.model)) {
    throw new UserError(
      `train: ${run.name} was trained from ${run.model}, a folder of this machine: nobody else could load it`,
      "train from a model of the Hub to publish the checkpoint",
    );
  }
  const names = [...told.files, "train.json"];
  const files = await fileSizes(run.output, names);
  await refuseSecretWords(run.output, names);
  const endpoint = (config.env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
  const plan = planLines({
    repo,
    isPublic: wish.public,
    endpoint,
    files,
    stale: [],
    kind: "model",
  });
  if (!push) return [...plan, "dry run: nothing was sent; add --push to send it"];
  const sent = await uploadModel({
    endpoint,
    token: tokenOf(config),
    repo,
    remove: [],
    isPublic: wish.public,
    title: `Upload ${run.name}`,
    files: names.map((name) => ({ name, path: join(run.output, name) })),
  });
  return [...plan, `committed ${sent.oid}: ${sent.url}`];
}

// ---------------------------------------------------------------------------------------------

async function refuseSecretWords(folder: string, names: readonly string[]): Promise<void> {
  const found = [];
  for (const name of names.filter((one) => WORDS.includes(one))) {
    const path = join(folder, name);
    const text = await onDisk(path, "read", () => readFile(path, "utf8"));
    const kinds = Object.keys((await maskSecrets(text)).found);
    if (kinds.length > 0) found.push({ file: name, line: 1, kinds });
  }
  refuseSecrets(found);
}

function tokenOf({ env }: Config): string {
  const token = env["HF_TOKEN"] || env["HUGGINGFACE_API_KEY"] || "";
  if (token.startsWith("hf_")) return token;
  throw new UserError(
    token === ""
      ? "train: no token: HF_TOKEN and HUGGINGFACE_API_KEY are not set"
      : "train: the token in HF_TOKEN or HUGGINGFACE_API_KEY does not start with hf_",
    "make one with write access in your account's settings on the Hub and put it into .env as HF_TOKEN=hf_...",
  );
}
