import { expect, test } from "vitest";
import { markdownOf, escapeMarkdown } from "../../../src/core/report/markdown.ts";

test.each([
  ["a | b", "a \\| b"],
  ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  ["[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"],
  ["two\nlines\r\nhere", "two lines here"],
  ["`code` and *stars*", "\\`code\\` and \\*stars\\*"],
  ["prompts_24_001_3.json", "prompts_24_001_3.json"],
  ["__init__", "\\_\\_init\\_\\_"],
  ["https://evil.example/x", "https&#58;//evil.example/x"],
  ["\u202Eabc\u0000", "\\[U+202E\\]abc\\[NUL\\]"],
])("Markdown shows %j as just this text", (text, wanted) => {
  expect(escapeMarkdown(text)).toBe(wanted);
});

test("a long run of blanks is read in one pass", () => {
  expect(escapeMarkdown(`a${" ".repeat(2_000_000)}b`)).toHaveLength(2_000_002);
  expect(escapeMarkdown(`a${" \t".repeat(500_000)}\nb`)).toBe("a b");
}, 5_000);

test("a table row stays one row whatever its cells hold", () => {
  const text = markdownOf({
    title: "T",
    blocks: [
      {
        kind: "table",
        columns: [{ name: "a" }, { name: "b", align: "right" }],
        rows: [["x|y\nz", "1"]],
      },
    ],
  });
  expect(text).toBe("# T\n\n| a | b |\n| --- | ---: |\n| x\\|y z | 1 |\n");
});
