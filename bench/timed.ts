/** A command as a whole process, measured by GNU time. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Timed = {
  readonly code: number | null;
  /** What it wrote to stdout; stderr is passed on. */
  readonly out: string;
  readonly wallMs: number;
  /** Seconds, of it and its children. */
  readonly cpuS: number;
  /** Peak, megabytes. */
  readonly rssMb: number;
};

/** Runs a program to its end. */
export async function timed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Timed> {
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-time-"));
  const report = join(folder, "time");
  const started = performance.now();
  const child = spawn("/usr/bin/env", ["time", "-f", "%U %S %M", "-o", report, program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  let out = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const wallMs = performance.now() - started;
  const said = existsSync(report) ? readFileSync(report, "utf8").trim().split("\n").at(-1) : "";
  rmSync(folder, { recursive: true });
  const [user = 0, system = 0, kilobytes = 0] = (said ?? "").split(" ").map(Number);
  return { code, out, wallMs, cpuS: user + system, rssMb: kilobytes / 1024 };
}
