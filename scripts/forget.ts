/** npm run forget: an instance or a run goes out of every folder and set; a dry run unless --yes. */
import {
  finish,
  parseFlags,
  runScript,
  stageCommand,
  type CommonFlags,
} from "../src/command/cli.ts";
import { UserError } from "../src/errors.ts";

const command = stageCommand({
  name: "forget",
  about:
    "Takes an instance or a run out of prompt/, commit/, the answers, verdicts and buckets, and out of every set below dataset/ (and of the folders named), and names what was pushed to the Hub. Shows what would go; with --yes it goes. Run it while no stage runs.",
  example: "npm run forget -- acme__widget-17 --yes",
  flags: ["yes", "json"],
})
  .argument("<id>", "instance_id or run, as prompt/ and the rows' metadata have it")
  .argument("[folders...]", "sets that lie elsewhere than in dataset/");

await runScript(async () => {
  const { args, ...flags } = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { limit, only } = flags;
  if (limit !== undefined || only !== undefined) {
    throw new UserError(
      "forget: all that is of the id goes: --limit and --only mean nothing here",
      "leave them out; without --yes it shows what would go",
    );
  }
  const [{ loadConfig }, { lockWorkspace }, { openStore }, { forget }] = await Promise.all([
    import("../src/config.ts"),
    import("../src/io/lock.ts"),
    import("../src/io/store.ts"),
    import("../src/stages/forget.ts"),
  ]);
  const config = loadConfig(flags.root);
  const unlock = await lockWorkspace(flags.root, "forget");
  try {
    const [id = "", ...folders] = args;
    const options = { id, folders, yes: flags.yes };
    return finish(await forget(config, { store: openStore(flags.root) }, options), flags);
  } finally {
    await unlock();
  }
});
