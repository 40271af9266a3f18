/** Stages one after the other, each in its own process; with a target in rounds. */
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

/** What was begun is ended before anything new is drawn. Gives the exit code. */
export async function toTarget(flags: CommonFlags): Promise<number> {
  const { loadConfig } = await import("../config.ts");
  const { openStore } = await import("../io/store.ts");
  const { countPrompts } = await import("../io/prompts.ts");
  const { afterRound, openRound } = await import("../stages/stages.ts");
  const config = loadConfig(flags.root);
  const store = openStore(flags.root);
  let limit = await openRound(config, store);
  for (;;) {
    if (limit !== null) {
      const drawn = await inOrder(["prompt"], { ...flags, limit });
      if (drawn !== 0) return drawn;
    }
    if ((await countPrompts(store)) > 0) {
      const asked = await inOrder(AFTER_DRAW, flags);
      if (asked !== 0) return asked;
    }
    const step = await afterRound(config, store);
    if (step.kind !== "draw") {
      const words = step.kind === "done" ? "reached" : step.why;
      process.stderr.write(`target: ${words}\n`);
      return 0;
    }
    process.stderr.write(`target: the next round draws up to ${step.limit} turns in all\n`);
    limit = step.limit;
  }
}
