/** npm run stages: the five stages in order, stopping at the first that fails; with a target, in rounds. */
import { Option } from "commander";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { FIVE } from "../src/command/commands.ts";
import { inOrder, toTarget } from "../src/command/until-target.ts";

const command = stageCommand({
  name: "stages",
  about:
    "Runs stage:prompt, stage:king, stage:challenger, stage:validate and stage:report in order, each doing what is missing, hands each the flags that it knows, and stops at the first that does not end with 0; a re-run goes on where it stopped. --until target does so in rounds until [target].accepted turns are in final/.",
  example: "npm run stages -- --root my-run --until report",
}).addOption(
  new Option("--until <what>", "the last stage, or in rounds as [target] says")
    .choices([...FIVE, "target"])
    .default("report"),
);

type Flags = CommonFlags & { readonly until: (typeof FIVE)[number] | "target" };

await runScript(async () => {
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  if (flags.until === "target") return toTarget(flags);
  return inOrder(FIVE.slice(0, FIVE.indexOf(flags.until) + 1), flags);
});
