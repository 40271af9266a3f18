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

/** @param formats none: the index has the rows of one. Nothing is counted before it is asked for. */
export function rowWords(
  index: RowIndex,
  merged: Merged,
  formats: readonly FormatRows[],
): RowWords {
  let known: readonly Kind[] | null = null;
  const kinds = (): readonly Kind[] => (known ??= kindsOf(index, merged, formats));
  return {
    of(groups) {
      const wanted = [...groups];
      const [first, ...more] = kinds().map(({ format, rows }) => ({
        format,
        n: wanted.reduce((sum, group) => sum + (rows.get(group) ?? 0), 0),
      }));
      if (first === undefined) return counted(0, "row");
      return [
        ofFormat(counted(first.n, "row"), first.format),
        ...more.map(({ n, format }) => ofFormat(n, format)),
      ].join(", ");
    },
    share: (fraction) =>
      kinds()
        .map(({ format, total }) => ofFormat(Math.round(fraction * total), format))
        .join(", "),
  };
}

// ---------------------------------------------------------------------------------------------

/** Rows of a format by group; a format of "" is the only one. */
type Kind = {
  readonly format: string;
  readonly rows: ReadonlyMap<number, number>;
  readonly total: number;
};

const ofFormat = (n: string | number, format: string): string =>
  format === "" ? `${n}` : `${n} of ${format}`;

function kindsOf(
  index: RowIndex,
  { mergedOf }: Merged,
  formats: readonly FormatRows[],
): readonly Kind[] {
  const all: readonly FormatRows[] =
    formats.length > 1 ? formats : [{ format: "", has: () => true }];
  return all.flatMap(({ format, has }) => {
    const rows = new Map<number, number>();
    let total = 0;
    for (let row = 0; row < index.rows; row++) {
      if (!has(row)) continue;
      const group = mergedOf[index.groupOf.at(row)] ?? 0;
      rows.set(group, (rows.get(group) ?? 0) + 1);
      total++;
    }
    return total === 0 ? [] : [{ format, rows, total }];
  });
}
