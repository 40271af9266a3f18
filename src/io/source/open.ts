/** Any source by what chain.toml calls it: a path, a glob, a folder, or a data set of the Hub. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../errors.ts";
import { openLocal } from "./local.ts";
import { joinSources } from "./rows.ts";
import type { OpenOptions, RowSource } from "./types.ts";

export type SourceSpec = {
  /** The workspace, absolute. */
  readonly root: string;
  readonly names: readonly string[];
  /** The key of chain.toml, for errors: "[source].trajectories". */
  readonly key: string;
};

/** Opens what the names say, laid end to end. @throws UserError when one of them names nothing. */
export async function openSource(spec: SourceSpec, options: OpenOptions): Promise<RowSource> {
  const sources: RowSource[] = [];
  for (const name of spec.names) {
    if (isHubName(name, spec.root)) {
      throw new UserError(
        `${spec.key} = "${name}" is a data set of the Hub`,
        "download its files and name them by a path or a glob",
      );
    }
    sources.push(await openLocal({ root: spec.root, pattern: name, key: spec.key }, options));
  }
  return joinSources(sources);
}

/** "owner/name", perhaps with "@revision", where no such path is in the workspace. */
export function isHubName(name: string, root: string): boolean {
  if (name.startsWith("hf://")) return true;
  if (!/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*(@[\w./-]+)?$/.test(name)) return false;
  return !/\.(parquet|jsonl|ndjson|json|traj|gz)$/i.test(name) && !existsSync(resolve(root, name));
}
