/** A workspace that an older build began: king done, half judged, two reviews, and the journal of a killed run. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openJournal } from "../../src/io/journal.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { king } from "../../src/stages/king.ts";
import { prompt } from "../../src/stages/prompt.ts";
import { report } from "../../src/stages/report.ts";
import { validate } from "../../src/stages/validate.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { duelSchema } from "../../src/records/duel.ts";
import { scoreSchema } from "../../src/records/score.ts";
import type { Chat } from "../../src/work.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { recordedJudges } from "../support/duel.ts";
import { tempProject } from "../support/project.ts";

const FIXTURE = "test/fixtures/old-workspace";

type Expected = {
  /** Of the older build, which finished a copy of it. */
  readonly scores: Record<
    string,
    { score: number; metrics: object; votes: object; pair_hash: string }
  >;
  readonly challengers: Record<string, string>;
  readonly buckets: Record<string, string>;
  readonly challenger_score: number;
};
const expected = JSON.parse(readFileSync(`${FIXTURE}/expected.json`, "utf8")) as Expected;

test("a workspace of an older build is finished with no call made twice, and with the same scores", async () => {
  const root = tempProject({}, `${FIXTURE}/workspace`);
  const config = loadConfig(root, {});
  const before = repliesThere(root);
  const journal = await openJournal(root);
  const asked: string[] = [];
  const recorded = recordedJudges();
  const chat: Chat = async (request, item) => {
    const kept = journal.take(item.key, request);
    if (kept !== null) return { ok: true, reply: kept, kept: true };
    asked.push(item.key);
    return recorded(request, item);
  };
  const deps = testDeps(root, chat);

  expect((await prompt(config, deps, { ...OPTIONS, skipBad: false })).notes.at(-1)).toMatch(
    /the prompts of this \[source\] are there/,
  );
  expect((await king(config, deps, OPTIONS)).asked).toBe(0);
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({ kept: 5, pending: 0 });
  expect(await validate(config, deps, OPTIONS)).toMatchObject({ kept: 5, pending: 0 });
  await report(config, deps, OPTIONS);

  expect(before).toHaveLength(19);
  expect(asked.filter((key) => before.includes(key))).toEqual([]);
  // The reply in the journal leaks, so that the turn is asked about once more, as the older build would.
  expect(asked.filter((key) => !key.startsWith("validate/"))).toEqual([
    "challenger/prompts_5_001_5.json/2",
  ]);
  for (const [file, of] of Object.entries(expected.scores)) {
    const { score, metrics, votes, pair_hash } = await deps.store.read(
      `score/${file}`,
      scoreSchema,
    );
    expect({ score, metrics, votes, pair_hash }).toEqual({
      score: of.score,
      metrics: of.metrics,
      votes: of.votes,
      pair_hash: of.pair_hash,
    });
    const answer = await deps.store.read(`answer/${file}`, answerSchema);
    expect(answer.challenger).toBe(expected.challengers[file]);
    expect(await deps.store.list(expected.buckets[file] ?? "")).toContain(file);
  }
  const duel = await deps.store.read("score/_duel.json", duelSchema);
  expect(duel.challenger_score).toBe(expected.challenger_score);
  expect(duel.mixed).toBeUndefined();
});

/** Keys of the verdicts that are filed, and of the replies in the journal. */
function repliesThere(root: string): string[] {
  const lines = readFileSync(`${root}/answer/.replies.jsonl`, "utf8").trim().split("\n");
  const kept = lines.map((line) => (JSON.parse(line) as { key: string }).key);
  const filed = Object.keys(expected.scores).flatMap((file) => {
    let score: { judges: { model: string; order: string; attempt: number }[] };
    try {
      score = JSON.parse(readFileSync(`${root}/score/${file}`, "utf8")) as typeof score;
    } catch {
      return []; // This turn was not judged yet.
    }
    return score.judges.map((one) => `validate/${file}/${one.model}/${one.order}/${one.attempt}`);
  });
  return [...kept, ...filed];
}
