/** The workspaces that one viewer shows, each under a name of its own. */
import { basename } from "node:path";
import { loadConfig, type Config } from "../config.ts";
import type { Typing } from "../core/text/typed-command.ts";
import { openStore, type Store } from "../io/store.ts";

export type Workspace = {
  /** Its folder's name; where two are called the same, the later one has a number behind it. */
  readonly name: string;
  /** As the person named it; null: the current folder. */
  readonly typed: string | null;
  readonly by: Typing["by"];
  readonly config: Config;
  readonly store: Store;
};

/** Names by which addresses tell the folders apart, in their order. `roots` are absolute. */
export function runNames(roots: readonly string[]): string[] {
  const taken = new Set<string>();
  return roots.map((root) => {
    const own = basename(root) || "root";
    let name = own;
    for (let n = 2; taken.has(name); n++) name = `${own}-${n}`;
    taken.add(name);
    return name;
  });
}

/** A folder as a workspace; `env` null: the environment that the command has. */
export function workspaceAt(
  root: string,
  named: Partial<Pick<Workspace, "name" | "typed" | "by">> = {},
  env: Readonly<Record<string, string>> | null = null,
): Workspace {
  return {
    name: basename(root),
    typed: null,
    by: "npm",
    ...named,
    config: env === null ? loadConfig(root) : loadConfig(root, env),
    store: openStore(root),
  };
}
