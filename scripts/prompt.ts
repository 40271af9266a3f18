/** npm run stage:prompt: draws turns into prompt/ and mirrors their pull requests into commit/. */
import { runScript, stageCommand, type CommonFlags } from "../src/cli.ts";
import { prompt } from "../src/stages/prompt.ts";
import { runStage } from "../src/wiring.ts";

const command = stageCommand({
  name: "stage:prompt",
  about:
    "Reads the trajectories and pull requests that chain.toml [source] names, draws turns by its seed and filters, and writes prompt/prompts_<count>_<NNN>.json, commit/<instance_id>.json and report/hugePR.md. Asks no model.",
  example: "npm run stage:prompt -- --root my-workspace --limit 50",
}).option("--skip-bad", "count lines that are not JSON and go on", false);

type Flags = CommonFlags & { readonly skipBad: boolean };

await runScript(() => runStage<Flags>(command, prompt));
