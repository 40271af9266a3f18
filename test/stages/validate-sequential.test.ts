/** A sequential panel from the first call to the report. */
import { expect, test } from "vitest";
import { openStore } from "../../src/io/store.ts";
import type { Answer } from "../../src/records/answer.ts";
import { duelSchema } from "../../src/records/duel.ts";
import { scoreSchema } from "../../src/records/score.ts";
import { report } from "../../src/stages/report.ts";
import { validate } from "../../src/stages/validate.ts";
import type { ChatRequest } from "../../src/work.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";

const GOOD = (command: string): string => `THOUGHT: look.\n\n\`\`\`bash\n${command}\n\`\`\``;
const MODELS = ["j/1", "j/2", "j/3", "j/4"];
const PANEL = `[judge]\nmodels = ${JSON.stringify(MODELS)}\nthinking_models = []\npanel = "sequential"\nmax_judges = 3\n`;

const answers = (count: number): Record<string, Answer> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `answer/p_${count}_001_${at + 1}.json`,
      {
        instance_id: `a__b${at}-1`,
        repo: `a/b${at}`,
        king: GOOD("cat king"),
        challenger: GOOD(`cat challenger${at}`),
        assistant: GOOD("cat reference"),
        messages: [{ role: "user" as const, content: `task ${at}.` }],
      },
    ]),
  );

/** Every tenth turn is contested: a win of the first judge, a loss of the second. Else all agree. */
function say(request: ChatRequest): string {
  const challenger = request.tag.order === "challenger_first" ? 1 : 2;
  const at = Number(/task (\d+)\./.exec(JSON.stringify(request.messages))?.[1] ?? 0);
  const isContested = at % 10 === 0 && request.model === "j/2";
  const isLost = at % 4 === 1;
  const vote = isContested || isLost ? 3 - challenger : challenger;
  return JSON.stringify({
    correctness: vote,
    grounding: vote,
    progress: vote,
    protocol: vote,
    efficiency: vote,
    reason: "so",
  });
}

const requestsOf = ({ seen }: ReturnType<typeof scriptedChat>): ChatRequest[] =>
  seen.map(({ request }) => request);

const BUCKET = "[bucket]\nfinal_min = 60\ndefeat_max = 40\n";

test("further judges are asked where the first two leave the bucket open, once the votes are known", async () => {
  const root = tempProject(answers(60));
  const chat = scriptedChat(say);
  const config = testConfig(root, `${PANEL}${BUCKET}`);
  const summary = await validate(config, testDeps(root, chat), OPTIONS);
  expect(summary).toMatchObject({ read: 60, kept: 60, dropped: {}, pending: 0 });
  const store = openStore(root);
  const duel = await store.read("score/_duel.json", duelSchema);
  expect(duel).toMatchObject({ panel: "sequential", orders: "random", n_parsed: 60 });
  expect(duel.vote_model).toMatchObject({ judges: ["j/1", "j/2"], n_turns: 60 });
  // All contested turns have a third judge, the clear ones hardly ever; nobody asks the fourth.
  const asked = requestsOf(chat);
  const third: number[] = [];
  for (const at of Array(60).keys()) {
    const score = await store.read(`score/p_60_001_${at + 1}.json`, scoreSchema);
    if (score.not_asked?.length === 0) third.push(at);
  }
  expect(third).toEqual(expect.arrayContaining([0, 10, 20, 30, 40, 50]));
  expect(third.length).toBeLessThan(15);
  expect(asked).toHaveLength(60 * 2 + third.length);
  expect(duel.calls_saved).toBe(60 - third.length);
  expect(new Set(asked.map(({ model }) => model))).toEqual(new Set(["j/1", "j/2", "j/3"]));
  // The gate reads the first two alone: 50 on 6 contested turns, 0 on 15, 100 on the others.
  expect(duel.challenger_score).toBe(70);
  expect(duel.judges.map((judge) => judge.asked_everywhere)).toEqual([true, true, false]);
  expect(duel.agreement?.kappas).toHaveLength(1);
  const contested = await store.read("score/p_60_001_1.json", scoreSchema);
  expect(contested).toMatchObject({ score: 66.6667, not_asked: [], pending: 0 });
  const clear = await store.read("score/p_60_001_3.json", scoreSchema);
  expect(clear).toMatchObject({ score: 100, not_asked: ["j/3"] });
  // Every judge in one order, and both orders occur.
  expect(new Set(asked.map(({ tag }) => tag.order)).size).toBe(2);

  const again = scriptedChat(say);
  await validate(config, testDeps(root, again), OPTIONS);
  expect(again.seen).toHaveLength(0);
  expect(await store.read("score/_duel.json", duelSchema)).toEqual(duel);
});

test("a run that was stopped among the first judges goes on and asks nothing twice", async () => {
  const root = tempProject(answers(60));
  const config = testConfig(root, `${PANEL}${BUCKET}`);
  const [first, rest] = [scriptedChat(say), scriptedChat(say)];
  await validate(config, testDeps(root, first), { ...OPTIONS, limit: 20 });
  await validate(config, testDeps(root, rest), OPTIONS);
  const key = ({ model, tag, messages }: ChatRequest): string =>
    [model, tag.order, JSON.stringify(messages)].join();
  const asked = [...requestsOf(first), ...requestsOf(rest)];
  expect(new Set(asked.map(key)).size).toBe(asked.length);
  const duel = await openStore(root).read("score/_duel.json", duelSchema);
  expect(duel).toMatchObject({ n_pending: 0, n_parsed: 60 });
  expect(duel.vote_model?.n_turns).toBe(60);
});

test("sorting by posterior keeps what is reckoned, and the report says how far to trust final/", async () => {
  const root = tempProject(answers(60));
  const config = testConfig(root, `${PANEL}${BUCKET}by = "posterior"\n`);
  await validate(config, testDeps(root, scriptedChat(say)), OPTIONS);
  const store = openStore(root);
  const lost = await store.read("score/p_60_001_2.json", scoreSchema);
  const won = await store.read("score/p_60_001_3.json", scoreSchema);
  // Both are drawn to the mean of all turns, 70, from either side.
  expect(lost.posterior?.mean).toBeLessThan(65);
  expect(won.posterior?.mean).toBeGreaterThan(72);
  const { kept } = await report(config, testDeps(root, scriptedChat(say)), OPTIONS);
  expect(kept).toBe(60);
  const markdown = await store.readText("report/report.md");
  expect(markdown).toContain("How far to trust final/");
  expect(markdown).toMatch(/\| posterior \(in force\)\s*\|/);
  expect(markdown).toMatch(
    /by the effective number of judges, since too few turns of the queue are reviewed/,
  );
  expect(markdown).toMatch(/On a judge left out: /);
  const again = scriptedChat(say);
  await validate(config, testDeps(root, again), OPTIONS);
  expect(again.seen).toHaveLength(0);
  expect(await store.read("score/p_60_001_3.json", scoreSchema)).toEqual(won);
});

test("sorting by posterior is refused where nothing says how far judges err together", async () => {
  const root = tempProject(answers(8));
  const config = testConfig(root, `${PANEL}${BUCKET}by = "posterior"\n`);
  const refused = expect.objectContaining({
    message: expect.stringMatching(/needs an estimate of the error that judges share/) as string,
  }) as Error;
  await expect(validate(config, testDeps(root, scriptedChat(say)), OPTIONS)).rejects.toThrow(
    refused,
  );
  // Verdicts are kept, and the duel is decided by scores.
  expect(await openStore(root).read("score/_duel.json", duelSchema)).toMatchObject({ n_parsed: 8 });
  await expect(report(config, testDeps(root, scriptedChat(say)), OPTIONS)).rejects.toThrow(refused);
});
