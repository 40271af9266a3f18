/**
 * npm run fuzz [-- --inputs 20000 --seed 1 --only Parquet,ledger]: every reader of foreign input against edited and
 * drawn bytes. Ends with 1 when one crashed, took over two seconds, or the process over 1 GB.
 */
import { parseArgs } from "node:util";
import { fuzz } from "../test/support/fuzz/fuzz.ts";
import { FUZZ_READERS } from "../test/support/fuzz/readers.ts";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
});
console.log("| reader | inputs | read | refused | crashed | slowest | peak of the process |");
console.log("|---|---:|---:|---:|---:|---:|---:|");
const only = values.only.split(",");
const isWanted = (name: string): boolean => only.some((part) => name.includes(part));
for (const reader of FUZZ_READERS.filter(({ name }) => isWanted(name))) {
  const found = await fuzz(reader, Number(values.inputs), Number(values.seed));
  const crashed = found.inputs - found.read - found.refused;
  console.log(
    `| ${found.reader} | ${found.inputs} | ${found.read} | ${found.refused} | ${crashed} | ${found.slowestMs.toFixed(0)} ms | ${found.peakMb} MB |`,
  );
  for (const crash of found.crashes) console.error(crash);
  if (crashed > 0 || found.slowestMs > 2000 || found.peakMb > 1024) process.exitCode = 1;
}
