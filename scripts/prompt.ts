/** npm run stage:prompt: draws turns into prompt/ and mirrors their pull requests into commit/. */
import { runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import type { PromptOptions } from "../src/stages/prompt.ts";
import { FIVE_STAGES } from "../src/command/commands.ts";
import { runStage } from "../src/command/run-stage.ts";

const command = stageCommand({
  name: "stage:prompt",
  about:
    "Reads the trajectories and pull requests that chain.toml [source] names (files or data sets of the Hub), draws turns by its seed and filters, writes prompt/prompts_<count>_<NNN>.json, commit/<instance_id>.json and report/hugePR.md. Asks no model. --limit draws that many turns only; --force draws anew.",
  example: "npm run stage:prompt -- --root my-run --limit 50",
  flags: FIVE_STAGES.prompt,
}).option("--skip-bad", "count lines that are not JSON and go on", false);

await runScript(() =>
  runStage<CommonFlags & PromptOptions>(
    command,
    async () => (await import("../src/stages/prompt.ts")).prompt,
  ),
);
