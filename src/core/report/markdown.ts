/** The report's blocks as Markdown. Text from trajectories must not become markup. */
import { visibleText } from "../text/visible.ts";
import { factsTable, restNote, type Block, type Document, type Inline } from "./document.ts";

export function markdownOf(document: Document): string {
  return `# ${escapeMarkdown(document.title)}\n\n${document.blocks.map(blockText).join("\n\n")}\n`;
}

/**
 * Text as Markdown that shows just this text, on one line: markup, HTML, table bars and links are
 * taken apart; underscores inside words stay, they are harmless there and file names have them.
 */
export function escapeMarkdown(text: string): string {
  return visibleText(
    text.replace(/\s+/g, (blanks) => (blanks.includes("\n") ? " " : blanks.replaceAll("\t", " "))),
  )
    .replace(/[\\`*[\]|~]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/_+/g, (run, at: number, whole: string) =>
      // Between letters underscores stand for themselves: instance ids are full of them.
      isWord(whole[at - 1]) && isWord(whole[at + run.length]) ? run : run.replaceAll("_", "\\_"),
    )
    .replace(/:\/\//g, "&#58;//")
    .replace(/@(?=\w)/g, "&#64;");
}

// ---------------------------------------------------------------------------------------------

const isWord = (sign: string | undefined): boolean => /[A-Za-z0-9]/.test(sign ?? "");

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${escapeMarkdown(block.text)}`;
    case "text":
      return block.tone === undefined ? startSafe(inline(block.text)) : `> ${inline(block.text)}`;
    case "list":
      return block.items.map((item) => `- ${startSafe(inline(item))}`).join("\n");
    case "facts":
      return tableText(...factsTable(block));
    case "table":
      return (block.rest?.count ?? 0) === 0
        ? tableText(block.columns, block.rows)
        : `${tableText(block.columns, block.rows)}\n\n${escapeMarkdown(restNote(block))}`;
    case "picture":
      return `![${escapeMarkdown(block.chart.title)}](${block.file})`;
  }
}

function tableText(
  columns: readonly { readonly name: string; readonly align?: "left" | "right" }[],
  rows: readonly (readonly string[])[],
): string {
  return [
    `| ${columns.map((column) => escapeMarkdown(column.name)).join(" | ")} |`,
    `| ${columns.map((column) => (column.align === "right" ? "---:" : "---")).join(" | ")} |`,
    ...rows.map((row) => `| ${row.map(escapeMarkdown).join(" | ")} |`),
  ].join("\n");
}

function inline(text: Inline): string {
  if (typeof text === "string") return escapeMarkdown(text);
  return text
    .map((part) => (typeof part === "string" ? escapeMarkdown(part) : codeSpan(part.code)))
    .join("");
}

function codeSpan(code: string): string {
  return `\`${visibleText(code).replace(/[`\n|]/g, "'")}\``;
}

/** A line that begins like a list, a quotation or a heading is text all the same. */
function startSafe(text: string): string {
  return text.replace(/^(?=[#+=-])/, "\\").replace(/^(\d+)([.)])/, "$1\\$2");
}
