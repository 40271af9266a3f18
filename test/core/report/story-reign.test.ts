/** The report's section on who reigns. */
import { expect, test } from "vitest";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import { reignBlocks } from "../../../src/core/report/story-reign.ts";
import { lineageSchema } from "../../../src/records/lineage.ts";

const KING = { name: "kimi", model: "kimi", provider: "chutes" };

const lineage = lineageSchema.parse({
  schema: 2,
  kings: [{ ...KING, since: "2026-11-01T00:00:00.000Z", challenge: null }],
  challenges: [
    {
      name: "export-sft",
      challenger: {
        name: "export-sft",
        model: "artifacts/checkpoints/export-sft/merged",
        provider: null,
      },
      king: KING,
      dataset: "dataset/export",
      dataset_hash: "0123456789abcdef",
      run_hash: "r",
      method: "sft",
      base: "b",
      trained_on: { repositories: [], instances: [] },
      wins: 2,
      began: "2026-11-02T00:00:00.000Z",
      ended: null,
      state: "open",
      duels: [
        {
          folder: "reign/export-sft/duel-1",
          repositories: ["a/a", "b/b"],
          turns: 12,
          files: [],
          result: {
            accepted: true,
            margin: 10,
            interval: [4, 16],
            lcb: 0.02,
            gate_alpha: 0.05,
            n_turns: 12,
            n_parsed: 11,
            n_clusters: 2,
            n_disqualified: 0,
            reasons: [],
          },
        },
        {
          folder: "reign/export-sft/duel-2",
          repositories: ["c/c"],
          turns: 6,
          files: [],
          result: null,
        },
      ],
    },
  ],
});

test("shows kings in order, each duel with its margin, and what was trained on", () => {
  const text = markdownOf({ title: "x", blocks: [...reignBlocks(lineage)] });
  expect(text).toContain("Kings in order: kimi since 2026-11-01.");
  expect(text).toContain("export-sft against kimi: 1 of 2 duels won, not decided yet");
  expect(text).toContain("dataset/export (01234567)");
  expect(text).toContain("+10 points (95 % +4 to +16)");
  expect(text).toContain("not decided yet |");
});

test("says nothing where nobody has challenged anybody", () => {
  expect(reignBlocks(null)).toEqual([]);
  expect(reignBlocks({ ...lineage, challenges: [] })).toEqual([]);
});
