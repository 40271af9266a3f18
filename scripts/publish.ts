/** npm run stage:publish: a finished set goes to the Hub; a dry run unless --push. */
import {
  finish,
  parseFlags,
  runScript,
  stageCommand,
  type CommonFlags,
} from "../src/command/cli.ts";

const command = stageCommand({
  name: "stage:publish",
  about:
    "Looks a finished set through for secrets and uploads card and splits to the Hub in one commit: to a private repository unless --public, and only with --push.",
  example: "npm run stage:publish -- dataset/export --repo your-name/your-set --push",
})
  .argument("<folder>", "the set's folder, relative to the workspace")
  .option("--repo <owner/name>", "the repository on the Hub ([dataset].hub_org names the owner)")
  .option("--push", "send it", false)
  .option("--public", "everybody may read it", false);

type Flags = CommonFlags & {
  readonly repo?: string;
  readonly push: boolean;
  readonly public: boolean;
};

await runScript(async () => {
  const { args, ...flags } = parseFlags<Flags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { publish } = await import("../src/stages/publish.ts");
  const summary = await publish(loadConfig(flags.root), { ...flags, folder: args[0] ?? "" });
  return finish(summary, flags);
});
