/** A data set of the Hub for builders that read all of it: by row groups, without the viewer. */
import { join } from "node:path";
import type { RowSource } from "../source/types.ts";
import type { HubName } from "./name.ts";
import { openHubSet } from "./set.ts";

export type WholeSetOptions = {
  /** The workspace: what is fetched is kept in its .cache/. */
  readonly root: string;
  /** HF_TOKEN or HUGGINGFACE_API_KEY, HF_ENDPOINT. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For errors: "--dataset". */
  readonly key: string;
  readonly skipBad: boolean;
};

/** @throws UserError as `openHubSet`. */
export async function openWholeSet(name: HubName, options: WholeSetOptions): Promise<RowSource> {
  const { root, env, key, skipBad } = options;
  const token = env["HF_TOKEN"] || env["HUGGINGFACE_API_KEY"] || null;
  const endpoint = (env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
  const set = await openHubSet({
    endpoint,
    name: name.name,
    revision: name.revision,
    config: null,
    split: null,
    paths: name.paths,
    hasToken: token !== null,
    token,
    key,
    viewerUrl: endpoint,
    cacheDir: join(root, ".cache"),
    concurrency: 8,
    useViewer: false,
    skipBad,
    purpose: "whole",
  });
  return set.readBy({ way: "groups", columns: set.columns, cutRows: "read" });
}
