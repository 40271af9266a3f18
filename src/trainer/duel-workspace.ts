/**
 * A duel of checkpoints as ordinary workspaces: one in which the king answers, one in which the challenger
 * does, each blind, and one with both answers a turn, which goes before the panel.
 */
import { resolve } from "node:path";
import TOML, { type JsonMap } from "@iarna/toml";
import type { Config } from "../config.ts";
import { duelAnswer, type ChallengerSaid } from "../core/reign/duel-answer.ts";
import { duelResult, type ScoredTurn } from "../core/reign/duel-result.ts";
import { clusterOf } from "../core/duel/cluster-by.ts";
import { readPrompts } from "../io/prompts.ts";
import { spentIn } from "../io/spent-in.ts";
import { openStore, type Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { duelSchema } from "../records/duel.ts";
import type { DuelResult, King, Lineage, ReignDuel } from "../records/lineage.ts";
import type { Prompt } from "../records/prompt.ts";
import { scoreSchema } from "../records/score.ts";
import { triesSchema } from "../records/tries.ts";

export type Side = "king" | "challenger";

/** Who answers, and where. */
export type Answering = {
  readonly king: King;
  /** Of the server that serves it; null: its provider's own. */
  readonly address: string | null;
  /** As that server calls it. */
  readonly model: string;
};

export const sideFolder = ({ folder }: ReignDuel, side: Side): string => `${folder}/${side}`;

/** Copies the duel's turns into the three workspaces; what is there stays. */
export async function writeTurns(from: Store, store: Store, duel: ReignDuel): Promise<void> {
  const file = `prompts_${duel.files.length}_001.json`;
  const folders = [duel.folder, sideFolder(duel, "king"), sideFolder(duel, "challenger")];
  if (await store.has(`${folders.at(-1) ?? ""}/prompt/${file}`)) return;
  const wanted = new Set(duel.files);
  const found = new Map<string, Prompt>();
  for await (const { name, prompt } of readPrompts(from, {})) {
    if (wanted.has(name)) found.set(name, prompt);
  }
  const prompts = duel.files.flatMap((name) => found.get(name) ?? []);
  for (const folder of folders) await store.write(`${folder}/prompt/${file}`, prompts);
}

/** chain.toml of the workspace in which one side answers: the settings of [king], another model. */
export async function writeSide(
  config: Config,
  store: Store,
  folder: string,
  { king, address, model }: Answering,
  spent: Budget,
): Promise<void> {
  const chain = await ownChain(config, store, spent);
  const served = {
    base_url: `${address ?? ""}/v1`,
    max_concurrency: config.reign.concurrency ?? (config.reign.server === "vllm" ? 64 : 4),
  };
  const own =
    address === null
      ? { ...tableOf(chain["king"]), model: king.model, provider: king.provider ?? "" }
      : // Nobody else may answer for a checkpoint.
        { ...tableOf(chain["king"]), model, provider: SERVED, fallback: [] };
  const provider = tableOf(chain["provider"]);
  await writeChanged(
    store,
    `${folder}/chain.toml`,
    TOML.stringify({
      ...chain,
      king: own,
      ...(address === null
        ? {}
        : { provider: { ...provider, [SERVED]: served }, engine: { name: "local" } }),
    }),
  );
}

/** The base_url that the side's server had in an earlier run, so that its drops stay what they are. */
export async function portBefore(store: Store, folder: string): Promise<number | null> {
  const chain = TOML.parse((await store.readText(`${folder}/chain.toml`)) ?? "");
  const { base_url } = tableOf(tableOf(chain["provider"])[SERVED]);
  const port = typeof base_url === "string" ? Number(new URL(base_url).port) : 0;
  return port > 0 ? port : null;
}

/** chain.toml of the workspace that is judged: the panel's settings, king against challenger. */
export async function writeJudged(
  config: Config,
  store: Store,
  { folder }: ReignDuel,
  spent: Budget,
): Promise<void> {
  const chain = await ownChain(config, store, spent);
  const duel = { ...tableOf(chain["duel"]), mode: 2, plan: "turns" };
  const judge = { ...tableOf(chain["judge"]), with: "panel" };
  await writeChanged(store, `${folder}/chain.toml`, TOML.stringify({ ...chain, duel, judge }));
}

/** Whether a side has nothing left to be asked: every turn has an answer or a recorded drop. */
export async function isAnswered(store: Store, folder: string): Promise<boolean> {
  const side = openStore(store.path(folder));
  for await (const { name } of readPrompts(side, {})) {
    if (!(await side.has(`answer/${name}`)) && (await dropOf(side, name)) === null) return false;
  }
  return true;
}

/**
 * Both sides' answers as answer files of the judged workspace.
 * @returns turns without an opponent: the king gave no answer.
 */
export async function joinSides(
  store: Store,
  duel: ReignDuel,
  challenger: { readonly model: string; readonly provider: string },
): Promise<number> {
  const king = openStore(store.path(sideFolder(duel, "king")));
  const other = openStore(store.path(sideFolder(duel, "challenger")));
  let without = 0;
  for await (const { name } of readPrompts(king, {})) {
    const own = await king.readIfThere(`answer/${name}`, answerSchema);
    const said = await saidBy(other, name, challenger);
    if (own === null || said === null) {
      without++;
      continue;
    }
    const answer: Answer = duelAnswer(own, said);
    await writeChanged(
      store,
      `${duel.folder}/answer/${name}`,
      `${JSON.stringify(answer, null, 2)}\n`,
    );
  }
  return without;
}

/** What the panel and the gate came to; null while verdicts are missing. */
export async function resultOf(
  config: Config,
  store: Store,
  { folder }: ReignDuel,
): Promise<DuelResult | null> {
  const judged = openStore(store.path(folder));
  const duel = await judged.read("score/_duel.json", duelSchema);
  const turns: ScoredTurn[] = [];
  for (const name of await judged.list("score")) {
    if (name.startsWith("_")) continue;
    const score = await judged.read(`score/${name}`, scoreSchema);
    if (!score.parsed || score.score === null) continue;
    turns.push({ cluster: clusterOf(score, config.duel.cluster_by), score: score.score });
  }
  return duelResult(duel, turns);
}

/** Turns of prompt/, as duels are planned of them. */
export async function promptTurns(
  store: Store,
): Promise<{ name: string; instance_id: string; repo: string }[]> {
  const turns = [];
  for await (const { name, prompt } of readPrompts(store, {})) {
    turns.push({ name, instance_id: prompt.instance_id, repo: prompt.repo });
  }
  return turns;
}

export type Budget = { readonly usd: number; readonly tokens: number };

/**
 * What everybody but `own` has spent: the workspace itself and all duels' workspaces. [budget] holds for all
 * of them together.
 */
export async function spentElsewhere(store: Store, lineage: Lineage, own: string): Promise<Budget> {
  const duels = lineage.challenges.flatMap((challenge) => challenge.duels);
  const folders = duels.flatMap((duel) => [
    duel.folder,
    sideFolder(duel, "king"),
    sideFolder(duel, "challenger"),
  ]);
  const spent = { usd: 0, tokens: 0 };
  for (const folder of ["", ...folders.filter((one) => one !== own)]) {
    const one = await spentIn(openStore(store.path(folder)));
    spent.usd += one.usd;
    spent.tokens += one.tokens;
  }
  return spent;
}

// ---------------------------------------------------------------------------------------------

/** Name of the [provider] section of a server that was started here or named by --base-url. */
const SERVED = "served";

const tableOf = (value: unknown): JsonMap => Object(value ?? {}) as JsonMap;

/** The workspace's own settings with what is left of its budget; a duel has no target. */
async function ownChain(config: Config, store: Store, spent: Budget): Promise<JsonMap> {
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

async function dropOf(
  side: Store,
  name: string,
): Promise<{ reason: string; detail: string } | null> {
  return (await side.readIfThere(`report/tries/king/${name}`, triesSchema))?.dropped ?? null;
}

async function saidBy(
  side: Store,
  name: string,
  who: { readonly model: string; readonly provider: string },
): Promise<ChallengerSaid | null> {
  const answer = await side.readIfThere(`answer/${name}`, answerSchema);
  if (answer !== null) return { kind: "answer", answer };
  const past = await side.readIfThere(`report/tries/king/${name}`, triesSchema);
  if (past?.dropped == null) return null;
  const { reason, detail } = past.dropped;
  return { kind: "malformed", tries: past.tries, reason, detail, ...who };
}
