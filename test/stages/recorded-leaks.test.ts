import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { makeReplay, recordedReplySchema, recordedTurnSchema } from "../../src/core/replay.ts";
import { checkForm } from "../../src/core/turn/form.ts";
import { commitPath } from "../../src/io/answers.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";

const read = (file: string): unknown[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
const turns = read("sample/turns.jsonl").map((row) => recordedTurnSchema.parse(row));
const replies = read("sample/replies.jsonl").map((row) => recordedReplySchema.parse(row));

test("the demo serves the four recorded leaks, finds them, asks again and takes the honest reply", async () => {
  const files: Record<string, unknown> = {
    "chain.toml": readFileSync("sample/chain.toml", "utf8"),
  };
  for (const row of read("sample/prs.jsonl") as { instance_id: string }[]) {
    files[commitPath(row.instance_id)] = row;
  }
  for (const [at, turn] of turns.entries()) {
    const king = replies.findLast((one) => one.turn_id === turn.turn_id && one.role === "king");
    const name = `answer/prompts_24_001_${at + 1}.json`;
    files[name] = { ...turn, king: checkForm(king?.raw ?? "").text, challenger: "" };
  }
  const root = tempProject(files);
  const config = loadConfig(root, {});
  const replay = makeReplay({ turns, replies, leaveOut: config.offline.leave_out });
  const deps = testDeps(root, async (request) => replay(request));
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({
    kept: 24,
    asked: 28,
    pending: 0,
  });

  const asked = new Map<string, string[]>();
  for (const [at, turn] of turns.entries()) {
    const answer = await deps.store.read(`answer/prompts_24_001_${at + 1}.json`, answerSchema);
    expect(answer.audit?.verdict, turn.turn_id).not.toBe("leak");
    expect(answer.king_audit?.verdict, turn.turn_id).not.toBe("leak");
    const tries = answer.challenger_tries ?? [];
    if (tries.length > 0)
      asked.set(
        turn.turn_id,
        tries.map((one) => one.reason),
      );
  }
  expect(Object.fromEntries(asked)).toEqual({
    t09: ["leak"],
    t11: ["leak"],
    t22: ["leak"],
    t24: ["leak"],
  });
});
