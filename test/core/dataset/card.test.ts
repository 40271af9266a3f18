import { expect, test } from "vitest";
import { featureLines } from "../../../src/core/dataset/column-types.ts";
import { modelSection } from "../../../src/core/dataset/provenance.ts";
import { renderCard, type CardFacts } from "../../../src/core/dataset/card.ts";
import { hugePrMarkdown } from "../../../src/core/sample/pr.ts";
import { yamlText } from "../../../src/core/text/yaml.ts";

/** A name as strangers may give one: a link, an image, a cell's end, a line's end, HTML. */
const HOSTILE = "a/b](http://x) ![p](http://y) | c\n# d <img src=z> `e`";
const HARMLESS = "a/b\\](http&#58;//x) !\\[p\\](http&#58;//y) \\| c # d &lt;img src=z&gt; \\`e\\`";

const FACTS: CardFacts = {
  license: "other\u2028- x: y",
  splitNames: ["train"],
  sizes: [{ format: "chatml", rows: [1], bytes: [10] }],
  rows: 1,
  print: "0".repeat(64),
  columns: new Map([["chatml", { text: "string" }]]),
  training: { trainer: null, formats: [], hasCalls: false, maxTokens: 9, isExact: false },
  parquet: false,
  groups: { by: "repo", merged: 0 },
  tokens: { exact: false, total: 1, mean: 1, min: 1, median: 1, p90: 1, p95: 1, p99: 1, max: 1 },
  lengths: { counted: "estimate", longest: 1, longest_row: "", over: {}, safe_limit: 9 },
  models: { [HOSTILE]: 1 },
  costUsd: null,
  filterReasons: { [HOSTILE]: 2 },
  notes: [`the largest group is ${HOSTILE}`],
  examples: new Map(),
};

test("names that strangers gave are text in a card, wherever they stand in it", () => {
  const text = { title: "t", summary: "s", howMade: [], limits: [] };
  const card = renderCard({ ...text, sources: [{ name: HOSTILE, license: HOSTILE }] }, FACTS);
  expect(card).not.toContain("![p]");
  expect(card).not.toContain("<img");
  expect(card).not.toContain("\n# d");
  for (const line of [
    `the largest group is ${HARMLESS}.`,
    `- ${HARMLESS} (${HARMLESS})`,
    `| ${HARMLESS} | 1 | `,
    `| ${HARMLESS} | 2 |`,
  ])
    expect(card).toContain(line);
  expect(card).toContain('license: "other\\u2028- x: y"\n');
  expect(modelSection({ [HOSTILE]: 1 }).join("\n")).toContain(`| ${HARMLESS} | 1 |`);
});

test("names of pull requests that were left out are text", () => {
  const page = hugePrMarkdown([{ instance_id: HOSTILE, repo: HOSTILE, chars: 9 }], 5);
  expect(page).toContain(`| ${HARMLESS} | ${HARMLESS} | 9 |`);
});

test.each([
  ["plain", '"plain"'],
  ['a "b" \\ c\n', '"a \\"b\\" \\\\ c\\n"'],
  ["\u0085\u2028\u2029\ufeff\u007f", '"\\u0085\\u2028\\u2029\\ufeff\\u007f"'],
])("%j is one scalar of YAML", (text, want) => {
  expect(yamlText(text)).toBe(want);
  expect(featureLines({ [text]: "string" }, false)[0]).toBe(`- name: ${want}`);
});
