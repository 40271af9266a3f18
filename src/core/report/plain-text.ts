/**
 * The report's blocks for a terminal: the text itself, nothing escaped, columns in line. What a terminal would
 * obey (control codes, hidden characters) is made visible.
 */
import { visibleText } from "../text/visible.ts";
import {
  factsTable,
  restNote,
  type Block,
  type Column,
  type Document,
  type Inline,
} from "./document.ts";

export function plainTextOf({ title, blocks }: Document): string {
  return `${[underlined(title, "="), ...blocks.map(blockText)].join("\n\n")}\n`;
}

// ---------------------------------------------------------------------------------------------

function blockText(block: Block): string {
  switch (block.kind) {
    case "heading":
      return underlined(block.text, "-");
    case "text":
      return inline(block.text);
    case "list":
      return block.items.map((item) => `- ${inline(item)}`).join("\n");
    case "facts":
      return tableText(...factsTable(block));
    case "table":
      return (block.rest?.count ?? 0) === 0
        ? tableText(block.columns, block.rows)
        : `${tableText(block.columns, block.rows)}\n\n${restNote(block)}`;
    case "picture":
      return `${oneLine(block.chart.title)}: ${block.file}`;
  }
}

function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const heads = columns.map(({ name }) => oneLine(name));
  const lines = rows.map((row) => columns.map((_, at) => oneLine(row[at] ?? "")));
  const all = heads.every((head) => head === "") ? lines : [heads, ...lines];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, at) =>
          columns[at]?.align === "right"
            ? cell.padStart(widths[at] ?? 0)
            : cell.padEnd(widths[at] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const inline = (text: Inline): string =>
  typeof text === "string"
    ? oneLine(text)
    : text.map((part) => oneLine(typeof part === "string" ? part : part.code)).join("");

function underlined(text: string, line: string): string {
  const shown = oneLine(text);
  return `${shown}\n${line.repeat(shown.length)}`;
}

const oneLine = (text: string): string => visibleText(text.replace(/\s/g, " "));
