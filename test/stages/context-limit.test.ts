/** A server's context limit over several runs, through everything that a script puts together. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { exitCodeOf } from "../../src/command/cli.ts";
import { openModels } from "../../src/command/models.ts";
import { openStore } from "../../src/io/store.ts";
import { probeFolders } from "../../src/io/probe-folders.ts";
import { openJournal } from "../../src/io/journal.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { triesSchema } from "../../src/records/tries.ts";
import { king } from "../../src/stages/king.ts";
import type { StageOptions, StageSummary } from "../../src/work.ts";
import { replyOf, silentProgress } from "../support/chat.ts";
import { KEY, loopToml } from "../support/client.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { promptsOf } from "../support/king-world.ts";
import { startLlmServer, type LlmServer, type ScriptedAnswer } from "../support/llm-server.ts";
import { tempProject } from "../support/project.ts";

const GOOD = "THOUGHT: look.\n\n```bash\nls\n```";
const OVER: ScriptedAnswer = {
  status: 400,
  body: {
    error: {
      message: "request (9121 tokens) exceeds the available context size (4096 tokens)",
      type: "exceed_context_size_error",
      n_prompt_tokens: 9121,
      n_ctx: 4096,
    },
  },
};

async function server(
  answer: (turn: number) => ScriptedAnswer,
  models: readonly unknown[] = [],
): Promise<LlmServer> {
  const started = await startLlmServer({
    answer: ({ messages }) => answer(Number(/task (\d+)/.exec(messages[0]?.content ?? "")?.[1])),
    models,
    usage: { prompt_tokens: 10, completion_tokens: 5 },
  });
  onTestFinished(() => started.close());
  return started;
}

function workspace(url: string, more = ""): string {
  return tempProject({
    "prompt/prompts_6_001.json": promptsOf(6),
    "chain.toml": `${loopToml(url)}${more}[king]\nprovider = "loop"\nmodel = "m"\n`,
    ".env": `LOOP_KEY=${KEY}\n`,
  });
}

/** One run of stage:king as the script makes it. */
async function run(root: string, options: Partial<StageOptions> = {}): Promise<StageSummary> {
  const { signal } = new AbortController();
  const flags = { ...OPTIONS, ...options };
  const config = loadConfig(root, {});
  const now = (): Date => new Date();
  const models = openModels({
    config,
    stage: "king",
    now,
    progress: silentProgress,
    signal,
    flags,
  });
  try {
    return await king(
      config,
      { ...testDeps(root, () => Promise.reject(new Error("unused"))), engine: models.engine },
      flags,
    );
  } finally {
    await models.close();
  }
}

test("an item over the limit is asked once a run, set aside after three alike, and taken up by --retry", async () => {
  let limit = 4096;
  const { url, stats } = await server((turn) => (turn === 2 && limit < 9121 ? OVER : GOOD));
  const root = workspace(url);
  const first = await run(root);
  expect(first).toMatchObject({ kept: 5, pending: 1, dropped: {}, asked: 6 });
  expect(first.notes.join()).toContain("exceeds the available context size (4096 tokens)");
  expect(exitCodeOf(first)).toBe(2);
  expect(await run(root)).toMatchObject({ kept: 5, pending: 1, asked: 1 });
  const third = await run(root);
  expect(third).toMatchObject({ kept: 5, pending: 0, dropped: { context_too_long: 1 }, asked: 1 });
  expect(third.notes.join()).toContain("refused alike in 3 runs: set aside, --retry asks again");
  const before = stats.requests;
  expect(await run(root)).toMatchObject({ kept: 5, dropped: { context_too_long: 1 }, asked: 0 });
  expect(stats.requests).toBe(before);
  limit = 16_384;
  expect(await run(root, { retry: true })).toMatchObject({ kept: 6, dropped: {}, asked: 1 });
  expect(existsSync(join(root, "report/waiting.json"))).toBe(false);
});

test("a limit that has grown takes the items up by itself", async () => {
  let limit = 4096;
  const { url } = await server((turn) => (turn === 2 && limit < 9121 ? OVER : GOOD));
  const root = workspace(url);
  await run(root);
  await run(root);
  limit = 16_384;
  expect(await run(root)).toMatchObject({ kept: 6, pending: 0, asked: 1 });
});

test("a drop is bound to the settings: other settings ask again by themselves, the same do not", async () => {
  const { url } = await server((turn) => (turn === 2 ? OVER : GOOD));
  const root = workspace(url);
  for (let i = 0; i < 3; i++) await run(root);
  const toml = readFileSync(join(root, "chain.toml"), "utf8");
  writeFileSync(join(root, "chain.toml"), toml.replace("[king]", "max_concurrency = 3\n[king]"));
  expect(await run(root)).toMatchObject({ asked: 0, dropped: { context_too_long: 1 } });
  writeFileSync(
    join(root, "chain.toml"),
    toml.replace("[king]", "body = { num_ctx = 32768 }\n[king]"),
  );
  expect(await run(root)).toMatchObject({ asked: 1, pending: 1, dropped: {} });
});

test("a drop of an older workspace, which does not say under which settings, stays", async () => {
  const { url } = await server(() => GOOD);
  const root = workspace(url);
  const dropped = { reason: "no_block", detail: "x" };
  const old = { file: "prompts_6_001_2.json", instance_id: "a__b-2", tries: [], dropped };
  await openStore(root).write("report/tries/king/prompts_6_001_2.json", old);
  expect(await run(root)).toMatchObject({ kept: 5, dropped: { no_block: 1 }, asked: 5 });
});

test("prompts that are surely over the listed limit are not sent once a refusal has shown that it matters", async () => {
  const { url, stats } = await server(
    (turn) => (turn === 2 ? OVER : GOOD),
    [
      { id: "m", max_model_len: 4096 },
      { id: "other", max_model_len: 99_999 },
    ],
  );
  const root = workspace(url);
  await run(root);
  const long = promptsOf(6).map((prompt) => ({
    ...prompt,
    messages: [
      ...prompt.messages,
      { role: "assistant", content: "x" },
      { role: "user", content: "word ".repeat(20_000) },
    ],
  }));
  await openStore(root).write("prompt/prompts_6_002.json", long);
  writeFileSync(join(root, "prompt/prompts_6_003.json"), JSON.stringify(promptsOf(12).slice(6)));
  const before = stats.requests;
  const summary = await run(root);
  expect(summary).toMatchObject({ dropped: {} });
  expect(summary.pending).toBeGreaterThanOrEqual(1);
  expect(stats.requests - before).toBeLessThan(20);
});

test("an excluded instance is neither asked nor counted as answered", async () => {
  const { url, seen } = await server(() => GOOD);
  const root = workspace(url, "");
  const toml = readFileSync(join(root, "chain.toml"), "utf8");
  writeFileSync(join(root, "chain.toml"), `${toml}[source]\nexclude_ids = ["a__b-3"]\n`);
  expect(await run(root)).toMatchObject({ kept: 5, dropped: { excluded_id: 1 }, asked: 5 });
  expect(seen.some(({ body }) => body.messages[0]?.content === "task 3")).toBe(false);
});

test("a folder that cannot be written is said before the first call is paid", async () => {
  const { url, stats } = await server(() => GOOD);
  const root = workspace(url);
  // Listed as empty, and still nothing can be made in it.
  symlinkSync("/proc/self/no-such-folder", join(root, "answer"));
  await expect(run(root)).rejects.toThrow();
  expect(stats.requests).toBe(0);
});

test.each([
  ["king", "answer"],
  ["king", "report/tries/king"],
  ["challenger", "answer"],
  ["challenger", "answer_1"],
  ["validate", "score"],
  ["validate", "report"],
  ["refine", "score"],
  ["rollout", "outcome/runs"],
] as const)("%s asks nobody while %s cannot be written, and names it", async (stage, folder) => {
  const { url, stats } = await server(() => GOOD);
  const root = workspace(url);
  mkdirSync(join(root, "answer_1"));
  writeFileSync(join(root, "answer_1/a_1.json"), "{}");
  const config = loadConfig(root, {});
  const { signal } = new AbortController();
  const models = openModels({
    config,
    stage,
    now: () => new Date(),
    progress: silentProgress,
    signal,
    flags: OPTIONS,
  });
  const path = join(root, folder);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  symlinkSync("/proc/self/no-such-folder", path);
  const item = {
    stage,
    key: `${stage}/a_1.json/1`,
    role: "king",
    request: {
      provider: "loop",
      model: "m",
      messages: [{ role: "user", content: "task 1" }],
      temperature: 1,
      max_tokens: 16,
      tag: { role: "king", history_hash: "h", attempt: 1 },
    },
  } as const;
  await expect(models.engine([item], async () => [])).rejects.toThrow(
    expect.objectContaining({
      name: "UserError",
      message: expect.stringContaining(folder) as string,
    }),
  );
  await models.close();
  expect(stats.requests).toBe(0);
});

test("the folders' probe leaves nothing behind, and names what stands in the way", () => {
  const root = tempProject({ "report/tries": "in the way" });
  probeFolders(root, ["answer", "score"]);
  expect(readdirSync(join(root, "answer"))).toEqual([]);
  expect(() => probeFolders(root, ["report/tries/king"])).toThrow(
    expect.objectContaining({
      name: "UserError",
      message: expect.stringMatching(
        /cannot write .*report\/tries\/king: a file stands where a folder should be/,
      ) as string,
    }),
  );
});

test("a kept reply whose item is saved is dropped at start, and --force never takes one", async () => {
  const { url, stats } = await server(() => GOOD);
  const root = workspace(url);
  await run(root, { limit: 1 });
  const kept = "answer/prompts_6_001_1.json";
  const answer = await openStore(root).read(kept, answerSchema);
  const request = {
    provider: "loop",
    model: "m",
    messages: [{ role: "user", content: "task 1" }],
    temperature: 1,
    max_tokens: 1024,
    tag: { role: "king", history_hash: "h", attempt: 1 },
  } as const;
  const stale = replyOf(GOOD.replace("ls", "rm -rf /"), { provider: "loop", model: "m" });
  const journal = await openJournal(root);
  journal.keep("king/prompts_6_001_1.json/1", request, stale);
  await run(root, { limit: 1, force: true });
  expect((await openStore(root).read(kept, answerSchema)).king).toBe(answer.king);
  expect(stats.requests).toBe(2);
  expect(existsSync(join(root, "answer/.replies.jsonl"))).toBe(false);
});

test("a drop says under which settings it was made", async () => {
  const { url } = await server((turn) =>
    turn === 2
      ? {
          status: 400,
          body: { error: { message: "The prompt was flagged", code: "content_policy_violation" } },
        }
      : GOOD,
  );
  const root = workspace(url);
  await run(root);
  const tries = await openStore(root).read("report/tries/king/prompts_6_001_2.json", triesSchema);
  expect(tries.dropped).toMatchObject({
    reason: "rejected",
    settings: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
  });
});
