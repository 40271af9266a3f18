/** npm run share -- --output site/: the viewer's pages as files that open from a disk or from any host. */
import { basename } from "node:path";
import {
  parseFlags,
  finish,
  newFolder,
  runScript,
  stageCommand,
  type CommonFlags,
} from "../src/command/cli.ts";

const command = stageCommand({
  name: "share",
  about:
    "Reads answer/, score/, review/ and report/, and writes the viewer's pages into a folder: list, duels and report, with links between the files. Secrets are masked, and nothing of the pull request, of replies that were not accepted or of notes is in them. Asks no model.",
  example: "npm run share -- --root demo --output site",
  flags: ["only", "limit", "json"],
}).requiredOption("--output <dir>", "a folder that is new, empty, or holds an earlier copy");

await runScript(async () => {
  type Flags = CommonFlags & { readonly output: string };
  const flags = parseFlags<Flags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { share } = await import("../src/stages/share.ts");
  const summary = await share(
    loadConfig(flags.root),
    {
      store: openStore(flags.root),
      output: openStore(newFolder("share", flags.output, "--output ")),
      name: basename(flags.root),
    },
    flags,
  );
  return finish(summary, flags);
});
