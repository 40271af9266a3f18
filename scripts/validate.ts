/** npm run stage:validate: puts every answer before the panel of judges and weighs their verdicts. */
import { runScript, modelStageCommand } from "../src/command/cli.ts";
import { FIVE_STAGES } from "../src/command/commands.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = modelStageCommand({
  name: "stage:validate",
  about:
    "Reads answer/, asks every judge of [judge].models to compare the two candidates of each turn in both orders, writes score/ and score/_duel.json (scores, gate, measured bias). Asks only for verdicts that are missing; --retry asks again where all attempts were unreadable, --force asks all anew.",
  example: "npm run stage:validate -- --root my-run --rejudge moonshotai/Kimi-K2.6-TEE",
  flags: FIVE_STAGES.validate,
})
  .option("--reparse", "read all kept replies again, without a call")
  .option(
    "--mixed",
    "accept a duel whose verdicts come from two versions of the judge's prompt or hash",
  )
  .option("--rejudge <model>", "ask this judge anew on every turn");

await runScript(() =>
  runStage(command, async () => (await import("../src/stages/validate.ts")).validate),
);
