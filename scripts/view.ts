/** npm run view [-- DIR...]: a local page to read duels side by side and to overrule the judges. */
import { Option } from "commander";
import {
  existingFolder,
  parseFlags,
  rootWords,
  runScript,
  stageCommand,
  type CommonFlags,
} from "../src/command/cli.ts";
import { isPackage } from "../src/command/npm-line.ts";
import { greeting, portNumber } from "../src/viewer/greeting.ts";

const command = stageCommand({
  name: "view",
  about:
    "Reads answer/, score/ and report/, shows them on a local page, writes review/ when you give a verdict. Several workspaces become a list of runs, two of which can be compared. Asks no model; runs beside any stage.",
  example: "npm run view -- --root demo",
  flags: [],
})
  .argument("[dirs...]", "workspaces to show instead of --root")
  .addOption(new Option("--port <n>", "first port to try").default(4870).argParser(portNumber))
  .addOption(new Option("--host <address>", "address to listen on").default("127.0.0.1"));

await runScript(async () => {
  type Flags = CommonFlags & { readonly port: number; readonly host: string };
  const { root, port, host, args } = parseFlags<Flags>(command, process.argv.slice(2));
  const { runNames, workspaceAt } = await import("../src/viewer/workspaces.ts");
  const { startViewer } = await import("../src/viewer/server.ts");
  const started = Date.now();
  const typed = args.length === 0 ? [rootWords()[1] ?? null] : args;
  const roots = args.length === 0 ? [root] : args.map((dir) => existingFolder("view", dir));
  const names = runNames(roots);
  const by = isPackage ? "kingmaker" : "npm";
  const viewer = await startViewer({
    workspaces: roots.map((dir, at) =>
      workspaceAt(dir, { name: names[at] ?? dir, typed: typed[at] ?? null, by }),
    ),
    host,
    port,
    now: () => new Date(),
  });
  for (const line of greeting({ ...viewer, host, tookMs: Date.now() - started })) console.log(line);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
  await viewer.close();
  return 0;
});
