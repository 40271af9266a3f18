/** npm run readonly-guard: a command or a tool call on stdin; 0: it only looks, 2: that is not known. */
import { text } from "node:stream/consumers";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { refusalOfInput } from "../src/core/actions/guard-input.ts";

const command = stageCommand({
  name: "readonly-guard",
  about:
    "A hook for agents that may only look: reads a shell command, or a tool call as JSON, from stdin. Exit code 0: it only looks. 2: that is not known, and why stands on stderr.",
  example: "echo 'grep -rn TODO src' | npm run --silent readonly-guard",
  flags: [],
});

await runScript(async () => {
  parseFlags<CommonFlags>(command, process.argv.slice(2));
  const refusal = refusalOfInput(await text(process.stdin));
  if (refusal === null) return 0;
  process.stderr.write(`refused: ${refusal}\n`);
  return 2;
});
