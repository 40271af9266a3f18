/** The files of a workspace's parts: prompt files by hash, their commits, chain.toml with its share. */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import TOML, { type JsonMap } from "@iarna/toml";
import { z } from "zod";
import type { Config } from "../config.ts";
import { UserError, errorCode } from "../errors.ts";
import { onDisk } from "./disk-faults.ts";
import { namesFor } from "./file-names.ts";
import { openStore, type Store } from "./store.ts";

export type Part = { readonly root: string; readonly files: readonly string[] };

/** By the hash of the name, dealt round: the same files make the same parts, none of them empty. */
export function dealByHash(files: readonly string[], count: number): readonly string[][] {
  const hashOf = (name: string): string => createHash("sha256").update(name).digest("hex");
  const order = [...files].sort((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1));
  return Array.from({ length: count }, (_, part) =>
    order.filter((_name, at) => at % count === part).sort(),
  );
}

export const partFolder = (root: string, to: string, number: number): string =>
  join(to, `${basename(root)}-part-${number}`);

/**
 * Writes one part; chain.toml last, so that a part which a kill cut short is seen to be none.
 * @throws UserError where something is there already.
 */
export async function writePart(
  config: Config,
  store: Store,
  part: Part & { readonly count: number; readonly spent: Spent },
): Promise<Part> {
  const { root, files } = part;
  await checkEmpty(root);
  const own = openStore(root);
  for (const file of files) {
    const path = `prompt/${file}`;
    const text = (await store.readText(path)) ?? "";
    await own.writeText(path, text);
    for (const { instance_id } of await store.read(path, namedSchema))
      await copyCommits(store, own, instance_id);
  }
  await own.writeText("chain.toml", await chainOf(config, store, part));
  return { root, files };
}

// ---------------------------------------------------------------------------------------------

type Spent = { readonly tokens: number; readonly usd: number };

const namedSchema = z.array(z.looseObject({ instance_id: z.string() }));

/** Where mirrored pull requests lie: those of the turns, those that came after them, and other runs'. */
const COMMITS = ["commit", "commit/future", "commit/rollouts"];

async function checkEmpty(root: string): Promise<void> {
  const names = await onDisk(root, "read", () =>
    readdir(root).catch((error: unknown) => {
      if (errorCode(error) === "ENOENT") return [];
      throw error;
    }),
  );
  if (names.length === 0) return;
  throw new UserError(`split: ${root} is there already`, "move it away, or name another --to DIR");
}

async function copyCommits(store: Store, own: Store, instanceId: string): Promise<void> {
  for (const folder of COMMITS) {
    for (const name of namesFor(instanceId)) {
      const path = `${folder}/${name}.json`;
      const text = await store.readText(path);
      if (text !== null) await own.writeText(path, text);
    }
  }
}

/** The workspace's own settings, with a share of what is left and folders named from here. */
async function chainOf(
  config: Config,
  store: Store,
  { count, spent }: { readonly count: number; readonly spent: Spent },
): Promise<string> {
  const chain = TOML.parse((await store.readText("chain.toml")) ?? "");
  const { max_usd, max_tokens } = config.budget;
  const share = (most: number, used: number): number => Math.max(0, most - used) / count;
  const budget = {
    ...(chain["budget"] as JsonMap | undefined),
    ...(max_usd === undefined ? {} : { max_usd: share(max_usd, spent.usd) }),
    ...(max_tokens === undefined
      ? {}
      : { max_tokens: Math.max(1, Math.floor(share(max_tokens, spent.tokens))) }),
  };
  const dir = resolve(config.root, config.offline.dir);
  const offline = { ...(chain["offline"] as JsonMap | undefined), dir };
  return TOML.stringify({ ...chain, budget, offline });
}
