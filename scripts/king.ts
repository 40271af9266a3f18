/** npm run stage:king: answers every prompt blind. */
import { runScript, modelStageCommand } from "../src/command/cli.ts";
import { FIVE_STAGES } from "../src/command/commands.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = modelStageCommand({
  name: "stage:king",
  about:
    "Reads prompt/, asks the king's model to answer each turn from its history alone, writes answer/. Does what is missing; --retry asks again for turns whose attempts were used up (report/tries/king/), --force for all.",
  example: "npm run stage:king -- --root my-run --limit 20",
  flags: FIVE_STAGES.king,
});

await runScript(() => runStage(command, async () => (await import("../src/stages/king.ts")).king));
