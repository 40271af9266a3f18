/** npm run stage:refine: a second answer, and a second duel, for turns in refined/. */
import { modelStageCommand, runScript } from "../src/command/cli.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = modelStageCommand({
  name: "stage:refine",
  about:
    "Reads answer/, score/ and review/, asks the challenger's model (or [refine].model) for one better answer to each turn in refined/, with the judges' reasons in view but for a control half, and puts it before the whole panel in both orders against the same king. Writes answer/<stem>.r1.json and score/<stem>.r1.json; the gate and all means pass over them. Run stage:report afterwards.",
  example: "npm run stage:refine -- --root my-run --limit 50",
});

await runScript(() =>
  runStage(command, async () => (await import("../src/stages/refine.ts")).refine),
);
