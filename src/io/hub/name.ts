/** How chain.toml names a data set of the Hub, and how that is told from a path. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

export type HubName = {
  /** As chain.toml has it. */
  readonly text: string;
  /** "owner/name". */
  readonly name: string;
  readonly revision: string | null;
  /** Glob over paths in the repository. */
  readonly paths: string | null;
};

/**
 * "owner/name", "owner/name@revision", "owner/name@revision/data/*.parquet", or any of these after
 * "hf://datasets/" (where the revision may be left out before a path). null: it is a path; so is
 * "owner/name" when there is such a folder in the workspace.
 */
export function parseHubName(text: string, root: string): HubName | null {
  const isUrl = /^hf:\/\/(datasets\/)?/.test(text);
  const rest = text.replace(/^hf:\/\/(datasets\/)?/, "");
  const match = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([^/]+))?(?:\/(.+))?$/.exec(rest);
  if (match === null) return null;
  const [, name = "", revision = null, paths = null] = match;
  if (!isUrl && revision === null) {
    if (paths !== null || FILE_ENDING.test(rest) || existsSync(resolve(root, rest))) return null;
  }
  return { text, name, revision: revision === null ? null : decodeURIComponent(revision), paths };
}

const FILE_ENDING = /\.(parquet|jsonl|ndjson|json|traj|gz)$/i;
