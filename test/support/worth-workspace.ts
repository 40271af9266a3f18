/** A workspace of judged turns: every second one won by the challenger, the others by the king. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { report } from "../../src/stages/report.ts";
import { validate } from "../../src/stages/validate.ts";
import { scriptedChat } from "./chat.ts";
import { OPTIONS, testConfig, testDeps } from "./deps.ts";
import { trainsWell } from "./fake-trainer.ts";
import { tempProject } from "./project.ts";

export const WORTH_TOML = `[judge]
models = ["judge-a", "judge-b"]
thinking_models = []
`;

const block = (thought: string, command: string): string =>
  `THOUGHT: ${thought}\n\n\`\`\`bash\n${command}\n\`\`\``;

/** Answers of a turn, told apart by what they do; turn `at` is of repository `at % repos`. */
export const saidIn = (at: number): { king: string; challenger: string; assistant: string } => ({
  king: block("I look around.", `ls src/part${at}`),
  challenger: block("The test names the file.", `cat src/part${at}.py`),
  assistant: block("I read it.", `sed -n 1,40p src/part${at}.py`),
});

function answerAt(at: number, repos: number): object {
  const repo = at % repos;
  return {
    instance_id: `owner${repo}__repo${repo}-${at}`,
    repo: `owner${repo}/repo${repo}`,
    turn: Math.floor(at / repos) % 3,
    ...saidIn(at),
    messages: [
      { role: "system", content: "You are an agent. Answer with a THOUGHT and one bash block." },
      { role: "user", content: `task ${at}` },
    ],
  };
}

/** 75 turns of 25 repositories, three each: won and lost in every one. */
const TURNS = 75;
const REPOS = 25;

let judgedOnce: Promise<string> | null = null;

afterAll(async () => {
  if (judgedOnce !== null) rmSync(await judgedOnce, { recursive: true, force: true });
  judgedOnce = null;
});

/**
 * Judged and sorted: challengers of even turns are in final/, of odd ones in defeat/. A copy of its own for
 * every caller.
 */
export async function worthWorkspace(): Promise<string> {
  judgedOnce ??= (async () => {
    const root = mkdtempSync(join(tmpdir(), "kingmaker-worth-"));
    cpSync(await judged(TURNS, REPOS), root, { recursive: true });
    return root;
  })();
  return tempProject({}, await judgedOnce);
}

/**
 * What a Python side does for `worth`.
 * @param right `(arm, seed, row) => boolean`, as JavaScript: the checkpoint does what the reference does
 * @param stopAfter jobs after which it ends as if it was stopped
 */
export const worthJobs = (right: string, stopAfter = 999): Readonly<Record<string, string>> => ({
  estimate: ESTIMATE,
  jobs: jobs(right, stopAfter),
});

// ---------------------------------------------------------------------------------------------

async function judged(turns: number, repos: number): Promise<string> {
  const answers = Array.from({ length: turns }, (_, at) => [
    `answer/prompts_${turns}_001_${at + 1}.json`,
    answerAt(at, repos),
  ]);
  const root = tempProject({ "chain.toml": WORTH_TOML, ...Object.fromEntries(answers) });
  const chat = scriptedChat(({ messages }) => {
    const text = messages.map(({ content }) => content).join("\n");
    const isFirst = text.lastIndexOf("The test names") < text.lastIndexOf("I look around");
    const isWon = Number(/task (\d+)/.exec(text)?.[1] ?? 0) % 2 === 0;
    const won = isWon === isFirst ? 1 : 2;
    const metrics = ["correctness", "grounding", "progress", "protocol", "efficiency"];
    return JSON.stringify({
      ...Object.fromEntries(metrics.map((name) => [name, won])),
      reason: "so",
    });
  });
  const config = testConfig(root, WORTH_TOML);
  const deps = testDeps(root, chat);
  await validate(config, deps, OPTIONS);
  await report(config, deps, OPTIONS);
  return root;
}

const ESTIMATE = `tell({ event: "estimate", device: "cpu", rows: 4, longest: 50, tokens: 160, steps: 2, weights: 3000000000, trained_weights: 30000000, hours: 0.5, memory_gb: 14.2 }); end(0);`;

/** Each job as the real side leaves it; \`right(arm, seed, row)\`: does the checkpoint do what the reference does? */
const jobs = (right: string, stopAfter: number): string => `
const list = run.jobs;
for (const [at, job] of list.entries()) {
  if (at >= ${stopAfter}) end(130);
  tell({ event: "job", at, jobs: list.length });
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
  if (run.sampling.count > 0) write("answers.jsonl", head + rows.map((one, row) => JSON.stringify({ row, model: "checkpoint", text: right(arm, Number(seed), row) ? one.completion[0].content : "THOUGHT: x\\n\\n\`\`\`bash\\ngit push\\n\`\`\`" }) + "\\n").join(""));
  tell({ event: "scored_all", rows: rows.length });
}
end(0);`;
