/**
 * The report as plain blocks: what it says is decided once, and written as Markdown and as a page.
 * All text is data; the writers escape it.
 */
import type { Chart } from "./charts/svg.ts";

/** Text with pieces set as code. */
export type Inline = string | readonly (string | { readonly code: string })[];

export type Column = {
  readonly name: string;
  /** @default "left" */
  readonly align?: "left" | "right";
};

export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: Inline; readonly tone?: "note" | "good" | "bad" }
  | { readonly kind: "list"; readonly items: readonly Inline[] }
  | {
      readonly kind: "facts";
      readonly items: readonly {
        readonly label: string;
        readonly value: string;
        readonly hint: string;
      }[];
    }
  | {
      readonly kind: "table";
      readonly columns: readonly Column[];
      readonly rows: readonly (readonly string[])[];
      /** The page gives it sortable columns and filters. */
      readonly isInteractive?: boolean;
      /** More rows, which the page shows when it is asked to; the text says where they are. */
      readonly rest?: RestRows;
      /** Where the cells of one column lead on the page, by row, relative to report/; null: nowhere. */
      readonly links?: { readonly column: number; readonly to: readonly (string | null)[] };
    }
  | { readonly kind: "picture"; readonly file: string; readonly chart: Chart };

/** Rows that are made when they are asked for: there may be a hundred thousand. */
export type RestRows = {
  readonly count: number;
  readonly rows: () => Iterable<readonly string[]>;
};

export type Document = { readonly title: string; readonly blocks: readonly Block[] };

/** Facts for whoever has tables alone: label, value and hint, under no heads. */
export function factsTable({
  items,
}: Pick<Facts, "items">): [columns: Column[], rows: (readonly string[])[]] {
  return [
    [{ name: "" }, { name: "" }, { name: "" }],
    items.map(({ label, value, hint }) => [label, value, hint]),
  ];
}

/** What stands below a table of which only the first rows are shown. */
export function restNote({ rows, rest }: Pick<Table, "rows" | "rest">): string {
  return `These are the first ${rows.length} of ${rows.length + (rest?.count ?? 0)} turns; all of them are in turns.csv beside this file.`;
}

type Facts = Extract<Block, { kind: "facts" }>;
type Table = Extract<Block, { kind: "table" }>;
