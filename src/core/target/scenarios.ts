/** Worlds of which the truth is known, and what a run there sets out for. */
import { PLAIN_WORLD, type World } from "../duel/worlds.ts";

export type TargetScenario = {
  readonly name: string;
  readonly world: World;
  /** From this score on a turn is in final/. */
  readonly final_min: number;
  readonly accepted: number;
  readonly per_file: number;
  /** Turns that a repository may give, the first of the draw; 0: as many as it has. */
  readonly max_per_repo: number;
};

const scenario = (
  repositories: number,
  over: Pick<TargetScenario, "accepted"> & Partial<TargetScenario>,
  world: Partial<World> = {},
): TargetScenario => ({
  name: `${repositories} repositories of 5 turns`,
  world: { ...PLAIN_WORLD, repositories, ...world },
  final_min: 60,
  per_file: 5,
  max_per_repo: 0,
  ...over,
});

/** Few repositories hold most turns, and a limit keeps them from filling the draw. */
const limited = (max_per_repo: number, accepted: number): TargetScenario =>
  scenario(
    60,
    { accepted, max_per_repo, name: `60, Pareto sizes, max_per_repo ${max_per_repo}` },
    { sizes: "pareto", turnsPerRepository: 15, intraclass: 0.5 },
  );

/** The worlds of docs/tables/target.md. */
export const TARGET_SCENARIOS: readonly TargetScenario[] = [
  scenario(60, { accepted: 20 }),
  scenario(60, { accepted: 35 }),
  scenario(60, { accepted: 30, name: "60, Pareto sizes" }, { sizes: "pareto" }),
  scenario(60, { accepted: 40, name: "60, 10 % lost" }, { lost: 0.1 }),
  limited(5, 25),
  limited(10, 35),
  scenario(200, { accepted: 100, per_file: 10 }, { difference: 5 }),
  scenario(200, { accepted: 50, per_file: 10, final_min: 65 }, { difference: 5 }),
  scenario(400, { accepted: 200, per_file: 20 }, { difference: 5 }),
];
