import { expect, test } from "vitest";
import { leakTry } from "../../src/core/challenger/filing.ts";
import { answerSchema, type Audit } from "../../src/records/answer.ts";
import { challenger } from "../../src/stages/challenger.ts";
import type { ChatReply, Outcome } from "../../src/work.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { FILE, HONEST, LEAK, workspace } from "../support/slug-turn.ts";

const JUDGED =
  '[audit]\ngrounding_model = "test/grounding"\nsuspect_min = 1\nleak_min = 9\ngrounding_of = "suspects"';

const judge = (said: string | Outcome, reply = LEAK) =>
  scriptedChat((_request, item) =>
    item.role === "grounding" ? said : item.key.endsWith("/1") ? reply : HONEST,
  );

test("only a suspect answer goes before the grounding judge, who sees no pull request", async () => {
  const root = workspace();
  const chat = judge('{"unsupported": []}');
  const deps = testDeps(root, chat);
  expect(await challenger(testConfig(root, JUDGED), deps, OPTIONS)).toMatchObject({
    kept: 1,
    asked: 2,
  });
  const [, asked] = chat.seen;
  expect(asked).toMatchObject({
    item: { role: "grounding" },
    request: { model: "test/grounding", temperature: 0 },
  });
  expect(JSON.stringify(asked?.request.messages)).not.toContain("return joined");
  expect(await deps.store.read(FILE, answerSchema)).toMatchObject({
    challenger: LEAK,
    audit: { verdict: "suspect" },
    grounding: { model: "test/grounding", claims: [], read: true },
    challenger_run: {
      model: "moonshotai/Kimi-K2.6-TEE",
      attempts: 1,
      usage: { prompt_tokens: 20 },
    },
  });

  const clean = workspace();
  const honest = judge("never asked", HONEST);
  await challenger(testConfig(clean, JUDGED), testDeps(clean, honest), OPTIONS);
  expect(honest.seen).toHaveLength(1);
});

test("a claim without support makes a suspect answer a leak that is asked again", async () => {
  const root = workspace();
  const chat = judge('{"unsupported": ["is what has to be called here", "words it never said"]}');
  const deps = testDeps(root, chat);
  expect(
    await challenger(
      testConfig(root, `${JUDGED}\n`.replace("leak_min = 9", "leak_min = 5")),
      deps,
      OPTIONS,
    ),
  ).toMatchObject({ kept: 1, asked: 3 });
  expect(chat.seen[2]?.request.messages.at(-1)?.content).toContain("a claim without support");
  expect(await deps.store.read(FILE, answerSchema)).toMatchObject({
    challenger: HONEST,
    audit: { verdict: "clean" },
    grounding: { claims: ["is what has to be called here"] },
    challenger_tries: [{ reason: "leak", audit: { verdict: "leak" } }],
  });
});

test.each([
  ["cannot be read", "I think it is fine.", false],
  [
    "could not be asked",
    { ok: false, failure: { kind: "context_too_long", message: "131k" } } as const,
    false,
  ],
])("a judge that %s leaves the answer suspect", async (_name, said, read) => {
  const root = workspace();
  const deps = testDeps(root, judge(said));
  expect(await challenger(testConfig(root, JUDGED), deps, OPTIONS)).toMatchObject({
    kept: 1,
    dropped: {},
  });
  expect(await deps.store.read(FILE, answerSchema)).toMatchObject({
    challenger: LEAK,
    audit: { verdict: "suspect" },
    grounding: { read },
    challenger_run: { attempts: 1 },
  });
});

test("a run that is killed before the judge answers asks the judge alone", async () => {
  const root = workspace();
  const dies = scriptedChat((_request, item) => {
    if (item.role === "grounding") throw new Error("killed");
    return LEAK;
  });
  await expect(challenger(testConfig(root, JUDGED), testDeps(root, dies), OPTIONS)).rejects.toThrow(
    "killed",
  );
  const chat = judge('{"unsupported": []}');
  await challenger(testConfig(root, JUDGED), testDeps(root, chat), OPTIONS);
  expect(chat.seen.map(({ item }) => item.key)).toEqual([
    "challenger/prompts_1_001_1.json/grounding/2",
  ]);
});

test("of unread, a clean answer from before the change was read goes before it too, and stays", async () => {
  const root = workspace();
  const chat = judge('{"unsupported": []}', HONEST);
  const deps = testDeps(root, chat);
  const rules = JUDGED.replace('"suspects"', '"unread"');
  expect(await challenger(testConfig(root, rules), deps, OPTIONS)).toMatchObject({
    kept: 1,
    asked: 2,
  });
  expect(chat.seen[1]?.item.role).toBe("grounding");
  expect(await deps.store.read(FILE, answerSchema)).toMatchObject({
    challenger: HONEST,
    audit: { verdict: "clean" },
    grounding: { claims: [], read: true },
  });
});

const CLAIMED = '{"unsupported": ["is what has to be called here"]}';
const leakFrom = (limit: number, extra = ""): string =>
  `${JUDGED.replace("leak_min = 9", `leak_min = ${limit}`)}\n${extra}`;

test("a second claim without support is final, though askings are left", async () => {
  const root = workspace();
  const chat = scriptedChat((_request, item) => (item.role === "grounding" ? CLAIMED : LEAK));
  const deps = testDeps(root, chat);
  const config = testConfig(root, leakFrom(5, "retry_min = 5\n[challenger]\nleak_attempts = 4"));
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({ kept: 1, asked: 4 });
  expect(await deps.store.read(FILE, answerSchema)).toMatchObject({
    challenger: LEAK,
    audit: { verdict: "leak" },
    challenger_tries: [{ reason: "leak" }, { reason: "leak" }],
  });
});

test("what the judge says of a retry counts from retry_min on, as the audit's word does", async () => {
  const root = workspace();
  const before = leakTry(1, replyOf(LEAK), leaking, "2026-01-01T00:00:00Z");
  const deps = testDeps(root, judge('{"unsupported": ["look around first"]}', HONEST));
  const answer = await deps.store.read(FILE, answerSchema);
  await deps.store.write(FILE, { ...answer, challenger_tries: [before] });
  const rules = leakFrom(9, "[challenger]\nleak_attempts = 1").replace('"suspects"', '"unread"');
  await challenger(testConfig(root, rules), deps, OPTIONS);
  expect((await deps.store.read(FILE, answerSchema)).audit?.verdict).toBe("leak");
});

const leaking: Audit = { verdict: "leak", findings: [] };
const replyOf = (content: string): ChatReply => ({
  model: "m",
  provider: "p",
  content,
  reasoning: null,
  refusal: null,
  finish_reason: "stop",
  usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1, reasoning_tokens: 0 },
  cost_usd: 0,
  request_id: null,
  latency_ms: 0,
});
