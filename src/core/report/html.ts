/**
 * The report's blocks as one page that needs nothing else: pictures inside, its own style, and a
 * small script for sorting and filtering that a content policy names by its hash.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { CHART_STYLE, svgElement, xml } from "./charts/svg.ts";
import { restNote, type Block, type Document, type Inline, type RestRows } from "./document.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** What the page may do: its own style, this one script, no network. */
export const PAGE_POLICY = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${base64(sha256(utf8ToBytes(PAGE_SCRIPT)))}'; img-src data:; base-uri 'none'; form-action 'none'`;

export function htmlOf(document: Document): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${xml(document.title)}</title>
<style>${PAGE_STYLE}${CHART_STYLE}</style>
</head>
<body>
<main>
<h1>${xml(document.title)}</h1>
${contentsHtml(document.blocks)}
${blocksHtml(document.blocks)}
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/** The same blocks as a part of another page. */
export function blocksHtml(blocks: readonly Block[]): string {
  return blocks.map(blockHtml).join("\n");
}

/** Rows of the page's first long table that it does not show at once; null: there are none. */
export function restOf({ blocks }: Document): RestRows | null {
  for (const block of blocks) {
    if (block.kind === "table" && block.isInteractive === true) return block.rest ?? null;
  }
  return null;
}

/** The page with those rows in it: gzip, then base64, so that it stays one file. */
export function withRest(html: string, packed: string): string {
  return html.replace(
    "</main>\n<script>",
    () => `</main>\n<template id="rest">${packed}</template>\n<script>`,
  );
}

// ---------------------------------------------------------------------------------------------

/** The parts of a page that has several. */
function contentsHtml(blocks: readonly Block[]): string {
  const parts = blocks.flatMap((block) =>
    block.kind === "heading" && block.level === 2 ? [block.text] : [],
  );
  if (parts.length < 3) return "";
  const items = parts.map((text) => `<a href="#${anchorOf(text)}">${xml(text)}</a>`);
  return `<nav class="contents" aria-label="Contents">${items.join(" ")}</nav>`;
}

/** Where a heading is found on its page: "By judge" -> "by-judge". */
const anchorOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

function blockHtml(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `<h${block.level} id="${anchorOf(block.text)}">${xml(block.text)}</h${block.level}>`;
    case "text":
      return block.tone === undefined
        ? `<p>${inline(block.text)}</p>`
        : `<p class="box ${block.tone}">${inline(block.text)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${inline(item)}</li>`).join("")}</ul>`;
    case "facts":
      return `<dl class="facts">${block.items
        .map(
          ({ label, value, hint }) =>
            `<div><dt>${xml(label)}</dt><dd><b>${xml(value)}</b><span>${xml(hint)}</span></dd></div>`,
        )
        .join("")}</dl>`;
    case "table":
      return tableHtml(block);
    case "picture":
      return `<figure tabindex="0"><figcaption>${xml(block.chart.title)}</figcaption>${svgElement(block.chart)}</figure>`;
  }
}

function tableHtml({
  columns,
  rows,
  rest,
  isInteractive,
  links,
}: Extract<Block, { kind: "table" }>): string {
  const head = columns
    .map(({ name, align }) => {
      const inner =
        isInteractive === true ? `<button type="button">${xml(name)}</button>` : xml(name);
      // A corner says nothing: it heads no column.
      if (name === "") return "<td></td>";
      return `<th scope="col"${align === "right" ? ' class="n"' : ""}>${inner}</th>`;
    })
    .join("");
  const right = columns.map(({ align }) => align === "right");
  const body = rows
    .map(
      (row, line) =>
        `<tr>${row
          .map((cell, at) => {
            const to = links?.column === at ? (links.to[line] ?? null) : null;
            const inner = to === null ? xml(cell) : `<a href="${xml(to)}">${xml(cell)}</a>`;
            return `<td${right[at] === true ? " class=n" : ""}>${inner}</td>`;
          })
          .join("")}</tr>`,
    )
    .join("\n");
  const table = `<div class="scroll" tabindex="0"><table${isInteractive === true ? ' class="turns"' : ""}><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
  const more = rest === undefined ? "" : `<p class="rest">${xml(restNote({ rows, rest }))}</p>`;
  return isInteractive === true
    ? `<p class="filter"><label>Filter <input type="search" placeholder="file, style, bucket, remark"></label> <output></output></p>${table}${more}`
    : table + more;
}

function inline(text: Inline): string {
  if (typeof text === "string") return xml(text);
  return text
    .map((part) => (typeof part === "string" ? xml(part) : `<code>${xml(part.code)}</code>`))
    .join("");
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
