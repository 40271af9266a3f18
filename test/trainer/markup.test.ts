/** Cards of sets and of models are written by two languages: what strangers called things is text in both alike. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { escapeMarkdown } from "../../src/core/report/markdown.ts";
import { yamlText } from "../../src/core/text/yaml.ts";

type Case = { readonly text: string; readonly markdown: string; readonly yaml: string };
const CASES = JSON.parse(readFileSync("training/tests/markup.json", "utf8")) as readonly Case[];

test.each(CASES)("$text is text in Markdown and YAML", ({ text, markdown, yaml }) => {
  expect(escapeMarkdown(text)).toBe(markdown);
  expect(yamlText(text)).toBe(yaml);
});
