/** npm run view: a local page to read duels side by side and to overrule the judges. */
import { Option } from "commander";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { greeting, portNumber } from "../src/viewer/greeting.ts";

const command = stageCommand({
  name: "view",
  about:
    "Reads answer/, score/ and report/, shows them on a local page, writes review/ when you give a verdict. Asks no model; runs beside any stage.",
  example: "npm run view -- --root demo",
  flags: [],
})
  .addOption(new Option("--port <n>", "first port to try").default(4870).argParser(portNumber))
  .addOption(new Option("--host <address>", "address to listen on").default("127.0.0.1"));

await runScript(async () => {
  type Flags = CommonFlags & { readonly port: number; readonly host: string };
  const { root, port, host } = parseFlags<Flags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { startViewer } = await import("../src/viewer/server.ts");
  const started = Date.now();
  const viewer = await startViewer({
    config: loadConfig(root),
    store: openStore(root),
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
