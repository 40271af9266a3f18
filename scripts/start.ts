/** npm start: the five stages on the embedded sample, in the workspace demo/, without key or network. */
import { relative } from "node:path";
import { runScript } from "../src/command/cli.ts";
import { runChild } from "../src/io/children.ts";
import { makeDemo } from "../src/io/demo.ts";
import { openStore } from "../src/io/store.ts";
import { closingLines } from "../src/stages/start.ts";

await runScript(async () => {
  const { root: demo, notes } = await makeDemo();
  for (const note of notes) process.stderr.write(`start: ${note}\n`);
  const code = await runChild("stages", ["--root", demo, "--yes"]);
  if (code !== 0) return code;
  for (const line of await closingLines(openStore(demo), relative(process.cwd(), demo))) {
    process.stdout.write(`${line}\n`);
  }
  return 0;
});
