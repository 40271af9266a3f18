/** How many rows of each format some groups have, for the words about splits: rows of several formats are no sum. */
import { counted } from "../text/counted.ts";
import type { Merged } from "./merge.ts";
import type { RowIndex } from "./row-index.ts";

/** A format's rows among those of the index. */
export type FormatRows = { readonly format: string; readonly has: (row: number) => boolean };

export type RowWords = {
  /** "3 rows"; of several formats "3 rows of openai, 5 of kto". */
  readonly of: (groups: Iterable<number>) => string;
  /** So many of all rows, without the noun: "9"; of several formats "9 of openai, 12 of kto". */
  readonly share: (fraction: number) => string;
};

/** @param formats none: the index has the rows of one. */
export function rowWords(
  index: RowIndex,
  { mergedOf }: Merged,
  formats: readonly FormatRows[],
): RowWords {
  const all: readonly FormatRows[] =
    formats.length > 1 ? formats : [{ format: "", has: () => true }];
  const kinds = all.map(({ format, has }) => {
    const rows = new Map<number, number>();
    let total = 0;
    for (let row = 0; row < index.rows; row++) {
      if (!has(row)) continue;
      const group = mergedOf[index.groupOf.at(row)] ?? 0;
      rows.set(group, (rows.get(group) ?? 0) + 1);
      total++;
    }
    return { format, rows, total };
  });
  const some = kinds.filter(({ total }) => total > 0);
  const named = (n: number, format: string): string =>
    format === "" ? `${n}` : `${n} of ${format}`;
  return {
    of(groups) {
      const wanted = [...groups];
      const counts = some.map(({ format, rows }) => ({
        format,
        n: wanted.reduce((sum, group) => sum + (rows.get(group) ?? 0), 0),
      }));
      const [first, ...more] = counts;
      if (first === undefined) return counted(0, "row");
      const head = counted(first.n, "row");
      return [
        first.format === "" ? head : `${head} of ${first.format}`,
        ...more.map(({ format, n }) => named(n, format)),
      ].join(", ");
    },
    share: (fraction) =>
      some.map(({ format, total }) => named(Math.round(fraction * total), format)).join(", "),
  };
}
