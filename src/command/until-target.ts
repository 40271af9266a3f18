/** Stages one after the other, each in its own process; with a target in rounds. */
import { UserError } from "../errors.ts";
import { runChild } from "../io/children.ts";
import { typed, type CommonFlags } from "./cli.ts";
import { FIVE, FIVE_STAGES } from "./commands.ts";
import { flagsFor } from "./stage-flags.ts";

type Stage = (typeof FIVE)[number];

/** What follows a draw. */
const AFTER_DRAW: readonly Stage[] = FIVE.slice(1);

/** Stops at the first that does not end with 0, and gives its exit code. */
export async function inOrder(stages: readonly Stage[], flags: CommonFlags): Promise<number> {
  for (const stage of stages) {
    const code = await runChild(stage, flagsFor(FIVE_STAGES[stage], flags));
    if (code === 0) continue;
    process.stderr.write(
      `stages: stopped at stage:${stage} (exit ${code}); ${typed("`npm run stages` goes on from there")}\n`,
    );
    return code;
  }
  return 0;
}

/**
 * Rounds as [target] says. Gives the exit code.
 * @throws UserError for flags that would draw or ask something else than a round, and as `untilTarget`
 */
export async function toTarget(flags: CommonFlags): Promise<number> {
  for (const [flag, why] of Object.entries(NOT_IN_ROUNDS)) {
    const value = flags[flag as keyof typeof NOT_IN_ROUNDS];
    if (value !== undefined && value !== false) throw notInRounds(flag, why);
  }
  const { loadConfig } = await import("../config.ts");
  const { seededRng } = await import("../core/random.ts");
  const { openStore } = await import("../io/store.ts");
  const { untilTarget } = await import("../stages/stages.ts");
  const config = loadConfig(flags.root);
  return untilTarget(config, {
    store: openStore(flags.root),
    rng: (purpose) => seededRng(config.source.seed, purpose),
    say: (line) => void process.stderr.write(`${line}\n`),
    draw: (limit) => inOrder(["prompt"], { ...flags, limit }),
    ask: () => inOrder(AFTER_DRAW, flags),
  });
}

// ---------------------------------------------------------------------------------------------

const NOT_IN_ROUNDS = {
  limit: "each round draws what the target still needs",
  only: "all turns of a round are one duel",
  force: "every round would ask all turns anew",
};

const notInRounds = (flag: string, why: string): UserError =>
  new UserError(
    `stages --until target: --${flag} goes with no target: ${why}`,
    `leave --${flag} out, or run the stages one by one`,
  );
