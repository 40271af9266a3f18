import { expect, test } from "vitest";
import type { Document } from "../../../src/core/report/document.ts";
import { htmlOf, PAGE_POLICY, restOf, withRest } from "../../../src/core/report/html.ts";
import { markdownOf } from "../../../src/core/report/markdown.ts";
import { PAGE_SCRIPT } from "../../../src/core/report/page-script.ts";
import { createHash } from "node:crypto";

test("the page's policy names its one script by hash and allows no network", () => {
  const hash = createHash("sha256").update(PAGE_SCRIPT).digest("base64");
  expect(PAGE_POLICY).toContain(`script-src 'sha256-${hash}'`);
  expect(PAGE_POLICY).toContain("default-src 'none'");
});

test("hostile text in a page is text", () => {
  const page = htmlOf({
    title: "<b>t</b>",
    blocks: [
      {
        kind: "text",
        text: ["<script>alert(1)</script>", { code: '"><img src=x onerror=alert(1)>' }],
      },
      { kind: "table", columns: [{ name: "<i>" }], rows: [["</td><script>alert(1)</script>"]] },
    ],
  });
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toContain("<img");
  expect(page).not.toContain("<i>");
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("2,000 turns stay under 5 MB and ask no other host", () => {
  const row = [
    "66.67",
    "prompts_2000_001_1234.json",
    "git diff",
    "50",
    "50",
    "50",
    "50",
    "50",
    "refined",
    "judges 45 apart; suspect: hidden_name",
  ];
  const page = htmlOf({
    title: "t",
    blocks: [
      {
        kind: "table",
        isInteractive: true,
        columns: row.map((name) => ({ name })),
        rows: Array.from({ length: 2000 }, () => row),
      },
    ],
  });
  expect(page.length).toBeLessThan(5_000_000);
  expect(page.match(/(?:src|href)=/g)).toBeNull();
});

test("rows beyond the first thousand are handed on to be packed, and the page says where all are", () => {
  const rest = [["1", "b.json"]];
  const document: Document = {
    title: "t",
    blocks: [
      {
        kind: "table",
        isInteractive: true,
        columns: [{ name: "score", align: "right" }, { name: "file" }],
        rows: [["2", "a.json"]],
        rest: { count: 1, rows: () => rest },
      },
    ],
  };
  expect([...(restOf(document)?.rows() ?? [])]).toEqual(rest);
  const page = withRest(htmlOf(document), "H4sI$&AAA=");
  expect(page).toContain('</main>\n<template id="rest">H4sI$&AAA=</template>\n<script>');
  expect(page).toContain("These are the first 1 of 2 turns; all of them are in turns.csv");
  expect(page).not.toContain("b.json");
  expect(markdownOf(document)).toContain("These are the first 1 of 2 turns");
});
