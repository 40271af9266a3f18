/**
 * A duel of checkpoints as ordinary workspaces: one in which the king answers, one in which the challenger
 * does, each blind, and one with both answers a turn, which goes before the panel.
 */
import TOML from "@iarna/toml";
import type { Config } from "../config.ts";
import { duelAnswer, type ChallengerSaid } from "../core/reign/duel-answer.ts";
import { duelResult, type ScoredTurn } from "../core/reign/duel-result.ts";
import { clusterOf } from "../core/duel/cluster-by.ts";
import { readPrompts } from "../io/prompts.ts";
import { openStore, type Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { duelSchema } from "../records/duel.ts";
import type { DuelResult, ReignDuel } from "../records/lineage.ts";
import type { Prompt } from "../records/prompt.ts";
import { scoreSchema } from "../records/score.ts";
import { triesSchema } from "../records/tries.ts";
import {
  answeringChain,
  ownChain,
  SERVED,
  sideFolder,
  tableOf,
  type Answering,
  type Budget,
} from "./inner-workspace.ts";

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
  answering: Answering,
  spent: Budget,
): Promise<void> {
  const chain = answeringChain(config, await ownChain(config, store, spent), answering);
  await writeChanged(store, `${folder}/chain.toml`, TOML.stringify(chain));
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

// ---------------------------------------------------------------------------------------------

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
