/** npm run stage:challenger: answers every turn knowing the pull request, under the blind-agent rule. */
import { runScript, modelStageCommand } from "../src/command/cli.ts";
import { FIVE_STAGES } from "../src/command/commands.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = modelStageCommand({
  name: "stage:challenger",
  about:
    "Reads answer/ and commit/, asks the challenger's model to answer each turn with the pull request in view but honestly, and fills `challenger` in the answer files in place. Does what is missing; --retry asks again for turns given up or malformed to the end, --force for all.",
  example: "npm run stage:challenger -- --root my-run --only 'prompts_2000_001_*'",
  flags: FIVE_STAGES.challenger,
});

await runScript(() =>
  runStage(command, async () => (await import("../src/stages/challenger.ts")).challenger),
);
