/**
 * npm run bench:rollouts: what a step of a rollout costs beside the tests themselves, on tasks of a workspace's gym, and
 * how long a thousand rollouts take that are there already. Build tasks first (`npm run gym -- build`, `npm run test:gym`).
 */
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { loadConfig } from "../src/config.ts";
import { seededRng } from "../src/core/random.ts";
import { saidHash } from "../src/core/tasks/said.ts";
import { UserError } from "../src/errors.ts";
import { freshRun, readTasks } from "../src/gym/fresh-runs.ts";
import { openGym } from "../src/gym/open.ts";
import { scriptedPolicies } from "../src/gym/policies.ts";
import type { Sandbox } from "../src/gym/sandbox.ts";
import { openStore } from "../src/io/store.ts";
import { findPython } from "../src/trainer/python.ts";
import { timed } from "./timed.ts";

const command = stageCommand({
  name: "bench:rollouts",
  about:
    "Plays tasks of the gym with the scripted agent of skill 0.5, one at a time, a hundred rollouts (or --limit), and prints the CPU seconds of a step beside the tests' own (aim: median at most 2); then starts stage:rollout over a thousand rollouts that are filed (aim: at most 2 s).",
  example: "npm run bench:rollouts -- --root .cache/test-gym",
});

const PLAYED = 100;
const ROLLOUTS = 1000;
const K = 4;
const ANSWERS = ["challenger", "king"] as const;

/** Linux counts a process's time in hundredths of a second. */
const TICKS = 100;
const TESTS = /-m pytest|run-tests\.cjs|mocha\.js|^node /m;

type Used = { beside: number; tests: number; isWhole: boolean };

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const config = loadConfig(flags.root);
  const store = openStore(flags.root);
  // The quick ones first: what is measured is what stands beside their tests.
  const tasks = (await readTasks(store)).sort((a, b) => a.test_seconds - b.test_seconds);
  if (tasks.length === 0)
    throw new UserError(
      `bench:rollouts: no tasks in ${flags.root}/.cache/gym/tasks`,
      "build some with `npm run gym -- build`, or name another workspace with --root",
    );
  const { program } = await findPython({ oldest: 11, newest: 14 });
  const opened = await openGym(config, program);
  const used: Used = { beside: 0, tests: 0, isWhole: true };
  const gym = { ...opened, sandbox: counted(opened.sandbox, used) };
  const policyOf = scriptedPolicies(gym, 0.5, (purpose) => seededRng(1, purpose));
  const steps: number[] = [];
  const tests: number[] = [];
  const wanted = flags.limit ?? PLAYED;
  const all = Array.from({ length: Math.ceil(wanted / tasks.length) }, (_, at) =>
    tasks.map((task) => ({ task, n: at + 1 })),
  );
  for (const { task, n } of all.flat().slice(0, wanted)) {
    Object.assign(used, { beside: 0, tests: 0, isWhole: true });
    const before = process.cpuUsage();
    const path = `runs/bench-${task.id}-${n}.traj.json`;
    const how = { task, n, slot: 0, policy: "scripted:0.5", policyOf, maxSteps: 12, path };
    const run = await freshRun({ gym, store }, how);
    await store.remove(path);
    // A command that was ended by its limits says nothing of what it used.
    if (run === null || !used.isWhole) continue;
    const { user, system } = process.cpuUsage(before);
    steps.push(((user + system) / 1e6 + used.beside) / Math.max(1, run.turns));
    tests.push(used.tests / Math.max(1, run.turns));
    process.stderr.write(`${task.id} ${steps.at(-1)?.toFixed(3)} ${tests.at(-1)?.toFixed(3)}\n`);
  }
  say(
    `${steps.length} of ${wanted} rollouts of ${tasks.length} tasks (${gym.sandbox.kind}): CPU s a step beside the tests: median ${median(steps).toFixed(3)}, nine in ten ${share(steps, 0.9).toFixed(3)}, most ${Math.max(...steps).toFixed(3)}; of the tests: median ${median(tests).toFixed(3)}`,
  );
  const resumed = await resume();
  say(
    `${ROLLOUTS} rollouts that are there: ${(resumed.wallMs / 1000).toFixed(2)} s wall, ${resumed.cpuS.toFixed(2)} CPU s, ${resumed.rssMb.toFixed(0)} MB, the start of Node included`,
  );
  return resumed.code ?? 1;
});

/** Every command says what it used: the sandbox's first process and its shells, and what they waited for. */
function counted(sandbox: Sandbox, used: Used): Sandbox {
  return {
    ...sandbox,
    async run(call, slot) {
      const folder = mkdtempSync(join(tmpdir(), "kingmaker-cpu-"));
      const uid = sandbox.uidOf(slot ?? 0);
      if (uid !== null) chownSync(folder, uid, uid);
      const said = "{ times; cut -d' ' -f14,15 /proc/1/stat; } > /gym/cpu/said";
      const wrapped = `(${call.command}\n)\ncode=$?\n${said}\nexit $code`;
      const mount = { from: folder, to: "/gym/cpu", writable: true };
      const mounts = [...call.mounts, mount];
      try {
        const ended = await sandbox.run({ ...call, command: wrapped, mounts }, slot);
        const file = join(folder, "said");
        if (!existsSync(file)) {
          used.isWhole = false;
          return ended;
        }
        const text = readFileSync(file, "utf8");
        const [own1 = 0, own2 = 0, below1 = 0, below2 = 0] = [
          ...text.matchAll(/(\d+)m([\d.]+)s/g),
        ].map(([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds));
        const ticks = (text.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
        const first = ticks.reduce((sum, one) => sum + one, 0) / TICKS;
        used.beside += own1 + own2 + first;
        used[TESTS.test(call.command) ? "tests" : "beside"] += below1 + below2;
        return ended;
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

const median = (values: readonly number[]): number => share(values, 0.5);

/** The value that such a share of them stays below. */
function share(values: readonly number[], of: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * of)] ?? Number.NaN;
}

/** A workspace whose rollouts are all there, and the whole command over it. */
async function resume() {
  const root = mkdtempSync(join(tmpdir(), "kingmaker-rollouts-"));
  for (const folder of ["answer", "outcome"]) mkdirSync(join(root, folder));
  const say = (n: number): string => `THOUGHT: so.\n\n\`\`\`bash\nls ${n}\n\`\`\``;
  for (let n = 0; n < ROLLOUTS / K / ANSWERS.length; n++) {
    const texts = { challenger: say(n), king: say(n + 1) };
    const messages = [{ role: "user", content: `mend it (task gym__x-${n})` }];
    const answer = { schema: 2, instance_id: `gym__x-${n}`, ...texts, assistant: "", messages };
    const [first, ...beside] = ANSWERS.map((who) => ({
      answer: who,
      k: K,
      passes: n % (K + 1),
      turns: Array.from({ length: K }, () => 3),
      why: Array.from({ length: K }, () => "submitted"),
      runs: Array.from({ length: K }, (_, at) => `outcome/runs/p_${n}/${who}-${at + 1}.traj.json`),
      said_hash: saidHash(texts[who]),
      names_solution: false,
    }));
    const file = `p_${n}.json`;
    const about = { schema: 2, file, instance_id: answer.instance_id, repo: `gym/x${n}` };
    const replayed = { steps: 2, same: 2 };
    const outcome = { ...about, policy: "scripted:0.5", replayed, ...first, beside };
    writeFileSync(join(root, "answer", file), JSON.stringify(answer));
    writeFileSync(join(root, "outcome", file), JSON.stringify(outcome));
  }
  try {
    return await timed(process.execPath, ["kingmaker.cjs", "rollout", "--root", root]);
  } finally {
    rmSync(root, { recursive: true });
  }
}
