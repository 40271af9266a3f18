/** npm run stage:prompt: draws turns into prompt/ and mirrors their pull requests into commit/. */
import { finish, parseFlags, runScript, stageCommand, type CommonFlags } from "../src/cli.ts";
import { loadConfig } from "../src/config.ts";
import { lockWorkspace } from "../src/io/lock.ts";
import { openStore } from "../src/io/store.ts";
import { prompt } from "../src/stages/prompt.ts";

await runScript(async () => {
  const command = stageCommand({
    name: "stage:prompt",
    about:
      "Reads the trajectories and pull requests that chain.toml [source] names, draws turns by its seed and filters, and writes prompt/prompts_<count>_<NNN>.json, commit/<instance_id>.json and report/hugePR.md. Asks no model.",
    example: "npm run stage:prompt -- --root my-workspace --limit 50",
  }).option("--skip-bad", "count lines that are not JSON and go on", false);
  const flags = parseFlags<CommonFlags & { readonly skipBad: boolean }>(
    command,
    process.argv.slice(2),
  );
  const unlock = await lockWorkspace(flags.root, "prompt");
  try {
    const progress = { begin() {}, step() {}, spent() {}, note() {}, end() {} };
    const deps = { store: openStore(flags.root), progress };
    return finish(await prompt(loadConfig(flags.root), deps, flags), flags);
  } finally {
    await unlock();
  }
});
