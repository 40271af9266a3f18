import { expect, test } from "vitest";
import { exportedOf } from "../../../src/core/report/exported.ts";
import type { Answer } from "../../../src/records/answer.ts";
import type { RunInfo } from "../../../src/records/run-info.ts";
import { NO_USAGE } from "../../../src/records/run-info.ts";

const RUN: RunInfo = {
  model: "m",
  provider: "p",
  prompt_version: "ch-1",
  config_hash: "h",
  usage: NO_USAGE,
  cost_usd: null,
  attempts: 1,
  finish_reason: "stop",
  time: "2026-01-01T00:00:00.000Z",
  malformed: { reason: "two_blocks", detail: "SECRET OF THE PR" },
  leaked: "SECRET OF THE PR",
};

const TOKEN = "ghp_" + "a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4e5F6";

const ANSWER: Answer = {
  instance_id: "x",
  king: "k",
  challenger: `THOUGHT: use ${TOKEN}`,
  assistant: "a",
  messages: [
    {
      role: "user",
      content: "hello",
      tool_calls: [{ id: "1", name: "bash", arguments: { command: TOKEN } }],
    },
  ],
  repo: "r",
  turn: 3,
  challenger_run: RUN,
  audit: {
    verdict: "suspect",
    findings: [{ kind: "hidden_name", text: "x", span: [0, 1], evidence: "SECRET OF THE PR" }],
  },
  king_audit: { verdict: "clean", findings: [] },
  challenger_tries: [
    {
      attempt: 1,
      raw: "SECRET OF THE PR",
      finish_reason: null,
      reason: "leak",
      detail: "",
      usage: NO_USAGE,
      cost_usd: null,
      time: "",
    },
  ],
  pr_notes: "SECRET OF THE PR",
};

const METRICS = { correctness: 1, grounding: 2, progress: 3, protocol: 4, efficiency: 5 };

test("an export keeps what may be published and nothing that quotes the pull request", async () => {
  const { exported } = await exportedOf(
    {
      answer: ANSWER,
      score: 81,
      metrics: METRICS,
      decision: { bucket: "final", reason: "score 81 >= 80", by: "panel" },
    },
    {},
  );
  expect(JSON.stringify(exported)).not.toContain("SECRET OF THE PR");
  expect(exported).toMatchObject({
    score: 81,
    metrics: METRICS,
    reason: "score 81 >= 80",
    repo: "r",
    turn: 3,
  });
  expect(exported.audit).toEqual({ verdict: "suspect", kinds: ["hidden_name"] });
  expect(Object.keys(exported)).not.toContain("challenger_tries");
});

test("secrets are masked in every text of an export, tool calls included, and counted", async () => {
  const { exported, found } = await exportedOf(
    {
      answer: ANSWER,
      score: 1,
      metrics: METRICS,
      decision: { bucket: "defeat", reason: "", by: "panel" },
    },
    {},
  );
  expect(JSON.stringify(exported)).not.toContain(TOKEN);
  expect(exported.challenger).toMatch(/^THOUGHT: use MASKED_/);
  expect(Object.values(found).reduce((sum, n) => sum + n, 0)).toBe(2);
});

test("a seam inside a text does not shift the texts of an export", async () => {
  const odd = "a\n\u0000\u0000 seam \u0000\u0000\nb";
  const { exported } = await exportedOf(
    {
      answer: { ...ANSWER, king: odd },
      score: 1,
      metrics: METRICS,
      decision: { bucket: "defeat", reason: "why", by: "panel" },
    },
    {},
  );
  expect(exported).toMatchObject({ king: odd, assistant: "a", reason: "why" });
});
