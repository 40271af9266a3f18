import { describe, expect, test } from "vitest";
import { htmlOf } from "../../../src/core/report/html.ts";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import {
  evaluationDocument,
  verdictWords,
  type Evaluation,
} from "../../../src/core/training/evaluation-story.ts";
import { figuresOf } from "../../../src/core/training/figures.ts";
import type { EvaluationRow } from "../../../src/records/evaluation.ts";

const rows = (gain: number, hasBase = true): EvaluationRow[] =>
  Array.from({ length: 24 }, (_, at) => ({
    row: at,
    instance_id: `i${at}`,
    cluster: `repo${at % 6}`,
    repo: `repo${at % 6}`,
    turn: 0,
    label: "true",
    bucket: "final",
    action_type: at % 2 === 0 ? "file_read" : "<b>x</b>",
    tokens: 10,
    prompt_tokens: 100,
    nll: 20 - gain * (1 + (at % 3) / 10),
    nll_base: hasBase ? 20 : null,
    rejected: null,
  }));

const told = (over: Partial<Evaluation> = {}): Evaluation => ({
  name: "x",
  checkpoint: "artifacts/checkpoints/x",
  base: "owner/base",
  set: "dataset/export",
  split: "validation",
  rows: rows(2),
  given: 25,
  leftOut: { over_context: 1 },
  cluster_by: "repo",
  answers: { form: null, action: null, malformed: {}, audit: {} },
  train: null,
  notes: ["a note"],
  ...over,
});

describe("the report of an evaluation", () => {
  test.each([
    [rows(2), "The checkpoint tells these answers better than its base"],
    [rows(-2), "The checkpoint tells these answers worse than its base"],
    [rows(0), "No difference: 0.0000 nats a token"],
    [rows(2).slice(0, 3), "Not decided: 3 clusters say too little"],
    [rows(2, false), "Nothing to compare with"],
  ])("says in one sentence what came out", (given, words) => {
    expect(verdictWords(figuresOf(given))).toContain(words);
    expect(markdownOf(evaluationDocument(told({ rows: given })))).toContain(words);
  });

  test("has tables by group, a picture of the differences and what was left out", () => {
    const text = markdownOf(evaluationDocument(told()));
    expect(text).toContain("### By action type");
    expect(text).toContain("### By repository");
    expect(text).toContain("![What the checkpoint brought, by group](differences.svg)");
    expect(text).toContain("over_context 1".replace("_", "_"));
    expect(text).toContain("> a note");
  });

  test("text of data is no markup, and the page needs nothing else", () => {
    const page = htmlOf(evaluationDocument(told()));
    expect(page).not.toContain("<b>x</b>");
    expect(page).toContain("<svg");
  });

  test("written answers are told with their intervals and reasons", () => {
    const share = {
      answers: 12,
      share: 0.75,
      share_base: 0.5,
      change: { mean: 0.25, interval: [0.1, 0.4] as const, n_clusters: 6 },
    };
    const text = markdownOf(
      evaluationDocument(
        told({
          answers: { form: share, action: share, malformed: { no_block: 3 }, audit: { clean: 12 } },
        }),
      ),
    );
    expect(text).toContain("form: 75 % have it (base 50 %): better (25 %, 95 % 10 % to 40 %)");
    expect(text).toContain("without the form: no\\_block 3".replace("\\_", "_"));
    expect(text).toContain("audit of the checkpoint's answers: clean 12");
  });
});
