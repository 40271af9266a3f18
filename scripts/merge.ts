/** npm run merge: joins workspaces into one. */
import { existingFolder, parseFlags, runScript, stageCommand } from "../src/command/cli.ts";
import type { CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "merge",
  about:
    "Takes prompts, commits, answers, tries, scores, reviews and ledgers of the named workspaces into --root. A name that has other content in two of them is refused before anything is written; what is there already is left. Then `npm run stage:validate` weighs all turns together and asks nobody.",
  example: "npm run merge -- my-run-part-1 my-run-part-2 --root my-run",
  flags: ["json"],
}).argument("<dir...>", "the workspaces");

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const [{ openStore }, { merge }] = await Promise.all([
    import("../src/io/store.ts"),
    import("../src/stages/merge.ts"),
  ]);
  const parts = flags.args.map((dir) => existingFolder("merge", dir));
  const merged = await merge(openStore(flags.root), parts);
  const { files, same, calls } = merged;
  process.stdout.write(
    `${flags.json ? JSON.stringify(merged) : `merge: ${files} files and ${calls} calls taken in, ${same} files were there already`}\n`,
  );
  return 0;
});
