import { expect, test } from "vitest";
import { summarizeAudits, type AuditedAnswer } from "../../../src/core/audit/summary.ts";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import { auditBlocks } from "../../../src/core/report/story-audit.ts";
import type { ReportData } from "../../../src/core/report/report-data.ts";
import type { Audit } from "../../../src/records/answer.ts";
import { NO_USAGE } from "../../../src/records/run-info.ts";

const clean: Audit = { verdict: "clean", findings: [] };
const leak: Audit = {
  verdict: "leak",
  findings: [{ kind: "path", text: "a/b | c.py", span: [0, 10], evidence: "SECRET", weight: 2 }],
};
const cost = { usage: NO_USAGE, cost_usd: 0, finish_reason: "stop", time: "t" };

const markdown = (answers: readonly AuditedAnswer[]): string =>
  markdownOf({ title: "t", blocks: auditBlocks({ audits: summarizeAudits(answers) }) });

test("the audit section shows first try, end and king beside each other, and quotes nothing of the pull request", () => {
  const text = markdown([
    { file: "a_1.json", answer: { challenger: "c", audit: clean, king_audit: clean } },
    {
      file: "a_2.json",
      answer: {
        challenger: "c",
        audit: { ...clean, verdict: "unchecked", unchecked: ["the PR record has no patch"] },
        king_audit: clean,
        challenger_tries: [
          { attempt: 1, raw: "c", reason: "leak", detail: "", audit: leak, ...cost },
        ],
      },
    },
  ]);
  expect(text).toContain("## Audit");
  expect(text).toContain("| leak | 1 (50 %) | 0 (0 %) | 0 (0 %) |");
  expect(text).toContain(
    "asked again because of a leak: 1 turn, 1 of them mended; 0 turns lost for a leak",
  );
  expect(text).toContain(
    "called leak: 50 % of challengers at their first try, 0 % of kings; excess 50 %",
  );
  expect(text).toContain("not checked in 1 turn: the PR record has no patch");
  expect(text).toMatch(/a_2\.json.*\| 1 \| path \| \(not shown\)/);
  expect(text).not.toContain("c.py");
  expect(text).not.toContain("SECRET");
});

test("there is no section where nothing was audited", () => {
  expect(auditBlocks({ audits: summarizeAudits([]) })).toEqual([]);
});

test.each([
  [2, /at this limit \(2\) the audit finds \d+ of \d+ leaks/],
  [
    9,
    /at this limit \(9\) nobody has measured how many leaks the audit finds \(up to 2 it was\), so the share of first tries that leaked is not known/,
  ],
])(
  "the share of leaks is divided by the recall where that was measured: limit %d",
  (limit, words) => {
    const answer = { challenger: "c", audit: leak, king_audit: clean };
    const audits = summarizeAudits([{ file: "a_1.json", answer }]);
    const text = markdownOf({ title: "t", blocks: auditBlocks({ audits, leak_min: limit }) });
    expect(text).toMatch(words);
  },
);

test("where the rest of the run is hidden no recall was measured, and none is claimed", () => {
  const answer = { challenger: "c", audit: leak, king_audit: clean };
  const audits = summarizeAudits([{ file: "a_1.json", answer }]);
  const config = { challenger: { hidden: "future" } } as unknown as ReportData["config"];
  const blocks = auditBlocks({ audits, leak_min: 2, config });
  const text = markdownOf({ title: "t", blocks });
  expect(text).toContain("what only the rest of its run knows");
  expect(text).toContain("so the share of first tries that leaked is not known");
  expect(text).not.toMatch(/the audit finds \d+ of \d+ leaks|the hidden pull request/);
});
