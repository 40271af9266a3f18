/**
 * npm run bench:rows: rows of bash text to turns, as a draw reads them, beside another checkout in the same
 * run. Each measurement is a process of its own: CPU seconds and peak memory, the median of the rounds.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";

const command = stageCommand({
  name: "bench:rows",
  about:
    "Reads rows of bash text (the real ones of the tests, repeated) to turns and prints CPU and memory; with --beside also those of another checkout of this project.",
  example: "npm run bench:rows -- --beside ../kingmaker-before",
})
  .option("--rows <n>", "rows", "20000")
  .option("--rounds <n>", "measurements of each checkout", "5")
  .option("--beside <dir>", "another checkout, with its packages installed");

type Flags = CommonFlags & {
  readonly rows: string;
  readonly rounds: string;
  readonly beside?: string;
};

/** Runs in the child: `root` is the checkout whose code reads. Written for builds with and without a door. */
const CHILD = `
const [root, file] = process.argv.slice(1);
const load = (path) => import(new URL(path, root).href);
const shapes = await load("src/core/sample/shapes.ts");
const turns = await load("src/core/sample/turns.ts");
const { seededRng } = await load("src/core/random.ts");
const { openJsonl } = await load("src/io/jsonl.ts");
const door = await load("src/core/sample/door.ts").catch(() => null);
const settings = { style: "auto", reasoning: "drop", media: "drop" };
const open = await openJsonl(file, { skipBad: false });
const start = process.cpuUsage();
let kept = 0;
for (let from = 0; from < open.rows; from += 64) {
  const at = Array.from({ length: Math.min(64, open.rows - from) }, (_, n) => from + n);
  for (const { row } of await open.read(at)) {
    const run = shapes.trajectoryOf(row, door === null ? "text" : "keep", "row");
    const turn = run.ok ? turns.drawTurn(run.value, 10, seededRng(42, String(kept))) : run;
    if (!turn.ok) continue;
    if (door !== null && !door.enter(turn.value, run.value.run.drops, settings).ok) continue;
    kept++;
  }
}
const { user, system } = process.cpuUsage(start);
console.log(JSON.stringify({ kept, cpu: (user + system) / 1e6, rss: process.resourceUsage().maxRSS / 1024 }));
`;

type Figures = { readonly kept: number; readonly cpu: number; readonly rss: number };

await runScript(() => {
  const { rows, rounds, beside } = parseFlags<Flags>(command, process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-rows-"));
  try {
    const file = join(folder, "rows.jsonl");
    writeFileSync(file, bashRows(Number(rows)).join("\n"));
    const roots = ["here", ...(beside === undefined ? [] : [beside])];
    const measured = new Map<string, Figures[]>(roots.map((root) => [root, []]));
    for (let round = 0; round < Number(rounds); round++) {
      for (const root of roots) measured.get(root)?.push(measure(root, file));
    }
    for (const [root, figures] of measured) {
      process.stdout.write(
        `${root}: ${figures[0]?.kept ?? 0} turns, ${median(figures.map(({ cpu }) => cpu)).toFixed(2)} CPU s, ${median(figures.map(({ rss }) => rss)).toFixed(0)} MB\n`,
      );
    }
    return Promise.resolve(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

// ---------------------------------------------------------------------------------------------

function bashRows(count: number): string[] {
  const real = readFileSync("test/fixtures/real/trajectories.jsonl", "utf8").trim().split("\n");
  return Array.from({ length: count }, (_, n) => {
    const row = JSON.parse(real[n % real.length] ?? "{}") as { messages: { content: string }[] };
    const messages = row.messages
      .slice(0, 24)
      .map((message) => ({ ...message, content: (message.content ?? "").slice(0, 1500) }));
    return JSON.stringify({ ...row, instance_id: `owner__name-${n}`, messages });
  });
}

function measure(root: string, file: string): Figures {
  const at = root === "here" ? process.cwd() : resolve(root);
  if (!existsSync(join(at, "node_modules"))) throw new Error(`${at} has no packages`);
  const base = `${pathToFileURL(at).href}/`;
  const child = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", CHILD, base, file],
    { cwd: at, encoding: "utf8" },
  );
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as Figures;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
