/**
 * npm run bench:formats [N]: sessions of 1 MB each, in Claude Code's shape, to turns: CPU and peak memory
 * of the whole process for two numbers of files, with and without masking secrets.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sessionText } from "./formats-sessions.ts";
import { timed } from "./timed.ts";

const most = Number(process.argv[2] ?? 400);
const folder = mkdtempSync(join(tmpdir(), "kingmaker-formats-"));

try {
  process.stdout.write("| sessions of 1 MB | | turns | CPU s | CPU s per 2,000 | peak RSS, MB |\n");
  process.stdout.write("| --- | --- | --- | --- | --- | --- |\n");
  for (const count of [Math.round(most / 4), most]) {
    const own = join(folder, String(count));
    mkdirSync(own);
    for (let at = 0; at < count; at++) {
      writeFileSync(join(own, `session-${at}.jsonl`), sessionText(at));
    }
    for (const how of ["read", "masked"]) {
      const worker = join(import.meta.dirname, "formats-worker.ts");
      const run = await timed(process.execPath, ["--import", "tsx", worker, own, how]);
      if (run.code !== 0) throw new Error(`the reader ended with ${String(run.code)}`);
      const per = ((run.cpuS / count) * 2000).toFixed(1);
      process.stdout.write(
        `| ${count} | ${how} | ${run.out.trim()} | ${run.cpuS.toFixed(1)} | ${per} | ${run.rssMb.toFixed(0)} |\n`,
      );
    }
    rmSync(own, { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
