/** npm run stages: the five stages in order, stopping at the first that fails; with a target, in rounds. */
import { Option } from "commander";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { runChild } from "../src/io/children.ts";

const AFTER_DRAW = ["king", "challenger", "validate", "report"];

const command = stageCommand({
  name: "stages",
  about:
    "Runs stage:prompt, stage:king, stage:challenger, stage:validate and stage:report in order, with the same flags, and stops at the first that does not end with 0; a re-run goes on where it stopped. --until target does so in rounds until [target].accepted turns are in final/.",
  example: "npm run stages -- --root my-run",
}).addOption(new Option("--until <what>", "in rounds, as [target] says").choices(["target"]));

type Flags = CommonFlags & { readonly until?: "target" };

await runScript(async () => {
  const argv = process.argv.slice(2);
  const { until, root } = parseFlags<Flags>(command, argv);
  return until === undefined
    ? inOrder(["prompt", ...AFTER_DRAW], argv)
    : toTarget(root, withoutUntil(argv));
});

async function inOrder(stages: readonly string[], argv: readonly string[]): Promise<number> {
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

/** What was begun is ended before anything new is drawn. */
async function toTarget(root: string, argv: readonly string[]): Promise<number> {
  const { loadConfig } = await import("../src/config.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { countPrompts } = await import("../src/io/prompts.ts");
  const { afterRound, openRound } = await import("../src/stages/stages.ts");
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

/** The stages know nothing of rounds. */
function withoutUntil(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf("--until");
  return at < 0 ? argv.filter((one) => !one.startsWith("--until=")) : argv.toSpliced(at, 2);
}
