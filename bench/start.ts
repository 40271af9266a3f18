/**
 * npm run bench:start [-- --other DIR --rounds 20]: what a command costs before it does anything: CPU
 * seconds (user and system, children included) and wall seconds of the whole process, through npm as a
 * user types it. With --other another checkout, its packages installed, takes its turn after each of
 * ours, and the ratio of both is given. The Node that runs this runs everything.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { timed } from "./timed.ts";

/** Mean seconds a run: GNU time counts hundredths, so that single runs would be coarse. */
type Cost = { readonly cpuS: number; readonly wallS: number };

const { values } = parseArgs({
  options: { other: { type: "string" }, rounds: { type: "string", default: "20" } },
});
const rounds = Number(values.rounds);
const env = { PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` };
const folder = mkdtempSync(join(tmpdir(), "kingmaker-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const workspace = join(folder, "workspace");
const idle = join(folder, "idle");
for (const made of [workspace, idle]) mkdirSync(made);
writeFileSync(join(idle, "package.json"), JSON.stringify({ scripts: { idle: "true" } }));

const ROWS: readonly (readonly [name: string, ...words: string[]])[] = [
  ["status --help", "status", "--", "--help"],
  ["status, empty folder", "status", "--", "--root", workspace],
  ["stage:king --help", "stage:king", "--", "--help"],
  ["stage:king, empty folder", "stage:king", "--", "--root", workspace],
];

console.log(`Node ${process.version}, ${rounds} rounds, means of a run\n`);
console.log(`Node alone: ${shown(await repeated(() => costOf("node", ["-e", "0"])))}`);
console.log(`npm alone:  ${shown(await repeated(() => npmRun(idle, "idle")))}\n`);
for (const [name, ...words] of ROWS) await compare(name, words);

async function compare(name: string, words: readonly string[]): Promise<void> {
  const ours: Cost[] = [];
  const others: Cost[] = [];
  // The first round fills the caches of both and does not count.
  for (let round = 0; round <= rounds; round++) {
    const one = await npmRun(process.cwd(), ...words);
    const other = values.other === undefined ? null : await npmRun(resolve(values.other), ...words);
    if (round === 0) continue;
    ours.push(one);
    if (other !== null) others.push(other);
  }
  console.log(`${name.padEnd(26)}${shown(mean(ours))}`);
  if (others.length === 0) return;
  const ratio = mean(ours).cpuS / mean(others).cpuS;
  console.log(`${"  the other checkout".padEnd(26)}${shown(mean(others))}`);
  console.log(`${"  CPU ratio".padEnd(26)}${ratio.toFixed(2)}`);
}

function npmRun(project: string, ...words: readonly string[]): Promise<Cost> {
  return costOf("npm", ["--prefix", project, "run", "-s", ...words]);
}

async function costOf(program: string, args: readonly string[]): Promise<Cost> {
  const { cpuS, wallMs } = await timed(program, args, env);
  return { cpuS, wallS: wallMs / 1000 };
}

async function repeated(run: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < rounds; round++) costs.push(await run());
  return mean(costs);
}

function mean(costs: readonly Cost[]): Cost {
  const of = (pick: (cost: Cost) => number): number =>
    costs.reduce((sum, cost) => sum + pick(cost), 0) / costs.length;
  return { cpuS: of((cost) => cost.cpuS), wallS: of((cost) => cost.wallS) };
}

function shown({ cpuS, wallS }: Cost): string {
  return `${cpuS.toFixed(3)} CPU s, ${wallS.toFixed(3)} s`;
}
