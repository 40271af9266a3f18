/** npm run stages: the five stages in order, stopping at the first that fails. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { runChild } from "../src/io/children.ts";

const STAGES = ["prompt", "king", "challenger", "validate", "report"];

const command = stageCommand({
  name: "stages",
  about:
    "Runs stage:prompt, stage:king, stage:challenger, stage:validate and stage:report in order, with the same flags, and stops at the first that does not end with 0; a re-run goes on where it stopped.",
  example: "npm run stages -- --root my-run",
});

await runScript(async () => {
  const argv = process.argv.slice(2);
  parseFlags<CommonFlags>(command, argv);
  for (const stage of STAGES) {
    const code = await runChild(stage, argv);
    if (code === 0) continue;
    process.stderr.write(
      `stages: stopped at stage:${stage} (exit ${code}); a re-run goes on from there\n`,
    );
    return code;
  }
  return 0;
});
