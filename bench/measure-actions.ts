/** npm run measure:actions: the classifier against labelled turns, a table a file. */
import { parseFlags, runScript, stageCommand } from "../src/command/cli.ts";
import { measureFile } from "../src/stages/classify.ts";

const LABELLED = [
  "test/fixtures/real/actions_labelled.jsonl",
  "test/fixtures/actions/sampled.jsonl",
  "test/fixtures/actions/odd.jsonl",
  "test/fixtures/actions/varied.jsonl",
  "test/fixtures/actions/fresh.jsonl",
] as const;

const command = stageCommand({
  name: "measure:actions",
  about:
    "Reads labelled turns (rows as `npm run classify` takes them, with a label) and prints precision, recall and F1 of the classifier a class.",
  example: "npm run measure:actions -- my-labels.jsonl",
}).argument("[files...]", "JSON Lines; the labelled fixtures when none is named");

await runScript(async () => {
  const { args } = parseFlags(command, process.argv.slice(2));
  for (const file of args.length > 0 ? args : LABELLED) {
    process.stdout.write([file, ...(await measureFile(file)), "", ""].join("\n"));
  }
  return 0;
});
