/** npm run measure:labels: the rule against runs whose verdict is known, which it does not see. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { loadConfig } from "../src/config.ts";
import { shareText } from "../src/core/actions/interval.ts";
import { emptyCounts, labelledRuns } from "../src/stages/label.ts";

const command = stageCommand({
  name: "measure:labels",
  about:
    "Labels runs without their verdict and prints precision and recall against it, with 95 % intervals (Wilson).",
  example: "npm run measure:labels -- 'runs/*.jsonl'",
}).argument("[files...]", "runs with a verdict; the fixtures that have one when none is named");

const FIXTURES = [
  "test/fixtures/real/smith_tool.jsonl",
  "test/fixtures/real/toolcall_conversations.jsonl",
];

await runScript(async () => {
  const { args, root } = parseFlags<CommonFlags>(command, process.argv.slice(2));
  for (const file of args.length > 0 ? args : FIXTURES) {
    const rows: { label: string; truth: string }[] = [];
    const options = { names: [file], skipBad: false, hideVerdict: true };
    for await (const { label, verdict } of labelledRuns(loadConfig(root), options, emptyCounts())) {
      if (verdict !== null) rows.push({ label, truth: verdict.toUpperCase() });
    }
    process.stdout.write(`${file}: ${rows.length} runs with a verdict\n`);
    for (const kind of ["SUCCESS", "FAILURE"]) {
      const given = rows.filter(({ label }) => label === kind);
      const own = rows.filter(({ truth }) => truth === kind);
      const right = given.filter(({ truth }) => truth === kind).length;
      process.stdout.write(
        `  ${kind}  precision ${shareText(right, given.length)} of ${given.length} given, recall ${shareText(right, own.length)} of ${own.length}\n`,
      );
    }
    const open = rows.filter(({ label }) => label === "UNKNOWN").length;
    process.stdout.write(`  UNKNOWN  ${open} of ${rows.length}\n`);
  }
  return 0;
});
