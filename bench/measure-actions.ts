/** npm run measure:actions: the classifier against labelled turns, a table a file. */
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { MADE_TABLES, writeTable } from "../src/command/made-table.ts";
import { UserError } from "../src/errors.ts";
import { measureFile } from "../src/stages/classify.ts";

const command = stageCommand({
  name: "measure:actions",
  about:
    "Reads labelled turns (rows as `npm run classify` takes them, with a label) and prints precision, recall and F1 of the classifier a class.",
  example: "npm run measure:actions -- my-labels.jsonl",
})
  .argument("[files...]", "JSON Lines; the labelled fixtures when none is named")
  .option("--write", "write docs/tables/actions.md", false);

/** How each list stands to the rules: figures of a list that they were corrected with prove little. */
const VIEW: Readonly<Record<string, string>> = {
  "test/fixtures/real/actions_labelled.jsonl": " (in view)",
  "test/fixtures/actions/sampled.jsonl": " (corrected with since)",
  "test/fixtures/actions/odd.jsonl": " (corrected with since)",
  "test/fixtures/actions/varied.jsonl": " (corrected with since)",
  "test/fixtures/actions/fresh.jsonl": " (not in view)",
  "test/fixtures/actions/commands.jsonl": " (in view)",
  "test/fixtures/actions/commands_held.jsonl": " (not in view at first; 483 of 488 then)",
  "test/fixtures/actions/commands_second.jsonl": " (not in view at first; 125 of 135 then)",
};

await runScript(async () => {
  const { args, write } = parseFlags<CommonFlags & { write: boolean }>(
    command,
    process.argv.slice(2),
  );
  if (write && args.length > 0) {
    throw new UserError(
      "measure:actions: --write is for the labelled fixtures alone",
      "leave the files out, or leave --write out",
    );
  }
  const blocks: string[] = [];
  for (const file of args.length > 0 ? args : MADE_TABLES.actions.data) {
    blocks.push(
      ["```", `${file}${VIEW[file] ?? ""}`, ...(await measureFile(file)), "```", ""].join("\n"),
    );
  }
  process.stdout.write(`${blocks.join("\n")}`);
  if (write) await writeTable("actions", blocks.join("\n"));
  return 0;
});
