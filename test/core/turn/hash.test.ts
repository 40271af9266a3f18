import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { answerSchema } from "../../../src/records/answer.ts";
import { configHash, historyHash, pairHash, turnHashes } from "../../../src/core/turn/hash.ts";

test.each([
  ["keys in any order", { b: 1, a: [{ d: 2, c: null }] }, "431902ba5227bb20"],
  ["keys in another order", { a: [{ c: null, d: 2 }], b: 1 }, "431902ba5227bb20"],
  ["what is not set, and half a sign", { a: undefined, z: "ü\ud800" }, "4ec1e0d0bb6b7d60"],
  ["nothing", undefined, "74234e98afe7498f"],
  ["a list, whose order counts", [3, 1], "51ad5c36f38fc1f1"],
  ["keys that are numbers", { "10": 1, "9": 2, a: 3 }, "ac43de46bc6196a4"],
])("settings of older builds hash to the same bytes: %s", (_name, settings, hash) => {
  expect(configHash(settings)).toBe(hash);
});

test("pairs of a workspace of an older build hash to what its verdicts carry", () => {
  const folder = "test/fixtures/old-workspace";
  const { scores, challengers } = JSON.parse(readFileSync(`${folder}/expected.json`, "utf8")) as {
    scores: Record<string, { pair_hash: string }>;
    challengers: Record<string, string>;
  };
  const names = Object.keys(scores);
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) {
    const text = readFileSync(`${folder}/workspace/answer/${name}`, "utf8");
    const { messages, king } = answerSchema.parse(JSON.parse(text));
    const challenger = challengers[name] ?? "";
    expect(pairHash(messages, king, challenger), name).toBe(scores[name]?.pair_hash);
  }
});

test.each([
  ["without structure", {}, true],
  ["with reasoning in the history", { reasoning: "hm" }, false],
  ["with the name of a tool in the history", { name: "bash" }, false],
])(
  "the hashes of a turn made together are those made one by one: %s",
  (_name, structure, isPlain) => {
    const messages = [
      { role: "user" as const, content: "task" },
      { role: "assistant" as const, content: "ü\ud800", ...structure },
    ];
    const bare = messages.map(({ role, content }) => ({ role, content }));
    const { history, pair, plain } = turnHashes(messages, "a", { text: "b" });
    expect(history).toBe(historyHash(messages));
    expect(pair).toBe(pairHash(messages, "a", "b"));
    expect(plain).toBe(pairHash(bare, "a", "b"));
    expect(plain === pair).toBe(isPlain);
  },
);
