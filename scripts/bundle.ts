/** npm pack calls it: every command as JavaScript in dist/. */
import { Command } from "commander";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";

const command = new Command("bundle")
  .description(
    "Writes dist/: a file a command and a thread, what they share in further files; dependencies stay outside. `npm pack` runs it before, and takes dist/ away behind.",
  )
  .option("--remove", "take dist/ away", false);

await runScript(async () => {
  const { remove } = parseOwnFlags<{ remove: boolean }>(command, process.argv.slice(2));
  const { makeBundle, removeBundle } = await import("../src/command/bundle.ts");
  if (remove) removeBundle();
  else await makeBundle();
  return 0;
});
