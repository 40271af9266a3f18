/**
 * One turn played on: its run's commands over again up to the turn, then each answer so often, and what the tests say of
 * the end. Every rollout is a trajectory of its own, so that a run that was stopped goes on from those.
 */
import { z } from "zod";
import { makeMasker } from "../core/exit/masker.ts";
import { compareObservations } from "../core/tasks/replay.ts";
import { namesSolution, saidHash, saidOf } from "../core/tasks/said.ts";
import { observationOf, repoOf, stepsOf, taskIn, trajectoryOf } from "../core/tasks/trajectory.ts";
import type { GymPackage } from "../core/tasks/packages.ts";
import type { Store } from "../io/store.ts";
import type { Answer } from "../records/answer.ts";
import { gymTaskSchema, type GymTask } from "../records/gym-task.ts";
import type { AnswerName } from "../records/answer-names.ts";
import type { OutcomeFile, Played } from "../records/outcome.ts";
import { SCHEMA } from "../records/schema.ts";
import { taskPath } from "./build.ts";
import { openLayer, packageOf, type Layer } from "./layer.ts";
import { playOut, takeStep, verdictOf, type Policy } from "./play.ts";
import type { Gym } from "./world.ts";

/** Why a turn is not played. */
export const ROLLOUT_DROPS = ["no_task", "task_not_built", "no_answer", "replay_differs"] as const;
export type RolloutDrop = (typeof ROLLOUT_DROPS)[number];

/** Who says the next command, for a task and one of its rollouts. */
export type PolicyOf = (about: {
  readonly task: GymTask;
  readonly pack: GymPackage;
  /** "prompts_24_001_3.json/king/2": names the rollout, for chance and for the ledger. */
  readonly key: string;
}) => Policy | null;

export type RolloutOrder = {
  readonly file: string;
  readonly answer: Answer;
  readonly answers: readonly AnswerName[];
  readonly k: number;
  readonly maxSteps: number;
  /** "scripted:0.5", or a model. */
  readonly policy: string;
  readonly policyOf: PolicyOf;
  readonly slot: number;
  /** Play again what is there. */
  readonly force: boolean;
};

export type RolloutResult =
  | { readonly kind: "played"; readonly outcome: OutcomeFile }
  | { readonly kind: "dropped"; readonly reason: RolloutDrop; readonly detail: string }
  /** A policy that gave no reply, or Ctrl-C: a later run goes on. */
  | { readonly kind: "pending" };

export async function rollOut(
  { gym, store }: { readonly gym: Gym; readonly store: Store },
  order: RolloutOrder,
): Promise<RolloutResult> {
  const { answer, slot } = order;
  const drop = (reason: RolloutDrop, detail: string): RolloutResult => ({
    kind: "dropped",
    reason,
    detail,
  });
  const id = taskIn(answer.messages);
  if (id === null) return drop("no_task", `${answer.instance_id} is no task of the gym`);
  const task = await store.readIfThere(taskPath(id), gymTaskSchema);
  if (task === null) return drop("task_not_built", id);
  const said = order.answers.flatMap((who) => {
    const text = saidOf(answer, who);
    return text === null ? [] : [{ who, text }];
  });
  if (said.length === 0) return drop("no_answer", order.answers.join(", "));
  const pack = await packageOf(gym, task);
  const layer = await openLayer(gym, task, pack, slot);
  try {
    const replayed = await replay(gym, layer, answer);
    if (replayed.kind !== "same") return replayed;
    const played: Played[] = [];
    for (const one of said) {
      const result = await playAnswer({ gym, store, order, task, pack, layer }, one);
      if (result === null) return { kind: "pending" };
      played.push(result);
    }
    const [first, ...beside] = played;
    if (first === undefined) return { kind: "pending" };
    const { steps, same } = replayed;
    const outcome = {
      schema: SCHEMA,
      file: order.file,
      instance_id: task.id,
      repo: repoOf(task),
      policy: order.policy,
      replayed: { steps, same },
      ...first,
      beside,
    };
    return { kind: "played", outcome };
  } finally {
    layer.remove();
  }
}

// ---------------------------------------------------------------------------------------------

type Replayed =
  | { readonly kind: "same"; readonly steps: number; readonly same: number }
  | Exclude<RolloutResult, { kind: "played" }>;

/** The history's commands once more; the files then are as they were before the turn. */
async function replay(gym: Gym, layer: Layer, answer: Answer): Promise<Replayed> {
  let steps = 0;
  for (const [at, { command, observation }] of stepsOf(answer.messages).entries()) {
    if (command === null || observation === null) continue;
    const { code, output, why } = await layer.run(command);
    if (gym.signal?.aborted === true) return { kind: "pending" };
    steps++;
    const compared = compareObservations(observation, observationOf(code, output, why));
    if (!compared.same) {
      const detail = `step ${at + 1}: ${firstDifference(compared.recorded, compared.now)}`;
      return { kind: "dropped", reason: "replay_differs", detail };
    }
  }
  return { kind: "same", steps, same: steps };
}

function firstDifference(recorded: string, now: string): string {
  const [a, b] = [recorded.split("\n"), now.split("\n")];
  const at = a.findIndex((line, n) => line !== b[n]);
  const line = at === -1 ? a.length : at;
  return `recorded ${JSON.stringify((a[line] ?? "").slice(0, 120))}, now ${JSON.stringify((b[line] ?? "").slice(0, 120))}`;
}

type World = {
  readonly gym: Gym;
  readonly store: Store;
  readonly order: RolloutOrder;
  readonly task: GymTask;
  readonly pack: GymPackage;
  readonly layer: Layer;
};

/** What a finished rollout says of itself beside its trajectory. */
const rolloutSchema = z.looseObject({
  resolved: z.boolean(),
  kingmaker: z.object({
    said_hash: z.string(),
    policy: z.string(),
    turns: z.int(),
    ended: z.string(),
  }),
});

/** All rollouts of one answer; null: one of them could not be ended. */
async function playAnswer(
  world: World,
  { who, text }: { readonly who: AnswerName; readonly text: string },
): Promise<Played | null> {
  const { store, order, task } = world;
  const hash = saidHash(text);
  const found: { turns: number; ended: string; resolved: boolean; path: string }[] = [];
  for (let n = 1; n <= order.k; n++) {
    const path = `outcome/runs/${order.file.replace(/\.json$/, "")}/${who}-${n}.traj.json`;
    const kept = order.force ? null : await store.readIfThere(path, rolloutSchema);
    const isOf =
      kept !== null && kept.kingmaker.said_hash === hash && kept.kingmaker.policy === order.policy;
    const one = isOf
      ? { ...kept.kingmaker, resolved: kept.resolved }
      : await playOnce(world, { who, text, n, path, hash });
    if (one === null) return null;
    found.push({ turns: one.turns, ended: one.ended, resolved: one.resolved, path });
  }
  return {
    answer: who,
    k: found.length,
    passes: found.filter(({ resolved }) => resolved).length,
    turns: found.map(({ turns }) => turns),
    why: found.map(({ ended }) => ended),
    runs: found.map(({ path }) => path),
    said_hash: hash,
    names_solution: namesSolution(task, order.answer, text),
  };
}

type Once = {
  readonly who: AnswerName;
  readonly text: string;
  readonly n: number;
  readonly path: string;
  readonly hash: string;
};

async function playOnce(
  { gym, store, order, task, pack, layer }: World,
  { who, text, n, path, hash }: Once,
): Promise<{ turns: number; ended: string; resolved: boolean } | null> {
  const key = `${order.file}/${who}/${n}`;
  const policy = order.policyOf({ task, pack, key });
  if (policy === null) return null;
  const own = await layer.copy();
  try {
    const step = await takeStep(own, text);
    const messages = [...order.answer.messages, { role: "assistant", content: text }, ...step.said];
    const isOver = step.ended === "submitted" || step.ended === "disk";
    const played = isOver
      ? { messages, ended: step.ended, turns: 0 }
      : await playOut(messages, { layer: own, policy, maxSteps: order.maxSteps, maxMalformed: 3 });
    if (gym.signal?.aborted === true || played.ended === "policy") return null;
    const resolved = await verdictOf(gym, { task, pack, slot: order.slot }, own);
    if (resolved === null) return null;
    const { turns, ended } = played;
    const trajectory = trajectoryOf({ ...played, task, resolved, policy: order.policy });
    const kingmaker = { said_hash: hash, policy: order.policy, turns, ended, answer: who, n };
    const [masked] = await makeMasker(gym).mask([trajectory]);
    await store.write(path, { ...masked, kingmaker });
    return { turns, ended, resolved };
  } finally {
    own.remove();
  }
}
