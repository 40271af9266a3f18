import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { chainFile, envFile, type Choices } from "../../../src/core/init/chain-file.ts";
import { numberSaid, providerSaid, wordsSaid } from "../../../src/core/init/said.ts";

const CHOICES: Choices = {
  trajectories: "~/sessions",
  prs: null,
  count: 40,
  isOwn: true,
  provider: "mine",
  baseUrl: "http://127.0.0.1:8000/v1",
  keyEnv: "MY_KEY",
  model: "m",
  judges: ["a", "b"],
  maxUsd: 5,
  maxTokens: null,
};

test.each<[string, Partial<Choices>]>([
  ["own sessions and an own server", {}],
  [
    "rows with pull requests at a known provider",
    { prs: "p.jsonl", isOwn: false, provider: "openai", baseUrl: null },
  ],
  ["one judge, no key, tokens", { judges: ["m"], keyEnv: null, maxUsd: null, maxTokens: 1000 }],
  ["names with quotes, line ends and DEL", { trajectories: 'a"b\\c\nd\u007f', model: 'm"' }],
])("chain.toml for %s is read back as it was chosen", (_name, more) => {
  const choices = { ...CHOICES, ...more };
  const read = parseConfig(chainFile(choices), "chain.toml");
  expect(read.source.trajectories).toBe(choices.trajectories);
  expect(read.source.count).toBe(40);
  expect(read.source.mask).toBe(choices.isOwn ? "secrets+home" : "secrets");
  expect(read.king).toMatchObject({ provider: choices.provider, model: choices.model });
  expect(read.challenger.hidden).toBe(choices.prs === null ? "future" : "auto");
  expect(read.judge.models).toEqual(choices.judges);
  expect(read.budget.max_usd ?? null).toBe(choices.maxUsd);
  expect(read.budget.max_tokens ?? null).toBe(choices.maxTokens);
  if (choices.baseUrl !== null) {
    expect(read.provider["mine"]).toMatchObject({ base_url: choices.baseUrl });
    expect(read.provider["mine"]?.api_key_env ?? null).toBe(choices.keyEnv);
  }
});

test(".env.example names the variable of the key, where there is one", () => {
  expect(envFile({ keyEnv: "MY_KEY" })).toContain("\nMY_KEY=\n");
  expect(envFile({ keyEnv: null })).toContain("wants no key");
});

test.each([
  ["", null],
  [" $20 ", 20],
  ["10,000,000", 10_000_000],
  ["2.5", 2.5],
])("%j is the number %s", (said, number) => {
  expect(numberSaid(said)).toBe(number);
});

test.each(["x", "0", "-1"])("%j is refused as a number", (said) => {
  expect(() => numberSaid(said)).toThrow(`init: "${said}" is no number above 0`);
});

test("an address is a server of one's own, a known name is that provider, words are told apart by commas", () => {
  expect(providerSaid(" http://h/v1/ ", [])).toEqual({ provider: "mine", baseUrl: "http://h/v1" });
  expect(providerSaid("openai", ["openai"])).toEqual({ provider: "openai", baseUrl: null });
  expect(wordsSaid(" a, ,b ")).toEqual(["a", "b"]);
});

test("a provider that is not known is refused, with the one that was meant", () => {
  expect(() => providerSaid("opnai", ["openai"])).toThrow(
    expect.objectContaining({
      message: 'init: "opnai" is no provider that is known and no address',
      hint: "did you mean openai? An address begins with http:// or https://",
    }),
  );
});
