/** What the report says was spent: nothing without a price is shown as 0. */
import { expect, test } from "vitest";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import { costBlocks } from "../../../src/core/report/story-cost.ts";
import type { ReportData } from "../../../src/core/report/report-data.ts";

type Spent = ReportData["spending"][number];

const NOTHING: Spent = {
  stage: "king",
  model: "m",
  provider: "p",
  calls: 4,
  failed: 0,
  tokens_in: 0,
  tokens_cached: 0,
  tokens_out: 0,
  tokens_reasoning: 0,
  usd: 0,
  usd_failed: 0,
  unpriced: 0,
  latency_ms: 0,
  lost: 0,
  usd_lost: 0,
};

const HINT =
  "(npm run prices asks the provider, or add a price table to its section of chain.toml)";

test.each<[string, Partial<Spent>, readonly string[]]>([
  [
    "all calls have a price",
    { usd: 2, failed: 1, usd_failed: 1.5 },
    ["- $2.00 in 4 calls, over all runs", "- 1 call failed; they cost $1.50 of it"],
  ],
  [
    "some have none",
    { usd: 2, unpriced: 1 },
    [
      `- $2.00 in 4 calls, over all runs, without the 1 call of which no price is known ${HINT}`,
      "- no call failed",
    ],
  ],
  [
    "none has one",
    { unpriced: 4, failed: 2 },
    [
      `- unpriced: 4 calls, over all runs, none with a known price ${HINT}`,
      "- 2 calls failed; what they cost is not known",
    ],
  ],
])("where %s the report says so", (_title, spent, said) => {
  const config = { king: { provider: "p" }, challenger: { provider: "p" }, panel: [] };
  const data = { config, spending: [{ ...NOTHING, ...spent }], runs: {} } as unknown as ReportData;
  const text = markdownOf({ title: "t", blocks: costBlocks(data) }).replaceAll("\\", "");
  for (const line of said) expect(text.split("\n")).toContain(line);
  if (spent.unpriced === 4) expect(text).not.toContain("$0.00");
});
