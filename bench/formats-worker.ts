/** The measured process of bench:formats: every run of a folder to turns; prints how many. */
import { loadConfig } from "../src/config.ts";
import { maskedRun } from "../src/core/formats/masked.ts";
import { isTurn } from "../src/core/formats/run.ts";
import { allRuns, noRunsFound } from "../src/drawing/logs/runs.ts";

const [name = "", how = "read"] = process.argv.slice(2);
const config = loadConfig(name);
let turns = 0;
for await (const run of allRuns(
  { config, name: ".", key: "bench", skipBad: false },
  noRunsFound(),
)) {
  const read = how === "masked" ? (await maskedRun(run, config)).run : run;
  turns += read.messages.filter((_, at) => isTurn(read, at)).length;
}
process.stdout.write(`${turns}\n`);
