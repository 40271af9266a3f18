/** Verdicts of older versions: they count, and a duel over two versions waits to be told. */
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { historyHash, pairHash, turnHashes } from "../../src/core/turn/hash.ts";
import { duelSchema } from "../../src/records/duel.ts";
import { scoreSchema } from "../../src/records/score.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { validate } from "../../src/stages/validate.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

const nobody = scriptedChat(() => {
  throw new Error("no judge is to be asked");
});

test("a duel over two versions of the judge's prompt is not accepted until it is told --mixed", async () => {
  const root = await judgedWorkspace();
  const path = join(root, "score/t01.json");
  const score = scoreSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  const judges = score.judges.map((reply, at) =>
    at === 0 ? { ...reply, prompt_version: "judge-0", cost_usd: 0.5 } : reply,
  );
  writeFileSync(path, JSON.stringify({ ...score, judges }));
  const deps = testDeps(root, nobody);
  const duel = async (mixed: boolean) => {
    await validate(loadConfig(root, {}), deps, { ...OPTIONS, mixed });
    return deps.store.read("score/_duel.json", duelSchema);
  };
  const first = await duel(false);
  expect(first.accepted).toBe(false);
  expect(first.reasons).toEqual([
    expect.stringMatching(
      /^verdicts come from different versions \(judge-0: 1, judge-1: \d+\): giving the older 1 anew takes 1 calls, about \$0\.50 \(--force asks all anew\); --mixed takes them as they are$/,
    ),
  ]);
  expect((await duel(true)).accepted).toBe(true);
  // It was told once.
  expect(await duel(false)).toMatchObject({ accepted: true, mixed: { n_older: 1, taken: true } });
});

test("verdicts of an older build on a history with calls count, and are not asked for again", async () => {
  const say = (command: string): string => `THOUGHT: x\n\n\`\`\`bash\n${command}\n\`\`\``;
  const answer = {
    instance_id: "a__b-1",
    king: say("ls"),
    challenger: say("cat x"),
    assistant: "",
    // As older builds kept them.
    messages: [
      { role: "user", content: "task" },
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "1", type: "function", function: { name: "bash", arguments: '{"command": "ls"}' } },
        ],
      },
    ],
  };
  const { messages, king, challenger } = answerSchema.parse(answer);
  const { plain: pair_hash } = turnHashes(messages, king, challenger);
  const vote = { correctness: 1, grounding: 1, progress: 1, protocol: 1, efficiency: 1 };
  const usage = { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1, reasoning_tokens: 0 };
  const judges = ["a", "b"].flatMap((model) =>
    ["king_first", "challenger_first"].map((order) => ({
      model,
      provider: "p",
      order,
      attempt: 1,
      metrics: vote,
      reason: "",
      unread: null,
      raw: "",
      reasoning: null,
      finish_reason: "stop",
      usage,
      cost_usd: null,
      pair_hash,
      time: "",
    })),
  );
  const score = {
    file: "t1.json",
    instance_id: "a__b-1",
    mode: 2,
    score: 100,
    metrics: vote,
    style: "file_read",
    parsed: true,
    pending: 0,
    disqualified: null,
    judges,
    config_hash: "h",
    pair_hash,
  };
  const root = tempProject({
    "answer/t1.json": answer,
    "score/t1.json": score,
    "chain.toml": '[judge]\nmodels = ["a", "b"]\nthinking_models = []\n',
  });
  const deps = testDeps(root, nobody);
  expect(await validate(loadConfig(root, {}), deps, OPTIONS)).toMatchObject({ kept: 1, asked: 0 });
  const after = await deps.store.read("score/t1.json", scoreSchema);
  expect(after).toMatchObject({ score: 100, parsed: true, plain_hash: pair_hash });
  expect(after.pair_hash).not.toBe(pair_hash);
});

test("two histories that differ in their calls alone have two hashes", () => {
  const history = (command: string) => [
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "1", name: "bash", arguments: { command } }],
    },
  ];
  expect(historyHash(history("ls"))).not.toBe(historyHash(history("git status")));
  const pair = (command: string): string =>
    pairHash([], "k", { text: "c", message: history(command)[0] });
  expect(pair("ls")).not.toBe(pair("git status"));
  // Without structure the bytes are those of older builds.
  expect(historyHash([{ role: "user", content: "x" }])).toBe(
    "efbae9f150869636d249ab8cbe022d0976145a5ac52a6331f7b51c7127a5eed6",
  );
});
