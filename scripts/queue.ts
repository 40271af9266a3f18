/** npm run queue: draws the turns that people are asked about, so that their verdicts can be weighed. */
import {
  parseFlags,
  runScript,
  stageCommand,
  wholeNumber,
  type CommonFlags,
} from "../src/command/cli.ts";

const command = stageCommand({
  name: "queue",
  about:
    "Reads score/ and draws turns for people to judge, stratified by the panel's score, in random order and with the probability of each; writes review/_queue.json. Reviews of these turns calibrate the panel in the report. Asks no model.",
  example: "npm run queue -- --n 100",
  flags: ["force", "json"],
}).option("--n <turns>", "turns to draw", wholeNumber, 100);

await runScript(async () => {
  const flags = parseFlags<CommonFlags & { n: number }>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { seededRng } = await import("../src/core/random.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { QUEUE_FILE } = await import("../src/records/queue.ts");
  const { queue } = await import("../src/stages/queue.ts");
  const config = loadConfig(flags.root);
  const rng = (purpose: string) => seededRng(config.source.seed, purpose);
  const drawn = await queue(config, { store: openStore(flags.root), rng }, flags);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(drawn)}\n`
      : `${drawn.turns.length} of ${drawn.n_turns} judged turns drawn into ${QUEUE_FILE}; review them with npm run view\n`,
  );
  return 0;
});
