/**
 * npm run fuzz [-- --inputs 20000 --seed 1 --only "Parquet;ledger"]: every reader of foreign input against edited and
 * drawn bytes, each in a process of its own with a gigabyte. Ends with 1 when one crashed, took over two seconds
 * of CPU for an input, hung, or took more memory.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { fuzz, type FuzzCount } from "../test/support/fuzz/fuzz.ts";
import { FUZZ_READERS } from "../test/support/fuzz/readers.ts";

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    // Of the process that this one starts.
    reader: { type: "string" },
  },
});
const MOST_CPU_MS = 2000;
const MOST_MB = 1024;
/** Without a word: it waits for what never comes. Long, since the machine may be busy. */
const HUNG_MS = 60_000;

const found = FUZZ_READERS.find(({ name }) => name === values.reader);
if (found !== undefined) {
  const count = await fuzz(found, Number(values.inputs), Number(values.seed), (input) =>
    process.send?.(input),
  );
  process.send?.(count);
} else await fuzzAll();

// ---------------------------------------------------------------------------------------------

async function fuzzAll(): Promise<void> {
  console.log(
    "| reader | inputs | read | refused | crashed | slowest | CPU of it | peak of the process |",
  );
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  const only = values.only.split(";");
  for (const { name } of FUZZ_READERS.filter((one) =>
    only.some((part) => one.name.includes(part)),
  )) {
    const count = await watched(name);
    if (typeof count === "string") {
      console.error(`${name}: ${count}`);
      process.exitCode = 1;
      continue;
    }
    const crashed = count.inputs - count.read - count.refused;
    const cells = [count.reader, count.inputs, count.read, count.refused, crashed].map((cell) =>
      cell.toLocaleString("en"),
    );
    const times = [count.slowestMs, count.slowestCpuMs].map((ms) => `${ms.toFixed(0)} ms`);
    console.log(`| ${[...cells, ...times, `${count.peakMb} MB`].join(" | ")} |`);
    for (const crash of count.crashes) console.error(crash);
    if (crashed > 0 || count.slowestCpuMs > MOST_CPU_MS || count.peakMb > MOST_MB) {
      console.error(`${name}: input ${count.slowestInput} of seed ${values.seed} took most time`);
      process.exitCode = 1;
    }
  }
}

/** What a reader's process counted, or how it ended instead, in words. */
function watched(name: string): Promise<FuzzCount | string> {
  const { inputs, seed } = values;
  const given = ["bench/fuzz", "--reader", name, "--inputs", inputs, "--seed", seed];
  const child = spawn(process.execPath, ["kingmaker.cjs", ...given], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, NODE_OPTIONS: `--max-old-space-size=${MOST_MB}` },
  });
  let at = 0;
  let count: FuzzCount | null = null;
  const kill = (): void => void child.kill("SIGKILL");
  let watch = setTimeout(kill, HUNG_MS);
  child.on("message", (told: number | FuzzCount) => {
    clearTimeout(watch);
    watch = setTimeout(kill, HUNG_MS);
    if (typeof told === "number") at = told;
    else count = told;
  });
  return new Promise((done) =>
    child.once("close", (code, signal) => {
      clearTimeout(watch);
      done(count ?? `ended with ${signal ?? code} at input ${at} of seed ${seed}`);
    }),
  );
}
