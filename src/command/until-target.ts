/** Stages one after the other, each in its own process; with a target in rounds. */
import { runChild } from "../io/children.ts";

/** What follows a draw. */
export const AFTER_DRAW = ["king", "challenger", "validate", "report"];

/** Stops at the first that does not end with 0, and gives its exit code. */
export async function inOrder(stages: readonly string[], argv: readonly string[]): Promise<number> {
  for (const stage of stages) {
    const code = await runChild(stage, argv);
    if (code === 0) continue;
    process.stderr.write(
      `stages: stopped at stage:${stage} (exit ${code}); a re-run goes on from there\n`,
    );
    return code;
  }
  return 0;
}

/** What was begun is ended before anything new is drawn. Gives the exit code. */
export async function toTarget(root: string, given: readonly string[]): Promise<number> {
  const argv = withoutUntil(given);
  const { loadConfig } = await import("../config.ts");
  const { openStore } = await import("../io/store.ts");
  const { countPrompts } = await import("../io/prompts.ts");
  const { afterRound, openRound } = await import("../stages/stages.ts");
  const config = loadConfig(root);
  const store = openStore(root);
  let limit = await openRound(config, store);
  for (;;) {
    if (limit !== null) {
      const drawn = await inOrder(["prompt"], [...argv, "--limit", String(limit)]);
      if (drawn !== 0) return drawn;
    }
    if ((await countPrompts(store)) > 0) {
      const asked = await inOrder(AFTER_DRAW, argv);
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

// ---------------------------------------------------------------------------------------------

/** The stages know nothing of rounds. */
function withoutUntil(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf("--until");
  return at < 0 ? argv.filter((one) => !one.startsWith("--until=")) : argv.toSpliced(at, 2);
}
