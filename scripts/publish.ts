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
    "Looks finished sets through for secrets and uploads card and splits of each to the Hub in one commit: to a private repository unless --public, and only with --push. With --hub-org and no folder the three sets of stage:actions go in one go, all looked through before the first is sent.",
  example: "npm run stage:publish -- dataset/export --repo your-name/your-set --push",
  flags: ["json"],
})
  .argument(
    "[folders...]",
    "sets' folders, relative to the workspace; none: those of stage:actions",
  )
  .option("--repo <owner/name>", "the repository on the Hub, for one set")
  .option("--hub-org <org>", "owner of repositories named as the folders ([dataset].hub_org)")
  .option("--push", "send it", false)
  .option("--public", "everybody may read it", false);

type Flags = CommonFlags & {
  readonly repo?: string;
  readonly hubOrg?: string;
  readonly push: boolean;
  readonly public: boolean;
};

await runScript(async () => {
  const { args, ...flags } = parseFlags<Flags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { publishSets } = await import("../src/stages/publish.ts");
  const summary = await publishSets(loadConfig(flags.root), { ...flags, folders: args });
  return finish(summary, flags);
});
