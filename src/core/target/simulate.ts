/**
 * Target runs whose truth is known: duels of worlds with repositories and leaning judges, drawn in rounds as
 * `nextStep` says, looked at by the gate as `lookAt` lets it. Everything after the votes is the product's own.
 */
import type { Rng } from "../random.ts";
import type { SimulationRules } from "../duel/simulate.ts";
import { boundsOf, MIN_CLUSTERS, type GateTurn } from "../duel/gate.ts";
import { levelAt, lookAt, type PastLook } from "../duel/spending.ts";
import { turnScore } from "../duel/turn-score.ts";
import { drawDuel, type WorldTurn } from "../duel/worlds.ts";
import { nextStep, type TargetGate, type TargetState } from "./decide.ts";
import { evidenceOf } from "./evidence.ts";
import { TARGET_SCENARIOS, type TargetScenario } from "./scenarios.ts";

export type TargetFigures = {
  readonly scenario: TargetScenario;
  readonly runs: number;
  /** Mean turns of a duel: what may be drawn at most. */
  readonly candidates: number;
  /** Share of all turns that reach final/. */
  readonly share: number;
  /** Runs in which all turns together would have brought as many as wanted. */
  readonly sufficient: number;
  /** Of these: runs that ended with exactly so many. */
  readonly hit: number;
  /** Mean turns drawn until then, over what an oracle that knows the share draws, less 1. */
  readonly overshoot: number;
  /** Of all runs: the gate accepted at some look. */
  readonly gateAccepted: number;
  /** Of the sufficient runs: exactly so many, and accepted. */
  readonly hitAccepted: number;
  /** Turns drawn by runs that go on for the gate, as `overshoot`. */
  readonly overshootAccepted: number;
};

/** `runs` at least 1. Same rng and rules, same result. */
export function simulateTarget(
  scene: TargetScenario,
  runs: number,
  rules: SimulationRules,
): TargetFigures {
  const rng = rules.rng(`votes/${nameOf(scene)}`);
  const levelOf = remembered();
  const all = Array.from({ length: runs }, () => oneRun(scene, rng, { ...rules, levelOf }));
  const sum = (of: (run: Run) => number): number => all.reduce((n, run) => n + of(run), 0);
  const share = sum(({ finals }) => finals) / sum(({ turns }) => turns);
  const sufficient = all.filter(({ finals }) => finals >= scene.accepted);
  const over = (of: (run: Run) => number): number =>
    sufficient.reduce((n, run) => n + of(run), 0) / sufficient.length / (scene.accepted / share) -
    1;
  const shareOf = (is: (run: Run) => boolean): number =>
    sufficient.filter(is).length / sufficient.length;
  return {
    scenario: scene,
    runs,
    candidates: sum(({ turns }) => turns) / runs,
    share,
    sufficient: sufficient.length,
    hit: shareOf(({ have }) => have === scene.accepted),
    overshoot: over(({ drawnForBuckets }) => drawnForBuckets),
    gateAccepted: all.filter(({ isAccepted }) => isAccepted).length / runs,
    hitAccepted: shareOf(({ have, isAccepted }) => have === scene.accepted && isAccepted),
    overshootAccepted: over(({ drawn }) => drawn),
  };
}

/** Every target world, with chance of its own. */
export function simulateTargets(runs: number, rules: SimulationRules): TargetFigures[] {
  return TARGET_SCENARIOS.map((scene) => simulateTarget(scene, runs, rules));
}

// ---------------------------------------------------------------------------------------------

const nameOf = ({ name, world, accepted, final_min }: TargetScenario): string =>
  `${name}/${world.difference}/${accepted}/${final_min}`;

type Run = {
  /** Turns that could be drawn, and those of them that reach final/. */
  readonly turns: number;
  readonly finals: number;
  /** In final/ at the end. */
  readonly have: number;
  readonly drawn: number;
  /** When final/ was full, or the run ended without. */
  readonly drawnForBuckets: number;
  readonly isAccepted: boolean;
};

type Rules = SimulationRules & { readonly levelOf: typeof levelAt };

function oneRun(scene: TargetScenario, rng: Rng, rules: Rules): Run {
  const turns = firstOfEach(drawDuel(scene.world, rng), scene.max_per_repo).map(
    ({ cluster, ballots }) => ({ cluster, score: turnScore(ballots)?.score ?? 0 }),
  );
  const isFinal = turns.map(({ score }) => score >= scene.final_min);
  const about = {
    accepted: scene.accepted,
    max_candidates: turns.length,
    per_file: scene.per_file,
    isExhausted: false,
    affordable: null,
  };
  const past: PastLook[] = [];
  let [drawn, drawnForBuckets, isAccepted] = [0, 0, false];
  for (;;) {
    const finals = isFinal.slice(0, drawn).filter(Boolean).length;
    const have = Math.min(scene.accepted, finals);
    const gate: TargetGate = isAccepted
      ? { kind: "accepted" }
      : { kind: "open", looks: past.length, why: "" };
    const at = turns.slice(0, drawn).map(({ cluster }, n) => ({
      repo: cluster,
      isFinal: isFinal[n] === true,
    }));
    const state: TargetState = {
      ...about,
      have,
      drawn,
      seen: evidenceOf(at, scene.max_per_repo),
      gate,
    };
    const step = nextStep(state);
    if (step.kind !== "draw") {
      return {
        turns: turns.length,
        finals: isFinal.filter(Boolean).length,
        have,
        drawn,
        drawnForBuckets,
        isAccepted,
      };
    }
    drawn = step.limit;
    if (have < scene.accepted) drawnForBuckets = drawn;
    const isFull = isFinal.slice(0, drawn).filter(Boolean).length >= scene.accepted;
    // Looks are kept until final/ is full, or nothing more is to be drawn.
    if (!isAccepted && (isFull || drawn === turns.length)) {
      isAccepted = look(turns, drawn, past, rules);
    }
  }
}

/** As the draw has it: a repository that has given `most` turns is passed over from then on. */
function firstOfEach(turns: readonly WorldTurn[], most: number): readonly WorldTurn[] {
  if (most === 0) return turns;
  const given = new Map<string, number>();
  return turns.filter(({ cluster }) => {
    const so = given.get(cluster) ?? 0;
    given.set(cluster, so + 1);
    return so < most;
  });
}

/** One look at what is drawn; it is added to `past` where it was paid for. */
function look(turns: readonly GateTurn[], drawn: number, past: PastLook[], rules: Rules): boolean {
  const seen = turns.slice(0, drawn);
  const taken = lookAt({
    parsed: drawn,
    planned: turns.length,
    isComplete: drawn === turns.length,
    n_clusters: new Set(seen.map(({ cluster }) => cluster)).size,
    turns_hash: String(drawn),
    past,
    gate_alpha: rules.gate_alpha,
    levelOf: rules.levelOf,
    // As the product draws: the rank that a small simulation has would forbid early looks.
    resamples: Math.max(rules.bootstrap_resamples, 10_000),
  });
  if (taken.kind !== "look") return false;
  past.push({ t: taken.t, turns_hash: String(drawn) });
  // Below one standard error no bound at such a level is above 0: only the others are worth resampling.
  if (isFar(seen)) return false;
  const resamples = Math.max(rules.bootstrap_resamples, Math.ceil(10 / taken.alpha));
  const bounds = boundsOf(seen, { ...rules, bootstrap_resamples: resamples }, taken.alpha);
  return bounds.n_clusters >= MIN_CLUSTERS && (bounds.lcb ?? 0) > 0;
}

/** The mean is under one standard error of turns taken as independent, which clusters only widen. */
function isFar(seen: readonly GateTurn[]): boolean {
  const mean = seen.reduce((sum, { score }) => sum + score - 50, 0) / seen.length;
  const squares = seen.reduce((sum, { score }) => sum + (score - 50 - mean) ** 2, 0);
  return mean < Math.sqrt(squares / seen.length / seen.length);
}

/** Runs look in the same places over and over. */
function remembered(): typeof levelAt {
  const known = new Map<string, number>();
  return (ts, alpha) => {
    const key = ts.join();
    const level = known.get(key) ?? levelAt(ts, alpha);
    known.set(key, level);
    return level;
  };
}
