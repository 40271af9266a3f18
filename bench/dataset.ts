/**
 * npm run bench:dataset [-- --rows 20000,200000 --repeat 3]: the repair builder and a straightforward
 * Python script side by side on the same generated logs; wall time and peak RSS, and their ratios.
 * The logs go to the temporary folder and are removed.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeRepairLogs } from "./repair-logs.ts";

type Measured = { readonly seconds: number; readonly peakMb: number };

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "20000,200000" },
    repeat: { type: "string", default: "3" },
  },
});
const ours = new Map<number, Measured>();
for (const rows of values.rows.split(",").map(Number)) {
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const input = join(folder, "logs.jsonl");
  const bytes = writeRepairLogs(input, rows);
  console.log(`\n${rows} rows, ${(bytes / 1e6).toFixed(0)} MB`);
  const [kingmaker, python] = await sideBySide(folder, input, Number(values.repeat));
  ours.set(rows, kingmaker);
  console.log(`  kingmaker ${shown(kingmaker)}`);
  console.log(`  python    ${shown(python)}`);
  console.log(
    `  ratio     wall ${(kingmaker.seconds / python.seconds).toFixed(2)}, peak RSS ${(kingmaker.peakMb / python.peakMb).toFixed(2)}`,
  );
  console.log(`  counts    ${counts(join(folder, "dataset/repair"))}`);
  console.log(`  python's  ${counts(join(folder, "python"))}`);
  rmSync(folder, { recursive: true, force: true });
}
const peaks = [...ours.values()].map((one) => one.peakMb);
if (peaks.length > 1) {
  const growth = (peaks.at(-1) ?? 0) / (peaks[0] ?? 1) - 1;
  console.log(`\npeak RSS from the smallest to the largest: ${(growth * 100).toFixed(0)} % more`);
}

/** The median run of each by wall time, alternating, so that both see the same machine. */
async function sideBySide(
  folder: string,
  input: string,
  repeat: number,
): Promise<[Measured, Measured]> {
  const runs: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < repeat; round++) {
    const out = ["--root", folder, "--input", input, "--format", "chatml", "--force"];
    runs[0].push(await measured(process.execPath, ["kingmaker.cjs", "repair", ...out]));
    runs[1].push(
      await measured("python3", ["bench/repair_baseline.py", input, join(folder, "python")]),
    );
  }
  return [median(runs[0]), median(runs[1])];
}

/** Runs a command; the peak is the kernel's VmHWM, looked at every 10 ms. */
async function measured(command: string, args: readonly string[]): Promise<Measured> {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  let peakKb = 0;
  const timer = setInterval(() => {
    peakKb = Math.max(peakKb, peakOf(child.pid ?? 0));
  }, 10);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return { seconds: (performance.now() - start) / 1000, peakMb: peakKb / 1024 };
}

function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  } catch {
    return 0; // It has ended between two looks.
  }
}

function median(runs: readonly Measured[]): Measured {
  const sorted = runs.toSorted((a, b) => a.seconds - b.seconds);
  return sorted[Math.floor(sorted.length / 2)] ?? { seconds: 0, peakMb: 0 };
}

function shown({ seconds, peakMb }: Measured): string {
  return `${seconds.toFixed(2)} s, ${peakMb.toFixed(0)} MB`;
}

function counts(folder: string): string {
  const stats = JSON.parse(readFileSync(join(folder, "dataset_stats.json"), "utf8")) as Record<
    string,
    unknown
  >;
  return ["after_filter", "augmented_pairs", "train_size", "val_size", "filter_reasons"]
    .map((name) => `${name} ${JSON.stringify(stats[name])}`)
    .join(", ");
}
