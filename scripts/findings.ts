/** npm run findings: runs the scripts of findings/ and says which tools still behave as they did. */
import { Command } from "commander";
import { parseOwnFlags, runScript } from "../src/command/cli.ts";
import {
  findingsFolder,
  findingsTable,
  listFindings,
  runFinding,
  type FindingRun,
} from "../src/command/findings.ts";

const command = new Command("findings")
  .description(
    "Runs the scripts of findings/, each of which shows a behaviour of an outside package in a folder of its own. Exits with 2 where one changed or could not be run.",
  )
  .argument("[names...]", "these alone")
  .option("--json", "the outcomes as one JSON line on stdout", false)
  .addHelpText("after", "\nExample:\n  npm run findings -- p-limit-clear");

await runScript(async () => {
  const { args, json } = parseOwnFlags<{ json: boolean }>(command, process.argv.slice(2));
  const runs: FindingRun[] = [];
  for (const finding of listFindings(findingsFolder, args)) {
    process.stderr.write(`${finding.name} ...\n`);
    runs.push(await runFinding(findingsFolder, finding));
  }
  process.stdout.write(`${json ? JSON.stringify(runs) : findingsTable(runs).join("\n")}\n`);
  return runs.every(({ outcome }) => outcome === "same") ? 0 : 2;
});
