/** What the king makes of refusals, each played to it by a server on the loopback. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { exitCodeOf } from "../../src/command/cli.ts";
import { openStore } from "../../src/io/store.ts";
import { king } from "../../src/stages/king.ts";
import type { StageSummary } from "../../src/work.ts";
import { OPTIONS } from "../support/deps.ts";
import { kingWorld, promptsOf } from "../support/king-world.ts";
import { startLlmServer, type ScriptedAnswer } from "../support/llm-server.ts";
import { tempProject } from "../support/project.ts";
import { refusals, type Refused } from "../support/refusals.ts";

const GOOD = "THOUGHT: look.\n\n```bash\nls\n```";
const COUNT = 9;

type Ran = {
  readonly summary: StageSummary;
  readonly code: number;
  readonly dropped: string[];
  readonly answers: string[];
};

/** Runs the king on nine turns; `answer` by the number of the turn and of the request. */
async function run(
  root: string,
  answer: (turn: number, n: number) => ScriptedAnswer,
): Promise<Ran> {
  // Closed here and not when the test finishes: tests that run at the same time share such hooks.
  const server = await startLlmServer({
    latencyMs: 5,
    answer: ({ messages }, n) =>
      answer(Number(/task (\d+)/.exec(messages[0]?.content ?? "")?.[1]), n),
  });
  const world = kingWorld(root, server.url);
  const summary = await king(world.config, world.deps, OPTIONS);
  await world.close();
  await server.close();
  const store = openStore(root);
  return {
    summary,
    code: exitCodeOf(summary),
    dropped: await store.list("report/tries/king"),
    answers: await store.list("answer"),
  };
}

const roots: string[] = [];

function workspace(): string {
  const root = mkdtempSync(join(tmpdir(), "kingmaker-"));
  roots.push(root);
  mkdirSync(join(root, "prompt"));
  writeFileSync(join(root, "prompt/prompts_9_001.json"), JSON.stringify(promptsOf(COUNT)));
  return root;
}

afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

const asAnswer = ({ status, body, headers }: Refused): ScriptedAnswer => ({
  status,
  body,
  ...(headers === undefined ? {} : { headers }),
});
/** Whose fault each of them is, core's tests ask of all; here every fourth of the made ones is played. */
const rows = (want: string): (readonly [string, Refused])[] =>
  [...refusals("recorded"), ...refusals("made").filter((_, at) => at % 4 === 0)]
    .filter((row) => row.want === want)
    .map((row) => [row.who, row] as const);

test.concurrent.each(rows("settings"))("settings: %s", async (_who, row) => {
  const root = workspace();
  const refused = await run(root, () => asAnswer(row));
  expect(refused).toMatchObject({ code: 1, dropped: [], answers: [] });
  expect(refused.summary).toMatchObject({ kept: 0, dropped: {}, pending: COUNT });
  expect(refused.summary.to_mend?.[0]?.hint).toMatch(/\[|PROXY|doctor/);
  const mended = await run(root, () => GOOD);
  expect(mended).toMatchObject({ code: 0, dropped: [] });
  expect(mended.answers).toHaveLength(COUNT);
});

test.concurrent.each(rows("item"))("item: %s", async (_who, row) => {
  const { summary, code, dropped, answers } = await run(workspace(), (turn) =>
    turn === 1 ? asAnswer(row) : GOOD,
  );
  expect(summary).toMatchObject({ kept: COUNT - 1, dropped: { rejected: 1 }, pending: 0 });
  expect(code).toBe(0);
  expect(dropped).toEqual(["prompts_9_001_1.json"]);
  expect(answers).toHaveLength(COUNT - 1);
});

test.concurrent.each(rows("context"))("context: %s", async (_who, row) => {
  const root = workspace();
  const first = await run(root, (turn) => (turn === 4 ? asAnswer(row) : GOOD));
  expect(first).toMatchObject({ code: 2, dropped: [] });
  expect(first.summary).toMatchObject({ kept: COUNT - 1, dropped: {}, pending: 1 });
  const grown = await run(root, () => GOOD);
  expect(grown).toMatchObject({ code: 0, summary: { kept: COUNT, asked: 1 } });
});

test.concurrent.each(rows("retry"))(
  "retry: %s",
  async (_who, row) => {
    const { code, summary } = await run(workspace(), (_turn, n) => (n <= 3 ? asAnswer(row) : GOOD));
    expect(summary).toMatchObject({ kept: COUNT, dropped: {}, pending: 0 });
    expect(code).toBe(0);
  },
  60_000,
);

test.concurrent.each(rows("item"))(
  "the same words about the content for every turn file none: %s",
  async (_who, row) => {
    const root = workspace();
    const refused = await run(root, () => asAnswer(row));
    expect(refused).toMatchObject({ code: 1, dropped: [], answers: [] });
    expect(refused.summary).toMatchObject({ kept: 0, dropped: {}, pending: COUNT });
    expect(refused.summary.to_mend).toHaveLength(1);
    const mended = await run(root, () => GOOD);
    expect(mended).toMatchObject({ code: 0, dropped: [] });
  },
);

test("after every turn was refused for its content, the person is told of the filter", async () => {
  const words = "The prompt was flagged by our content policy";
  const { summary } = await run(workspace(), () => ({
    status: 400,
    body: { error: { message: words } },
  }));
  expect(summary.to_mend).toEqual([
    {
      message: `m: http_400: ${words}`,
      hint: expect.stringContaining("look at the filter of the account") as string,
    },
  ]);
});

test("one turn alone, refused in plain words about its content, is filed", async () => {
  const root = tempProject({ "prompt/prompts_1_001.json": promptsOf(1) });
  const refused = await run(root, () => ({
    status: 400,
    body: { error: { message: "flagged by our content policy", code: "content_filter" } },
  }));
  expect(refused.summary).toMatchObject({ dropped: { rejected: 1 }, pending: 0 });
  expect(refused.summary.to_mend).toBeUndefined();
});

test("one turn alone, refused without plain words, is not filed: nobody else was answered", async () => {
  const root = tempProject({ "prompt/prompts_1_001.json": promptsOf(1) });
  const refused = await run(root, () => ({ status: 400, body: { error: "Bad Request" } }));
  expect(refused).toMatchObject({ code: 1, dropped: [] });
  expect(refused.summary.to_mend).toEqual([
    {
      message: "m: http_400: Bad Request",
      hint: expect.stringContaining("[king].model") as string,
    },
  ]);
});

test("a key that is withdrawn in the midst of a run files nothing and ends with exit code 1", async () => {
  const root = workspace();
  const refused = await run(root, (turn) =>
    turn > 4 ? { status: 401, body: "Unauthorized" } : GOOD,
  );
  expect(refused).toMatchObject({ code: 1, dropped: [] });
  expect(refused.summary).toMatchObject({ kept: 4, pending: COUNT - 4 });
});

test("refusals come back faster than answers: the calls in flight are waited for before a model is closed", async () => {
  const root = workspace();
  const server = await startLlmServer({
    answer: ({ messages }) =>
      /task [1-4]\b/.test(messages[0]?.content ?? "")
        ? { status: 400, body: { error: "odd messages" } }
        : GOOD,
    latencyMs: 0,
    slowAnswersMs: 300,
  });
  onTestFinished(() => server.close());
  const world = kingWorld(root, server.url);
  const summary = await king(world.config, world.deps, OPTIONS);
  await world.close();
  expect(summary).toMatchObject({ kept: 5, dropped: { rejected: 4 }, pending: 0 });
});

test("an empty reply that repeats is asked five times, not nine", async () => {
  const root = tempProject({ "prompt/prompts_1_001.json": promptsOf(1) });
  let calls = 0;
  const ran = await run(root, () => {
    calls++;
    return { body: { choices: [{ message: { content: "" }, finish_reason: "stop" }] } };
  });
  expect(ran.summary.dropped).toEqual({ empty: 1 });
  expect(ran.code).toBe(1);
  expect(calls).toBe(5);
});
