/**
 * Workspaces that a command keeps below this one: their chain.toml is the workspace's own with another
 * king or panel, and what is left of the budget.
 */
import { resolve } from "node:path";
import TOML, { type JsonMap } from "@iarna/toml";
import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import { spentIn } from "../io/spent-in.ts";
import { openStore, type Store } from "../io/store.ts";
import { LINEAGE, lineageSchema, type King, type ReignDuel } from "../records/lineage.ts";
import type { StageSummary } from "../work.ts";

/** Who answers, and where. */
export type Answering = {
  readonly king: King;
  /** Of the server that serves it; null: its provider's own. */
  readonly address: string | null;
  /** As that server calls it. */
  readonly model: string;
};

export type Side = "king" | "challenger";

export const sideFolder = ({ folder }: Pick<ReignDuel, "folder">, side: Side): string =>
  `${folder}/${side}`;

/** Where `worth` has its own. */
export const WORTH_GYM = "evaluation/worth/gym";
export const WORTH_DUEL = "evaluation/worth/duel";

/** Name of the [provider] section of a server that was started here or named by --base-url. */
export const SERVED = "served";

export const tableOf = (value: unknown): JsonMap => Object(value ?? {}) as JsonMap;

export type Budget = { readonly usd: number; readonly tokens: number };

/** The workspace's own settings with what is left of its budget; it has no target. */
export async function ownChain(config: Config, store: Store, spent: Budget): Promise<JsonMap> {
  const { target: _target, ...chain } = TOML.parse((await store.readText("chain.toml")) ?? "");
  const { max_usd, max_tokens } = config.budget;
  const budget = {
    ...tableOf(chain["budget"]),
    ...(max_usd === undefined ? {} : { max_usd: Math.max(0, max_usd - spent.usd) }),
    ...(max_tokens === undefined
      ? {}
      : { max_tokens: Math.max(1, Math.floor(max_tokens - spent.tokens)) }),
  };
  const offline = { ...tableOf(chain["offline"]), dir: resolve(config.root, config.offline.dir) };
  return { ...chain, budget, offline };
}

/** The same with another king: the settings of [king], asked where it is served. */
export function answeringChain(
  config: Config,
  chain: JsonMap,
  { king, address, model }: Answering,
): JsonMap {
  const own = tableOf(chain["king"]);
  if (address === null) {
    return { ...chain, king: { ...own, model: king.model, provider: king.provider ?? "" } };
  }
  const served = {
    base_url: `${address}/v1`,
    max_concurrency: config.reign.concurrency ?? (config.reign.server === "vllm" ? 64 : 4),
  };
  return {
    ...chain,
    // Nobody else may answer for a checkpoint.
    king: { ...own, model, provider: SERVED, fallback: [] },
    provider: { ...tableOf(chain["provider"]), [SERVED]: served },
    engine: { name: "local" },
  };
}

/**
 * What everybody but `own` has spent: the workspace itself and all that lie below it. [budget] holds for all
 * of them together.
 */
export async function spentElsewhere(store: Store, own: string): Promise<Budget> {
  const spent = { usd: 0, tokens: 0 };
  for (const folder of ["", ...(await innerFolders(store))]) {
    if (folder === own) continue;
    const one = await spentIn(openStore(store.path(folder)));
    spent.usd += one.usd;
    spent.tokens += one.tokens;
  }
  return spent;
}

/** What came of something that may have been stopped. */
export type Ended<T> =
  | { readonly stopped: NonNullable<StageSummary["stopped"]>; readonly value?: undefined }
  | { readonly stopped: null; readonly value: T };

/** Why a stage that ran in one did not get to its end, with what to mend, or null. @throws UserError for what settings are to blame for. */
export function whyStopped({
  stopped,
  pending,
  notes,
  to_mend = [],
}: StageSummary): StageSummary["stopped"] {
  const [mend] = to_mend;
  if (stopped !== null) {
    if (stopped.why !== "settings" || mend === undefined) return stopped;
    return { ...stopped, message: `${stopped.message} -> ${mend.hint}` };
  }
  if (mend !== undefined) throw new UserError(mend.message, mend.hint);
  if (pending === 0) return null;
  return { why: "provider", message: notes[0] ?? "some items could not be asked" };
}

// ---------------------------------------------------------------------------------------------

async function innerFolders(store: Store): Promise<string[]> {
  const lineage = await store.readIfThere(LINEAGE, lineageSchema);
  const duels = lineage?.challenges.flatMap((challenge) => challenge.duels) ?? [];
  const played = await store.list(WORTH_GYM);
  return [
    ...duels.flatMap((duel) => [
      duel.folder,
      sideFolder(duel, "king"),
      sideFolder(duel, "challenger"),
    ]),
    ...played.map((name) => `${WORTH_GYM}/${name}`),
    WORTH_DUEL,
  ];
}
