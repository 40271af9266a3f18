/**
 * stages --until target: rounds of draw and stages until so many turns are in final/. Itself it reads files,
 * decides and keeps report/target.json; drawing and asking are the stages', as `deps` runs them.
 */
import { judgePanel, type Config } from "../config.ts";
import type { Rng } from "../core/random.ts";
import { beginRun, goOn, type TargetSetup } from "../core/target/begun.ts";
import { clusterNote } from "../core/target/clusters.ts";
import { nextStep, type TargetStep } from "../core/target/decide.ts";
import { futilityNote } from "../core/target/futile.ts";
import { spentOnRounds } from "../core/target/money.ts";
import { sourceNote } from "../core/target/source-room.ts";
import { targetLine } from "../core/target/status-line.ts";
import { UserError } from "../errors.ts";
import { listPromptFiles } from "../io/prompt-list.ts";
import type { Store } from "../io/store.ts";
import { lookAtTarget, statusAt, type TargetLook } from "../judging/target-state.ts";
import { SOURCE_STATE, sourceStateSchema } from "../records/source.ts";
import { TARGET_RUN, targetRunSchema } from "../records/target.ts";
import { sources } from "./sources.ts";

export type TargetDeps = {
  readonly store: Store;
  readonly rng: (purpose: string) => Rng;
  readonly say: (line: string) => void;
  /** stage:prompt with --limit: turns drawn in all. Gives its exit code. */
  readonly draw: (limit: number) => Promise<number>;
  /** The stages behind it, each doing what is missing. Gives the exit code of the first that is not 0. */
  readonly ask: () => Promise<number>;
};

/**
 * Goes on where the run stands: what was begun is ended before anything new is drawn. Gives the exit code.
 * @throws UserError for a workspace that another target or hand-made prompts stand in, and for a target
 *   that cannot be reached
 */
export async function untilTarget(config: Config, deps: TargetDeps): Promise<number> {
  let limit = await openRun(config, deps);
  for (;;) {
    const drawn = limit === null ? 0 : await deps.draw(limit);
    if (drawn !== 0) return drawn;
    await beforeAsking(config, deps);
    const asked = await deps.ask();
    if (asked !== 0) return asked;
    const step = await endRound(config, deps);
    if (step.kind !== "draw") {
      deps.say(`target: ${step.kind === "done" ? "reached" : step.why}`);
      return 0;
    }
    deps.say(`target: the next round draws up to ${step.limit} turns in all`);
    limit = step.limit;
  }
}

// ---------------------------------------------------------------------------------------------

/** How many turns are to be drawn in all before anything is asked; null: a draw is done. */
async function openRun(config: Config, deps: TargetDeps): Promise<number | null> {
  const { store, say } = deps;
  const setup = setupOf(config);
  await checkPrompts(config, store);
  const before = await store.readIfThere(TARGET_RUN, targetRunSchema);
  const { run, notes } =
    before === null ? { run: beginRun(setup), notes: [] } : goOn(before, setup);
  for (const note of notes) say(`target: ${note}`);
  const state = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  if (state === null) await checkSource(config, deps);
  await store.write(TARGET_RUN, run);
  if (state !== null) return state.done ? null : state.target;
  const step = nextStep((await lookOf(config, store)).state);
  return step.kind === "draw" ? step.limit : null;
}

/** @throws UserError where prompt/ holds what no round of this target drew */
async function checkPrompts(config: Config, store: Store): Promise<void> {
  const state = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  const files = await listPromptFiles(store);
  const drawn = (name: string): boolean =>
    state !== null &&
    name.startsWith(`prompts_${config.source.count}_`) &&
    (!state.done || state.files.includes(name));
  const other = files.find((name) => !drawn(name));
  if (other === undefined) return;
  throw new UserError(
    `stages --until target: prompt/${other} was not drawn for this target`,
    "a target draws its own prompts: use another workspace (--root DIR)",
  );
}

/** Before anything is drawn: whether the sources have so many turns at all. */
async function checkSource(config: Config, { store, say }: TargetDeps): Promise<void> {
  const { accepted, max_candidates } = aimOf(config);
  const { spread, max_turn, trajectories } = config.source;
  const looks = { rows: TRIED_ROWS, skipBad: false, concurrency: 32, purpose: "look-target" };
  const room = { rows: 0, read: 0, kept: 0 };
  for (const name of [trajectories].flat()) {
    const { facts } = await sources(config, { store }, { ...looks, name });
    for (const file of facts.files) room.rows += file.rows;
    room.read += facts.tried?.read ?? 0;
    room.kept += facts.tried?.kept ?? 0;
  }
  const turns_a_row = spread === "rows" ? 1 : max_turn;
  const note = sourceNote({ accepted, max_candidates, turns_a_row, ...room });
  if (note !== null) say(`target: ${note}`);
}

const TRIED_ROWS = 50;

/** Of what is drawn, before a model is asked of the first round: whether the gate can accept it. */
async function beforeAsking(config: Config, { store, say }: TargetDeps): Promise<void> {
  const run = await store.readIfThere(TARGET_RUN, targetRunSchema);
  if (!config.target.gate || (run?.rounds.length ?? 0) > 0) return;
  const { state, planned } = await lookOf(config, store);
  const { cluster_by, gate_alpha } = config.duel;
  const room = state.isExhausted ? 0 : state.max_candidates - state.drawn;
  const note = clusterNote({ turns: [...planned.values()], cluster_by, gate_alpha, room });
  if (note !== null) say(`target: ${note}`);
}

/** Notes how the round ended, says where the run stands, and gives what comes next. */
async function endRound(config: Config, { store, rng, say }: TargetDeps): Promise<TargetStep> {
  const look = await lookOf(config, store);
  const { state, duel } = look;
  const { drawn, have } = state;
  const { calls, usd, unpriced } = spentOnRounds(look.spending);
  const before = look.run ?? beginRun(setupOf(config));
  const others = before.rounds.filter((round) => round.drawn !== drawn);
  const rounds = [...others, { drawn, have, calls, usd, unpriced }];
  await store.write(TARGET_RUN, { ...before, rounds });
  const step = nextStep(state);
  say(targetLine(statusAt(look, rounds, config, rng("target/outlook"))));
  const futile = state.gate.kind === "open" && duel !== null && step.kind === "draw";
  const advice = futile ? futilityNote(duel, config.duel.gate_alpha) : null;
  if (advice !== null) say(`target: ${advice}`);
  return step;
}

async function lookOf(config: Config, store: Store): Promise<TargetLook> {
  const look = await lookAtTarget(config, store, "all");
  if (look === null) throw noTarget();
  return look;
}

function aimOf({ target }: Config): TargetSetup["aim"] {
  const { accepted, max_candidates, gate } = target;
  if (accepted === undefined || max_candidates === undefined) throw noTarget();
  return { accepted, max_candidates, gate };
}

const noTarget = (): UserError =>
  new UserError(
    "stages --until target: chain.toml has no [target] accepted",
    "set [target] accepted = N and max_candidates = M",
  );

function setupOf(config: Config): TargetSetup {
  const { king, challenger, judge, bucket, duel, protocol, audit } = config;
  const named = ({ provider, model }: { readonly provider: string; readonly model: string }) =>
    `${provider}/${model}`;
  return {
    aim: aimOf(config),
    models: {
      king: named(king),
      challenger: named(challenger),
      "panel of judges": judgePanel(config).map(named).join(", "),
    },
    sections: { king, challenger, judge, bucket, duel, protocol, audit },
  };
}
