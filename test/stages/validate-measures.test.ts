import { expect, test } from "vitest";
import { openStore } from "../../src/io/store.ts";
import type { Answer } from "../../src/records/answer.ts";
import { duelSchema, type Duel } from "../../src/records/duel.ts";
import { scoreSchema } from "../../src/records/score.ts";
import { validate } from "../../src/stages/validate.ts";
import type { ChatRequest } from "../../src/work.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";

const GOOD = (command: string): string => `THOUGHT: look.\n\n\`\`\`bash\n${command}\n\`\`\``;
const panel = (...models: readonly string[]): string =>
  `[judge]\nmodels = ${JSON.stringify(models)}\nthinking_models = []\n`;

const answer = (n: number, over: Partial<Answer> = {}): Answer => ({
  instance_id: `a__b-${n}`,
  king: GOOD("cat king"),
  challenger: GOOD(`cat challenger${n}`),
  assistant: GOOD("cat reference"),
  messages: [{ role: "user", content: `task ${n}` }],
  ...over,
});

/** Votes on all metrics for a seat, or per metric. */
const votes = (...seats: readonly number[]): string => {
  const [correctness = 0, grounding, progress, protocol, efficiency] =
    seats.length === 1 ? Array.from({ length: 5 }, () => seats[0]) : seats;
  return JSON.stringify({ correctness, grounding, progress, protocol, efficiency, reason: "so" });
};
const challengerSeat = (request: ChatRequest): number =>
  request.tag.order === "challenger_first" ? 1 : 2;

async function duelAfter(
  answers: readonly Answer[],
  toml: string,
  say: (request: ChatRequest) => string,
): Promise<{ duel: Duel; root: string; notes: readonly string[] }> {
  const root = tempProject(
    Object.fromEntries(answers.map((one, at) => [`answer/p_1_001_${at + 1}.json`, one])),
  );
  const { notes } = await validate(
    testConfig(root, toml),
    testDeps(root, scriptedChat(say)),
    OPTIONS,
  );
  return { root, notes, duel: await openStore(root).read("score/_duel.json", duelSchema) };
}

const THREE = [answer(1), answer(2), answer(3)];

test("a judge that always votes for MODEL 1 shows as a judge whose votes all turn with the order", async () => {
  const { duel } = await duelAfter(THREE, panel("j/first", "j/fair"), (request) =>
    request.model === "j/first" ? votes(1) : votes(challengerSeat(request)),
  );
  expect(duel.judges[0]).toMatchObject({
    score: 50,
    score_without: 100,
    flip_rate: 1,
    reversal_rate: 1,
    n_swapped: 15,
    first_share: 1,
    first_share_interval: [1, 1],
    bias_significant: true,
    n_decisive: 30,
  });
  expect(duel.judges[1]).toMatchObject({
    score: 100,
    score_without: 50,
    flip_rate: 0,
    first_share: 0.5,
    bias_significant: false,
    vote_shares: { win: 1, draw: 0, loss: 0 },
  });
  expect(duel).toMatchObject({ challenger_score: 75, margin: 50, n_votes: 60 });
  expect(duel.vote_shares).toEqual({ win: 0.75, draw: 0, loss: 0.25 });
});

test("in a fixed order no claim about bias is made, and a warning says what the score holds", async () => {
  const { duel, notes } = await duelAfter(
    THREE,
    `${panel("j/first", "j/other")}orders = "fixed"\n`,
    () => votes(1),
  );
  expect(duel.judges[0]).toMatchObject({
    flip_rate: null,
    reversal_rate: null,
    first_share: 1,
    bias_significant: null,
  });
  expect(notes).toContain("every judge saw the king first: first-place bias is part of the score");
});

test("a lazy panel counts only the judges that were asked everywhere", async () => {
  // Turn 3 is contested: the first two judges disagree about it, so the third one is asked as well.
  const { duel, root } = await duelAfter(
    THREE,
    `${panel("j/one", "j/two", "j/three")}panel = "lazy"\n[bucket]\nfinal_min = 60\ndefeat_max = 40\n`,
    (request) => {
      const seat = challengerSeat(request);
      const isContested = JSON.stringify(request.messages).includes("task 3");
      return votes(isContested && request.model === "j/two" ? 3 - seat : seat);
    },
  );
  expect(duel).toMatchObject({ panel: "lazy", calls_saved: 4, n_parsed: 3 });
  expect(duel.judges.map((judge) => judge.asked_everywhere)).toEqual([true, true, false]);
  // Judge one: 100 on three turns; judge two: 100, 100, 0. The third judge is in no mean.
  expect(duel.by_judge).toEqual({ "j/one": 100, "j/two": 66.6667 });
  expect(duel.challenger_score).toBe(83.3333);
  expect(duel.agreement?.kappas).toHaveLength(1);
  const contested = await openStore(root).read("score/p_1_001_3.json", scoreSchema);
  expect(contested).toMatchObject({ score: 66.6667, not_asked: [] });
});

test("the length of the challenger is held against the score", async () => {
  const long = (n: number): Answer =>
    answer(n, { challenger: GOOD(`cat a-much-longer-challenger-${n}`) });
  const short = answer(3, { king: GOOD("cat quite-a-long-king-of-a-turn") });
  const { duel } = await duelAfter([long(1), long(2), short], panel("j/one", "j/two"), (request) =>
    JSON.stringify(request.messages).includes("task 3") ? votes(0) : votes(challengerSeat(request)),
  );
  expect(duel.length).toMatchObject({ score_not_longer: 50, n_not_longer: 1 });
  expect(duel.length?.correlation ?? 0).toBeGreaterThan(0.99);
});

test("a judge of a contestant's family is named", async () => {
  const run = {
    provider: "p",
    prompt_version: "v",
    config_hash: "h",
    usage: { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 },
    cost_usd: null,
    attempts: 1,
    finish_reason: "stop",
    time: "t",
  };
  const { notes } = await duelAfter(
    [answer(1, { king_run: { ...run, model: "moonshotai/Kimi-K2" } })],
    panel("moonshotai/Kimi-K2.6-TEE", "deepseek-ai/DeepSeek-V3.2-TEE"),
    () => votes(0),
  );
  expect(notes).toContain(
    "judge moonshotai/Kimi-K2.6-TEE: same family as moonshotai/Kimi-K2, whose replies it judges",
  );
  expect(notes.join("\n")).not.toContain("judge deepseek");
});

test("clusters can be repositories, and a file without one falls back to its instance", async () => {
  const { duel } = await duelAfter(
    [answer(1, { repo: "a/b" }), answer(2, { repo: "a/b" }), answer(3)],
    `${panel("j/one", "j/two")}[duel]\ncluster_by = "repo"\n`,
    (request) => votes(challengerSeat(request)),
  );
  expect(duel).toMatchObject({ n_clusters: 2, cluster_by: "repo" });
});

test("too few parsed turns are not accepted, and the duel says why", async () => {
  const { duel } = await duelAfter(
    [...THREE, answer(4), answer(5)],
    panel("j/one", "j/two"),
    (request) =>
      /task [345]/.test(JSON.stringify(request.messages)) ? "hm" : votes(challengerSeat(request)),
  );
  expect(duel).toMatchObject({
    accepted: false,
    n_unparsed: 3,
    reasons: [
      "2 clusters (repositories) say too little of how far others would differ; at least 5 are needed",
      "2 of 5 turns parsed, under min_valid_turn_frac 0.5",
    ],
    unread: { no_verdict: 36 },
  });
});

test("the resampled means are kept as a histogram of all resamples", async () => {
  const { duel } = await duelAfter(THREE, panel("j/one", "j/two"), (request) =>
    JSON.stringify(request.messages).includes("task 3") ? votes(0) : votes(challengerSeat(request)),
  );
  expect(duel.bootstrap?.counts.reduce((sum, count) => sum + count, 0)).toBe(10_000);
  expect(duel.bootstrap?.low).toBe(0);
  expect(duel.bootstrap?.high).toBe(0.5);
});
