/** npm run stages: the five stages in order, stopping at the first that fails; with a target, in rounds. */
import { Option } from "commander";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { AFTER_DRAW, inOrder, toTarget } from "../src/command/until-target.ts";

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
  return until === undefined ? inOrder(["prompt", ...AFTER_DRAW], argv) : toTarget(root, argv);
});
