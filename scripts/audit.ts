/** npm run audit: looks again for what the answers of a workspace could only know from the pull request. */
import { runScript, stageCommand } from "../src/command/cli.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = stageCommand({
  name: "audit",
  about:
    "Reads answer/ and commit/, looks in every challenger (and in every king, as a control) for what stands in the pull request and nowhere in the history, and writes `audit` and `king_audit` into the answer files. Asks no model.",
  example: "npm run audit -- --root my-run --only 'prompts_2000_001_*'",
  flags: ["limit", "only", "json"],
});

await runScript(() =>
  runStage(command, async () => (await import("../src/stages/audit.ts")).audit),
);
