/**
 * npm run bench:view [-- --turns 10000 --root DIR]: how quick the viewer is. Starts `kingmaker view` as a process on a
 * workspace that was never looked at, and again on what the first left behind, and asks it over loopback. The workspace
 * is made by bench:scale's maker in a temp folder; with --root it is made there, and stays.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { counted } from "../src/core/report/format.ts";
import { FACTS_FILES } from "../src/io/facts/facts.ts";
import { makeWorkspace } from "./scale-workspace.ts";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "10000" },
    chars: { type: "string", default: "2000" },
    root: { type: "string" },
  },
});
const REPEATS = 15;
const BUCKETS = ["final", "refined", "defeat"];
const turns = Number(values.turns);
const root = values.root ?? mkdtempSync(join(tmpdir(), "kingmaker-bench-view-"));
if (values.root === undefined) {
  process.once("exit", () => rmSync(root, { recursive: true, force: true }));
}
if (!existsSync(join(root, "answer"))) makeWorkspace(root, { turns, chars: Number(values.chars) });
const files = readdirSync(join(root, "answer")).filter((name) => name.endsWith(".json"));
console.log(`${files.length} turns, histories of ${values.chars} characters`);

for (const file of FACTS_FILES) rmSync(join(root, file), { force: true });
await round("first look");
await round("known");
for (const file of FACTS_FILES.filter((name) => name.startsWith("answer/")))
  console.log(`${file}: ${Math.round(statSync(join(root, file)).size / 1e6)} MB`);

async function round(name: string): Promise<void> {
  const started = performance.now();
  const since = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const viewer = spawn(process.execPath, ["kingmaker.cjs", "view", "--root", root, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await addressOf(viewer.stdout);
    const at = { url, pid: viewer.pid ?? 0 };
    console.log(
      `\n${name}: listening after ${since()}, ${(cpuMs(at.pid) / 1000).toFixed(1)} CPU s`,
    );
    await measure(at, "first page, at once", (n) => `?page=${1 + (n % 2)}`);
    for (;;) {
      const page = await (await fetch(url)).text();
      if (page.includes(`<h1>${counted(files.length, "duel")}</h1>`)) break;
      await setTimeout(200);
    }
    console.log(`all there after ${since()}, ${(cpuMs(at.pid) / 1000).toFixed(1)} CPU s`);
    await measure(at, "first page", (n) => `?page=${1 + (n % 2)}`);
    await measure(at, "one filter", (n) => `?bucket=${BUCKETS[n % 3]}&page=${n + 1}`);
    await measure(
      at,
      "three filters",
      (n) => `?bucket=refined&style=grep&repo=owner-${n}%2Fproject-${n}`,
    );
    await measure(at, "search, a rare word", (n) => `?q=handle_${100 + n}`);
    await measure(at, "search, a word of every turn", (n) => `?q=part_${1 + n}+first`);
    await measure(at, "a duel", (n) => `duel/${encodeURIComponent(files[n * 7] ?? "")}`);
    console.log(`peak memory ${peakMb(at.pid)}`);
  } finally {
    viewer.kill("SIGTERM");
    await new Promise((resolve) => viewer.once("close", resolve));
  }
}

/** Its output is read to the end: a command whose reader leaves ends. */
function addressOf(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdout });
    lines.on("line", (line) => {
      const url = /^open (\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    lines.once("close", () => reject(new Error("the viewer ended before it said its address")));
  });
}

async function measure(
  { url, pid }: { readonly url: string; readonly pid: number },
  what: string,
  path: (n: number) => string,
): Promise<void> {
  const times: number[] = [];
  const cpu = cpuMs(pid);
  for (let n = 0; n < REPEATS; n++) {
    const before = performance.now();
    const response = await fetch(`${url}${path(n)}`);
    await response.text();
    if (!response.ok) throw new Error(`${what}: ${response.status}`);
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  const ms = (value = 0): string => `${value.toFixed(0)} ms`;
  const spent = (cpuMs(pid) - cpu) / REPEATS;
  console.log(
    `${what}: median ${ms(times[Math.floor(REPEATS / 2)])}, worst ${ms(times.at(-1))}, ${spent.toFixed(1)} CPU ms each`,
  );
}

/** User and system, of all threads; hundredths of a second. 0 where there is no /proc. */
function cpuMs(pid: number): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return 0;
  const fields = readFileSync(path, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Of a process that is still there; Linux says it. */
function peakMb(pid: number): string {
  const path = `/proc/${pid}/status`;
  const line = existsSync(path) ? /VmHWM:\s+(\d+)/.exec(readFileSync(path, "utf8")) : null;
  return line === null ? "not known" : `${Math.round(Number(line[1]) / 1024)} MB`;
}
