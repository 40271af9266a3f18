import { expect, test } from "vitest";
import { auditLines } from "../../../src/core/audit/lines-of-summary.ts";
import { summarizeAudits } from "../../../src/core/audit/summary.ts";
import type { Answer, Audit } from "../../../src/records/answer.ts";
import { NO_USAGE } from "../../../src/records/run-info.ts";

const finding = (kind: string, text: string, weight: number) => ({
  kind,
  text,
  span: [0, text.length] as [number, number],
  evidence: "SECRET of the PR",
  weight,
});
const clean: Audit = { verdict: "clean", findings: [] };
const leak: Audit = {
  verdict: "leak",
  findings: [finding("path", "a/b.py", 2), finding("test", "test_x", 2.4)],
};

const answer = (audit: Audit, tries: Audit[] = [], king: Audit = clean): Answer => ({
  instance_id: "a__b-1",
  king: "k",
  challenger: "c",
  assistant: "r",
  messages: [],
  audit,
  king_audit: king,
  challenger_run: {
    model: "m",
    provider: "p",
    prompt_version: "1",
    config_hash: "x",
    usage: NO_USAGE,
    cost_usd: null,
    attempts: tries.length + 1,
    finish_reason: "stop",
    time: "t",
  },
  challenger_tries: tries.map((one, at) => ({
    attempt: at + 1,
    raw: "c",
    finish_reason: "stop",
    reason: "leak",
    detail: "",
    usage: NO_USAGE,
    cost_usd: null,
    time: "t",
    audit: one,
  })),
});

const four = [
  { file: "a_1.json", answer: answer(clean) },
  { file: "a_2.json", answer: answer(clean, [leak], leak) },
  { file: "a_3.json", answer: answer(leak, [leak, leak, leak]) },
  {
    file: "a_4.json",
    answer: answer({ verdict: "unchecked", findings: [], unchecked: ["no patch"] }),
  },
];

test("the summary counts the first try, the end and the king apart", () => {
  const summary = summarizeAudits(four);
  expect(summary).toMatchObject({
    first_try: { n: 4, clean: 1, suspect: 0, leak: 2, unchecked: 1 },
    final: { n: 4, clean: 2, leak: 1, unchecked: 1 },
    king: { n: 4, clean: 3, leak: 1 },
    asked_again: 2,
    mended: 1,
    still_leaking: 1,
    challenger_leak_share: 0.5,
    king_leak_share: 0.25,
    excess: 0.25,
    unchecked: { "no patch": 1 },
  });
  expect(summary.by_kind).toEqual([
    { kind: "path", challenger: 2, king: 1 },
    { kind: "test", challenger: 2, king: 1 },
  ]);
});

test("examples quote the answer's heaviest finding and never the PR", () => {
  const { examples } = summarizeAudits(four);
  expect(examples).toEqual([
    { file: "a_2.json", attempt: 1, kind: "test", text: null, weight: 2.4 },
    { file: "a_3.json", attempt: 1, kind: "test", text: null, weight: 2.4 },
  ]);
  expect(JSON.stringify(examples)).not.toContain("SECRET");
});

test("answers without an audit or without a challenger count nowhere", () => {
  const bare = { instance_id: "a", king: "k", challenger: "c", assistant: "", messages: [] };
  const summary = summarizeAudits([
    { file: "a_1.json", answer: bare },
    { file: "a_2.json", answer: { ...bare, challenger: "", king_audit: leak } },
  ]);
  expect(summary).toMatchObject({
    first_try: { n: 0 },
    king: { n: 0 },
    excess: null,
    examples: [],
  });
  expect(auditLines(summary)[0]).toBe("challenger at its first try: none audited");
});
