import { expect, test } from "vitest";
import { answerSchema } from "../../src/records/answer.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { FILE, ITEM, say, workspace } from "../support/slug-turn.ts";

const SELECT = '[challenger]\nstrategy = "select"\nn = 3';

const isRanking = (key: string): boolean => key.includes("/ranker/");

/** Candidates say "candidate 1" ...; the ranker chooses the one that says `best`. */
const contest = (best: string) =>
  scriptedChat((request, item) => {
    if (!isRanking(item.key)) return say(`candidate ${item.key.at(-1)}`);
    const text = request.messages.at(-1)?.content ?? "";
    const seats = [...text.matchAll(/REPLY (\d) begins =====\nTHOUGHT: (.*)\n/g)];
    const seat = seats.find((match) => match[2] === best)?.[1] ?? "0";
    return `I looked at all of them.\n{"best": ${seat}, "reason": "it looks first"}`;
  });

test("blind candidates never see the pull request, the ranker does, and its choice is the challenger", async () => {
  const root = workspace();
  const chat = contest("candidate 2");
  const deps = testDeps(root, chat);
  const summary = await challenger(testConfig(root, SELECT), deps, OPTIONS);
  expect(summary).toMatchObject({ kept: 1, asked: 4, dropped: {} });
  expect(chat.seen.map(({ item }) => item.key)).toEqual([
    `${ITEM}/candidate/1`,
    `${ITEM}/candidate/2`,
    `${ITEM}/candidate/3`,
    `${ITEM}/ranker/4`,
  ]);
  for (const { request, item } of chat.seen) {
    const text = JSON.stringify(request.messages);
    expect(text.includes("trim_with_table")).toBe(isRanking(item.key));
    expect(request.temperature).toBe(isRanking(item.key) ? 0 : 1);
  }
  const saved = await deps.store.read(FILE, answerSchema);
  expect(saved).toMatchObject({
    challenger: say("candidate 2"),
    audit: { verdict: "clean", blind: true },
    king_audit: { verdict: "clean" },
    challenger_choice: { chosen: 2, candidates: 3, reason: "it looks first" },
    challenger_run: { prompt_version: "select-1", usage: { prompt_tokens: 40 } },
  });
  expect(saved.challenger_tries?.map((one) => one.reason)).toEqual([
    "not_chosen",
    "candidate",
    "not_chosen",
  ]);
  expect(await challenger(testConfig(root, SELECT), deps, OPTIONS)).toMatchObject({
    kept: 1,
    asked: 0,
  });
});

test("a name that a blind candidate happens to share with the pull request makes it suspect at most", async () => {
  const root = workspace();
  const leaky = say("I would call it `trim_with_table`, perhaps.");
  const chat = scriptedChat((_request, item) =>
    isRanking(item.key) ? '{"best": 1, "reason": "x"}' : leaky,
  );
  const deps = testDeps(root, chat);
  await challenger(testConfig(root, SELECT), deps, OPTIONS);
  expect((await deps.store.read(FILE, answerSchema)).audit).toMatchObject({
    verdict: "suspect",
    blind: true,
  });
});

test("a run that is killed among the candidates asks for the missing ones alone", async () => {
  const root = workspace();
  const dies = scriptedChat((_request, item) => {
    if (item.key.endsWith("/3")) throw new Error("killed");
    return say(`candidate ${item.key.at(-1)}`);
  });
  await expect(challenger(testConfig(root, SELECT), testDeps(root, dies), OPTIONS)).rejects.toThrow(
    "killed",
  );
  const chat = contest("candidate 1");
  const deps = testDeps(root, chat);
  await challenger(testConfig(root, SELECT), deps, OPTIONS);
  expect(chat.seen.map(({ item }) => item.key)).toEqual([
    `${ITEM}/candidate/3`,
    `${ITEM}/ranker/4`,
  ]);
  expect((await deps.store.read(FILE, answerSchema)).challenger).toBe(say("candidate 1"));
});

test("a ranking that cannot be read is asked again, and then a recorded drop that --retry asks again", async () => {
  const root = workspace();
  const mute = scriptedChat((_request, item) => (isRanking(item.key) ? "the second" : say("x")));
  const deps = testDeps(root, mute);
  const config = testConfig(root, `${SELECT}\nattempts = 2`);
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({
    kept: 0,
    dropped: { unranked: 1 },
    asked: 5,
  });
  expect((await deps.store.read(FILE, answerSchema)).challenger_drop).toMatchObject({
    reason: "unranked",
    detail: "the ranker named none of the candidates",
  });
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({
    dropped: { unranked: 1 },
    asked: 0,
  });
  const chat = scriptedChat(() => '{"best": 3, "reason": "fine"}');
  const again = testDeps(root, chat);
  expect(await challenger(config, again, { ...OPTIONS, retry: true })).toMatchObject({
    kept: 1,
    asked: 1,
  });
  const saved = await again.store.read(FILE, answerSchema);
  expect(saved.challenger_drop).toBeUndefined();
  expect(saved.challenger).toBe(say("x"));
});

test("candidates that stay malformed leave the others, and the only good one needs no ranker", async () => {
  const root = workspace();
  const chat = scriptedChat((_request, item) =>
    item.key.endsWith("/2") ? say("good") : "no block",
  );
  const deps = testDeps(root, chat);
  const config = testConfig(root, `${SELECT}\nattempts = 1`);
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({ kept: 1, asked: 3 });
  expect(await deps.store.read(FILE, answerSchema)).toMatchObject({
    challenger: say("good"),
    challenger_choice: { chosen: 2, candidates: 1, reason: "the only one of the right form" },
    challenger_run: { usage: { prompt_tokens: 30 } },
  });
});

test("when no candidate keeps the form the last is kept with a mark", async () => {
  const root = workspace();
  const deps = testDeps(
    root,
    scriptedChat(() => "no block"),
  );
  const config = testConfig(root, `${SELECT}\nattempts = 1`);
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({ kept: 1, asked: 3 });
  expect(await deps.store.read(FILE, answerSchema)).toMatchObject({
    challenger: "no block",
    challenger_run: { attempts: 3, malformed: { reason: "no_block" } },
  });
});
