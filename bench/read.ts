/**
 * npm run bench:read [-- --base COMMIT --seconds 3]: how many test logs a second are read, and the peak
 * RSS, beside an older commit where it can read the same. Each side is a process of its own; the older
 * one is laid out from git in the temporary folder, which is removed.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { timed } from "./timed.ts";

const { values } = parseArgs({
  options: {
    base: { type: "string", default: "2bbe7a7" },
    seconds: { type: "string", default: "3" },
  },
});

type Read = { readonly logs: number; readonly chars: number; readonly cpuS: number };

const folder = mkdtempSync(join(tmpdir(), "kingmaker-read-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const archive = execFileSync(
  "git",
  ["archive", values.base, "src", "package.json", "tsconfig.json"],
  {
    maxBuffer: 200_000_000,
  },
);
execFileSync("tar", ["-x", "-C", folder], { input: archive });
symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));

for (const size of ["as they are", "8 kB each"]) {
  console.log(`\nlogs ${size}`);
  const now = await side("now", "src/core/failure/read.ts", size);
  const base = await side(values.base, join(folder, "src/core/dataset/failure.ts"), size);
  console.log(`  ratio     ${(now / base).toFixed(2)} times as many logs a second`);
}

console.log("\ncommands and runs, a CPU second");
const older = await commands(values.base, folder);
const today = await commands("now", ".");
for (const [what, rate] of today) {
  const base = older.get(what);
  if (base !== undefined) console.log(`  ratio     ${what} ${(rate / base).toFixed(2)}`);
}
rmSync(folder, { recursive: true, force: true });

/** Commands and runs a second of CPU time; "fresh": each command once. */
async function commands(name: string, root: string): Promise<ReadonlyMap<string, number>> {
  const args = ["--import", "tsx", "bench/read-commands.ts", root];
  const { out, rssMb } = await timed(process.execPath, args);
  const read = JSON.parse(out) as Record<string, { count: number; cpuS: number }>;
  const rates = new Map(
    Object.entries(read).map(([what, { count, cpuS }]) => [what, count / cpuS]),
  );
  const words = [...rates].map(([what, rate]) => `${rate.toFixed(0)} ${what}`).join(", ");
  console.log(`  ${name.padEnd(9)} ${words}, peak RSS ${rssMb.toFixed(0)} MB`);
  return rates;
}

/** Logs a second of CPU time. */
async function side(name: string, module: string, size: string): Promise<number> {
  const { out, rssMb } = await timed(process.execPath, [
    "--import",
    "tsx",
    "bench/read-logs.ts",
    module,
    size,
    values.seconds,
  ]);
  const read = JSON.parse(out) as Read;
  const rate = read.logs / read.cpuS;
  const perLog = ((1000 * read.cpuS) / read.logs).toFixed(3);
  const chars = Math.round(read.chars / read.logs);
  console.log(
    `  ${name.padEnd(9)} ${rate.toFixed(0)} logs/s of CPU, ${perLog} ms a log of ${chars} characters, peak RSS ${rssMb.toFixed(0)} MB`,
  );
  return rate;
}
