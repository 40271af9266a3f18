/** The Python side of `worth` as a script: trains each arm, and writes answers that are right where a test says so. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runsInside } from "../../src/command/wiring.ts";
import type { WorthOptions } from "../../src/stages/worth.ts";
import { OPTIONS } from "./deps.ts";
import { fakeTrainer, trainsWell, type FakeTrainer } from "./fake-trainer.ts";

export const wishFor = (root: string): Omit<WorthOptions, "python"> => ({
  ...OPTIONS,
  arms: ["reference", "king", "challenger", "winner"],
  buckets: false,
  seeds: 5,
  heldOut: 0.3,
  answers: 200,
  maxNewTokens: 64,
  batchTokens: 4096,
  gymTasks: 50,
  gymRuns: 1,
  model: "owner/model",
  cpu: true,
  estimate: false,
  allowBenchmarks: false,
  yes: true,
  agree: () => Promise.resolve(null),
  inside: runsInside({ ...OPTIONS, root, json: true, yes: true }),
});

/** The winner's arm is right where others are, and on more rows; seeds differ a little. */
export const BETTER = `(arm, seed, row) => (row * 7 + seed) % 10 < (arm === "winner" ? 8 + row % 2 : 3 + row % 3)`;
export const SAME = `(arm, seed, row) => (row * 7 + seed * 3 + arm.length) % 10 < 5`;

/** What an answer that is not right says. */
export const WRONG = "THOUGHT: x\n\n```bash\ngit push\n```";

/** @param right does the arm's checkpoint of that seed do what the reference does in that row? */
export const worthTrainer = (
  right: string,
  stopAfter?: number,
  more: Readonly<Record<string, string>> = {},
): FakeTrainer => fakeTrainer({ estimate: ESTIMATE, jobs: jobs(right, stopAfter), ...more });

/** The same, and it can be told to stand still at the begin of a job until whoever started it is gone. */
export function holdingTrainer(
  right: string,
): FakeTrainer & { readonly holdAt: (job: number | null) => void } {
  const trainer = fakeTrainer({ estimate: ESTIMATE, jobs: jobs(right) });
  const path = join(dirname(trainer.python), HOLD);
  const holdAt = (job: number | null): void => writeFileSync(path, String(job ?? ""));
  return { ...trainer, holdAt };
}

// ---------------------------------------------------------------------------------------------

const HOLD = "hold.txt";

const ESTIMATE = `tell({ event: "estimate", device: "cpu", rows: 4, longest: 50, tokens: 160, steps: 2, weights: 3000000000, trained_weights: 30000000, hours: 0.5, memory_gb: 14.2 }); end(0);`;

/** Each job as the real side leaves it; \`right(arm, seed, row)\`: does the checkpoint do what the reference does? */
const jobs = (right: string, stopAfter = 999): string => `
const list = run.jobs;
for (const [at, job] of list.entries()) {
  if (at >= ${stopAfter}) end(130);
  tell({ event: "job", at, jobs: list.length });
  const hold = path.join(path.dirname(process.argv[1]), "${HOLD}");
  if (fs.existsSync(hold) && fs.readFileSync(hold, "utf8") === String(at)) {
    for (const parent = process.ppid; process.ppid === parent; ) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    end(1);
  }
  const run = JSON.parse(fs.readFileSync(job.run, "utf8"));
  const write = (name, text) => { fs.mkdirSync(run.output, { recursive: true }); fs.writeFileSync(path.join(run.output, name), text); };
  if (job.command === "train") {
    const end = () => {};
    ${trainsWell(1).replace("end(0);", "")}
    continue;
  }
  const rows = fs.readFileSync(run.files[0], "utf8").trim().split("\\n").map((line) => JSON.parse(line));
  const [, arm, seed] = /worth-(\\w+)-s(\\d+)$/.exec(run.checkpoint);
  const right = ${right};
  const head = JSON.stringify({ run_hash: run.run_hash }) + "\\n";
  write("figures.jsonl", head + rows.map((_, row) => JSON.stringify({ row, side: "", model: "checkpoint", nll: arm === "challenger" ? 5 + ((row * 5) % 7) / 10 : 10 + ((row * 7) % 11) / 5, tokens: 10, prompt_tokens: 9 }) + "\\n").join(""));
  if (run.sampling.count > 0) write("answers.jsonl", head + rows.map((one, row) => JSON.stringify({ row, model: "checkpoint", text: right(arm, Number(seed), row) ? one.completion[0].content : ${JSON.stringify(WRONG)} }) + "\\n").join(""));
  tell({ event: "scored_all", rows: rows.length });
}
end(0);`;
