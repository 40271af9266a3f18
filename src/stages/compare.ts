/** Reads two workspaces for a comparison. Writes nothing. */
import type { Config } from "../config.ts";
import type { Side } from "../core/report/compare.ts";
import { UserError } from "../errors.ts";
import { realFolder } from "../io/workspace-links.ts";
import type { Store } from "../io/store.ts";
import { readSide } from "../viewer/side.ts";

/** @throws UserError for one folder under two names: it does not differ from itself. */
export async function refuseSame(roots: readonly string[]): Promise<void> {
  const [one = "", other = ""] = await Promise.all(roots.map(realFolder));
  if (one !== other) return;
  throw new UserError(
    `compare: both names are the folder ${one}`,
    "name two workspaces, for example: npm run compare -- run-a run-b",
  );
}

/** @throws UserError for a workspace without answers. */
export async function sideOf(name: string, config: Config, store: Store): Promise<Side> {
  const side = await readSide(name, config, store);
  if (side.rows.length === 0) {
    throw new UserError(
      `compare: ${name} has no answers in answer/`,
      "name two workspaces in which the stages have run, for example: npm run compare -- run-a run-b",
    );
  }
  return side;
}
