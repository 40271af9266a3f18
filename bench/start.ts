/**
 * npm run bench:start [-- --other DIR --rounds 20]: what a command costs before it does anything: CPU
 * seconds (user and system, children included) and wall seconds of the whole process, through npm as a
 * user types it. `view` ends as soon as it listens, on an empty folder and on the demo; `npm start`, which does much,
 * takes a quarter of the rounds. With --other another checkout, its packages installed, takes its turn after each of
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

type Run = (project: string) => Promise<Cost>;

const ROWS: readonly (readonly [name: string, run: Run, share?: number])[] = [
  ["status --help", npmRun("status", "--", "--help")],
  ["status, empty folder", npmRun("status", "--", "--root", workspace)],
  ["stage:king --help", npmRun("stage:king", "--", "--help")],
  ["stage:king, empty folder", npmRun("stage:king", "--", "--root", workspace)],
  [
    "npm start",
    (project) => inFolder(idle, `npm --prefix "${project}" start -s >/dev/null 2>&1`),
    0.25,
  ],
  ["view, empty folder", viewed(workspace)],
  ["view, the demo", viewed(join(idle, "demo"))],
];

console.log(`Node ${process.version}, ${rounds} rounds, means of a run\n`);
console.log(`Node alone: ${shown(await repeated(() => costOf("node", ["-e", "0"])))}`);
console.log(`npm alone:  ${shown(await repeated(() => npmRun("idle")(idle)))}\n`);
for (const [name, run, share = 1] of ROWS) await compare(name, run, Math.ceil(rounds * share));

async function compare(name: string, run: Run, times: number): Promise<void> {
  const ours: Cost[] = [];
  const others: Cost[] = [];
  // The first round fills the caches of both and does not count.
  for (let round = 0; round <= times; round++) {
    const one = await run(process.cwd());
    const other = values.other === undefined ? null : await run(resolve(values.other));
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

function npmRun(...words: readonly string[]): Run {
  return (project) => costOf("npm", ["--prefix", project, "run", "-s", ...words]);
}

function inFolder(folder: string, line: string): Promise<Cost> {
  return costOf("bash", ["-c", `cd "${folder}" && ${line}`]);
}

/** The viewer until it says where it listens. */
function viewed(root: string): Run {
  return (project) =>
    inFolder(
      project,
      `coproc V { exec node kingmaker.cjs view --root "${root}" --port 0; }; pid=$V_PID
       while read -r -u "\${V[0]}" line; do [[ $line == open* ]] && kill "$pid"; done; wait "$pid"`,
    );
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
