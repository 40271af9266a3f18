/** npm run status: what is done, pending and failed per stage, the cost so far, what to run next. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  parseFlags,
  runScript,
  stageCommand,
  typed,
  type CommonFlags,
} from "../src/command/cli.ts";
import type { Status } from "../src/stages/status.ts";

const command = stageCommand({
  name: "status",
  about:
    "Reads a workspace and says per stage what is done, pending and failed, what it has cost, and what to run next. Changes nothing but what is known of the files (.facts.jsonl); may be used while a stage runs.",
  example: "npm run status -- --root my-run",
  flags: ["json"],
});

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { openStore } = await import("../src/io/store.ts");
  const { readableConfig, status, statusLines } = await import("../src/stages/status.ts");
  const counted = await status(openStore(flags.root), await readableConfig(flags.root));
  const { state, said } = await withTarget(flags.root, counted);
  const wrong = [...(await wrongOf(flags.root)), ...said];
  const lines = statusLines(state, wrong);
  const text = flags.json
    ? JSON.stringify({ ...state, next: state.next === null ? null : typed(state.next), wrong })
    : typed(lines.join("\n"));
  process.stdout.write(`${text}\n`);
  return 0;
});

type Told = { readonly state: Status; readonly said: readonly string[] };

/** With a [target]: how far it is, and what is typed to go on; or what is wrong with it. */
async function withTarget(root: string, state: Status): Promise<Told> {
  if (!existsSync(join(root, "chain.toml"))) return { state, said: [] };
  const { targetOf } = await import("../src/stages/status.ts");
  const { openStore } = await import("../src/io/store.ts");
  const target = await targetOf(root, openStore(root));
  if (target === null) return { state, said: [] };
  if (typeof target === "string") return { state, said: [target] };
  const next = target.rounds_left.high === 0 ? state.next : "npm run stages -- --until target";
  return { state: { ...state, target, next }, said: [] };
}

/** What of the settings has to be mended before a stage can run; [] when nothing has. */
async function wrongOf(root: string): Promise<readonly string[]> {
  if (!existsSync(join(root, "chain.toml"))) return [];
  const { faultsOf } = await import("../src/stages/status.ts");
  return faultsOf(root);
}
