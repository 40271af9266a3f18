/** npm run bench:worth: how often the interval of `worth` covers the truth, in worlds whose truth is known. */
import { coverageOf, coverageTable, WORTH_WORLDS } from "../src/core/worth/coverage.ts";

const EXPERIMENTS = 400;

const all = WORTH_WORLDS.map((world) => coverageOf(world, EXPERIMENTS));
process.stdout.write(`${coverageTable(all)}\n`);
