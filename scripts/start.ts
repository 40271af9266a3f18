/** npm start: the five stages on the embedded sample, in the workspace demo/, without key or network. */
import { Command } from "commander";
import { resolve } from "node:path";
import { parseOwnFlags, runScript, typed } from "../src/command/cli.ts";
import { runChild } from "../src/io/children.ts";
import { holdDemo, makeDemo, PROJECT } from "../src/io/demo.ts";

const command = new Command("start").description(
  "Runs the five stages on 24 embedded real turns with recorded answers, in the folder demo/ of where you stand: no key, no network. What the stages made there before is made anew; reviews and sets stay.",
);

await runScript(async () => {
  parseOwnFlags(command, process.argv.slice(2));
  const release = await holdDemo(PROJECT, resolve("demo"));
  try {
    return await startDemo();
  } finally {
    await release();
  }
});

async function startDemo(): Promise<number> {
  const { root, notes } = await makeDemo(PROJECT, resolve("demo"));
  for (const note of notes) process.stderr.write(`start: ${note}\n`);
  const code = await runChild("stages", ["--root", "demo", "--yes"]);
  if (code !== 0) return code;
  const { openStore } = await import("../src/io/store.ts");
  const { FACTS_FILES } = await import("../src/io/facts/facts.ts");
  const { closingLines } = await import("../src/stages/start.ts");
  const store = openStore(root);
  // So few turns are read faster than looked up, and who opens demo/answer sees turns alone.
  for (const file of FACTS_FILES) await store.remove(file);
  for (const line of await closingLines(store, "demo")) {
    process.stdout.write(`${line}\n`);
  }
  process.stdout.write(`Look at the duels: ${typed("npm run view -- --root demo")}\n`);
  return 0;
}
