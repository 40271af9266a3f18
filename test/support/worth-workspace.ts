/** A workspace of judged turns: every second one won by the challenger, the others by the king. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { report } from "../../src/stages/report.ts";
import { validate } from "../../src/stages/validate.ts";
import { scriptedChat } from "./chat.ts";
import { OPTIONS, testConfig, testDeps } from "./deps.ts";
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
