/** npm run split: makes n ordinary workspaces of one. */
import { dirname, resolve } from "node:path";
import { parseFlags, runScript, stageCommand, wholeNumber } from "../src/command/cli.ts";
import type { CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "split",
  about:
    "Makes n workspaces of one that has prompts and no answers yet: each with a share of the prompt files, their commits, chain.toml with its part of what is left of the budget. .env is not copied. Run the stages in each, anywhere; `npm run merge` joins them.",
  example: "npm run split -- 4 --root my-run",
  flags: ["json"],
})
  .argument("<n>", "how many workspaces", wholeNumber)
  .option("--to <dir>", "where they are made; default: beside the workspace");

await runScript(async () => {
  const flags = parseFlags<CommonFlags & { to?: string }>(command, process.argv.slice(2));
  const [{ loadConfig }, { openStore }, { lockWorkspace }, { split }] = await Promise.all([
    import("../src/config.ts"),
    import("../src/io/store.ts"),
    import("../src/io/lock.ts"),
    import("../src/stages/split.ts"),
  ]);
  const config = loadConfig(flags.root);
  const unlock = await lockWorkspace(flags.root, "split");
  try {
    const to = flags.to === undefined ? dirname(flags.root) : resolve(flags.to);
    const parts = await split(config, openStore(flags.root), { count: Number(flags.args[0]), to });
    for (const { root, files } of parts) {
      const line = { root, prompt_files: files.length };
      const words = `${root}: ${files.length} prompt files`;
      process.stdout.write(`${flags.json ? JSON.stringify(line) : words}\n`);
    }
    return 0;
  } finally {
    await unlock();
  }
});
