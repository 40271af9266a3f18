/** npm run estimate: what the missing model calls will cost. */
import {
  parseFlags,
  runScript,
  stageCommand,
  typed,
  type CommonFlags,
} from "../src/command/cli.ts";
import { withEngine, withEngineFlag } from "../src/command/with-engine.ts";

const command = withEngineFlag(
  stageCommand({
    name: "estimate",
    about:
      "Reads prompt/, commit/, answer/, score/ and the ledger, and prints the calls, tokens and USD that king, challenger, validate and refine are still to ask, by stage and model: expected, and at most; with a [target] also what its further rounds will come to. Asks no model, writes nothing but, of many turns, what it learned of the files (.facts.jsonl).",
    example: "npm run estimate -- --root my-run --limit 100",
    flags: ["limit", "only", "json"],
  }),
);

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const { loadConfig } = await import("../src/config.ts");
  const { totalOf } = await import("../src/core/spend/estimate.ts");
  const { estimateLines, estimateNotes } = await import("../src/core/spend/table.ts");
  const { openStore } = await import("../src/io/store.ts");
  const { estimate, estimateFurther, readLearned } = await import("../src/stages/estimate.ts");
  const { outLine, outOf } = await import("../src/core/spend/out.ts");
  const { furtherLine } = await import("../src/core/spend/further.ts");
  const [config, store] = [withEngine(loadConfig(flags.root), flags.engine), openStore(flags.root)];
  const learned = await readLearned(store);
  const rows = await estimate(config, store, flags, learned);
  const out = flags.json ? process.stderr : process.stdout;
  const { status } = await import("../src/stages/status.ts");
  const next = rows.length === 0 ? (await status(store, config)).next : null;
  const table = rows.length === 0 && next !== null ? [] : estimateLines(rows, config.engine);
  const outside = outOf(learned.ledger.spending.open);
  const outLines = outside.map((one) => `${outLine(one)}; the table leaves it out`);
  for (const line of [...table, ...outLines, ...estimateNotes(rows, next)])
    out.write(`${typed(line)}\n`);
  const target = await estimateFurther(config, store, learned);
  if (target !== null) out.write(`${furtherLine(target)}\n`);
  const all = { rows, total: totalOf(rows), out: outside, ...(target === null ? {} : { target }) };
  if (flags.json) process.stdout.write(`${JSON.stringify(all)}\n`);
  return 0;
});
