import { expect, test } from "vitest";
import { openStore } from "../../src/io/store.ts";
import { status, statusLines } from "../../src/stages/status.ts";
import { tempProject } from "../support/project.ts";

const prompt = {
  instance_id: "a__b-1",
  repo: "a/b",
  turn: 0,
  messages: [],
  assistant: "",
  origin: { dataset: null, revision: null, file: null, row: null },
};
const answer = { instance_id: "a__b-1", king: "k", challenger: "", assistant: "", messages: [] };
const call = {
  time: "t",
  stage: "king",
  item: "king/p_1_001_1.json/1",
  role: "king",
  provider: "p",
  model: "m",
  tokens_in: 10,
  tokens_cached: 0,
  tokens_out: 5,
  tokens_reasoning: 0,
  latency_ms: 1,
};
const ledger = [
  { ...call, id: "1", event: "intent", usd: 0.5, outcome: null },
  { ...call, id: "1", event: "outcome", usd: 0.25, outcome: "ok" },
  { ...call, id: "2", event: "intent", usd: 0.5, outcome: null },
  { ...call, id: "3", event: "intent", usd: null, outcome: null },
  { ...call, id: "3", event: "outcome", usd: null, outcome: "http_500" },
]
  .map((line) => JSON.stringify(line))
  .join("\n");

test("an empty workspace says to begin with stage:prompt", async () => {
  const state = await status(openStore(tempProject()));
  expect(state.next).toBe("npm run stage:prompt");
});

test("every stage shows what is done, pending and failed, and what its calls cost", async () => {
  const root = tempProject({
    "prompt/prompts_4_001.json": [prompt, prompt, prompt, prompt],
    "answer/prompts_4_001_1.json": answer,
    "answer/prompts_4_001_2.json": { ...answer, challenger: "c" },
    "report/tries/king/prompts_4_001_3.json": {
      file: "prompts_4_001_3.json",
      instance_id: "a__b-1",
      tries: [],
      dropped: { reason: "no_block", detail: "" },
    },
    "report/ledger.jsonl": `${ledger}\n`,
  });
  const state = await status(openStore(root));
  const byName = Object.fromEntries(state.stages.map((row) => [row.stage, row]));
  expect(byName["king"]).toMatchObject({
    done: 2,
    pending: 1,
    failed: 1,
    calls: 3,
    usd: 0.75,
    unpriced: 1,
  });
  expect(byName["challenger"]).toMatchObject({ done: 1, pending: 1, failed: 0, calls: 0 });
  expect(byName["validate"]).toMatchObject({ done: 0, pending: 1 });
  expect(state.next).toBe("npm run stage:king");
  expect(statusLines(state).join("\n")).toMatch(/king +2 +1 +1 +3 +0\.7500 \+ 1 unpriced/);
});

test.each([
  [null, [], ["all stages are done: read report/report.md"]],
  ["npm run stage:king", [], ["next: npm run stage:king"]],
  ["npm run stage:king", ["no key"], ["wrong: no key", "then: npm run stage:king"]],
  [null, ["no key"], ["wrong: no key", "all that was asked for is done: read report/report.md"]],
])("what is wrong stands before what comes next: %j with %j", (next, wrong, lines) => {
  expect(statusLines({ stages: [], next }, wrong).slice(1)).toEqual(lines);
});

test.each(["king", "challenger", "validate"])(
  "what failed in %s is named with the command that asks for it again",
  (failing) => {
    const stages = ["prompt", "king", "challenger", "validate", "report"].map((stage) => ({
      stage,
      done: 1,
      pending: 0,
      usd: 0,
      unpriced: 0,
      calls: 0,
      failed: stage === failing || stage === "prompt" ? 1 : 0,
    }));
    expect(statusLines({ stages, next: null })).toContain(
      `--retry asks again for what failed: npm run stage:${failing} -- --retry`,
    );
  },
);
