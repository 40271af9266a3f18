/** npm run stage:report: sorts the turns into buckets and writes the report. */
import { runScript, stageCommand } from "../src/command/cli.ts";
import { FIVE_STAGES } from "../src/command/commands.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = stageCommand({
  name: "stage:report",
  about:
    "Reads answer/, score/, review/ and report/ledger.jsonl, exports every judged turn into final/, refined/ or defeat/ (a person's review overrules the panel), writes report/report.md, report/report.html and pictures. Asks no model.",
  example: "npm run stage:report -- --root my-run",
  flags: FIVE_STAGES.report,
});

await runScript(() =>
  runStage(command, async () => (await import("../src/stages/report.ts")).report),
);
