/** Opened files as one source: reads are sorted into files and come back in the order asked. */
import { inParallel } from "../in-parallel.ts";
import type { OpenFile, ReadRow, RowAddress, RowSource, SourceFile } from "./types.ts";

export type Opened = Pick<SourceFile, "dataset" | "revision" | "name"> & {
  /** Absent: near. */
  readonly isFar?: boolean;
  readonly file: OpenFile;
};

/** `parallel`: files that are read at the same time. */
export function sourceOf(opened: readonly Opened[], parallel = 1): RowSource {
  const fileAt = (index: number): OpenFile => {
    const found = opened[index]?.file;
    if (found === undefined) throw new RangeError(`no file ${index} in this source`);
    return found;
  };
  return {
    files: opened.map(({ dataset, revision, name, isFar = false, file }) => ({
      dataset,
      revision,
      name,
      rows: file.rows,
      groupRows: file.groupRows,
      columns: file.columns,
      badLines: file.badLines,
      isFar,
    })),
    leavesOf: (index) => fileAt(index).leaves ?? null,
    rowNumber: (at) => fileAt(at.file).rowNumber(at.row),
    readTexts: (index, column) => fileAt(index).readTexts(column),
    async read(at, columns) {
      const found = Array.from<ReadRow>({ length: at.length });
      await inParallel([...byFile(at)], parallel, async ([index, wanted]) => {
        const file = fileAt(index);
        const own = columns?.filter((column) => file.columns.includes(column));
        const rows = await file.read(
          wanted.map(({ row }) => row),
          own,
        );
        for (const [n, row] of rows.entries()) found[wanted[n]?.place ?? 0] = row;
      });
      return found;
    },
  };
}

/** Sources laid end to end. */
export function joinSources(sources: readonly RowSource[]): RowSource {
  const [only] = sources;
  if (only !== undefined && sources.length === 1) return only;
  const owners = sources.flatMap((source) => source.files.map((_, file) => ({ source, file })));
  const ownerAt = (index: number): { source: RowSource; file: number } => {
    const owner = owners[index];
    if (owner === undefined) throw new RangeError(`no file ${index} in this source`);
    return owner;
  };
  /** Takes to every source what is its own, and puts the answers into the order asked. */
  const byOwner = async <T>(
    at: readonly RowAddress[],
    ask: (source: RowSource, own: readonly RowAddress[]) => Promise<readonly T[]>,
  ): Promise<T[]> => {
    const found = Array.from<T>({ length: at.length });
    const owned = at.map(({ file, row }, place) => ({ ...ownerAt(file), row, place }));
    for (const source of new Set(owned.map((one) => one.source))) {
      const own = owned.filter((one) => one.source === source);
      const rows = await ask(source, own);
      for (const [n, row] of rows.entries()) found[own[n]?.place ?? 0] = row;
    }
    return found;
  };
  return {
    files: sources.flatMap((source) => source.files),
    leavesOf(index) {
      const { source, file } = ownerAt(index);
      return source.leavesOf(file);
    },
    rowNumber(at) {
      const { source, file } = ownerAt(at.file);
      return source.rowNumber({ file, row: at.row });
    },
    readTexts(index, column) {
      const { source, file } = ownerAt(index);
      return source.readTexts(file, column);
    },
    read: (at, columns) => byOwner(at, (source, own) => source.read(own, columns)),
    ...(sources.some((source) => source.peek !== undefined)
      ? {
          peek: (at, columns) =>
            byOwner(
              at,
              (source, own) => source.peek?.(own, columns) ?? Promise.resolve(own.map(() => null)),
            ),
        }
      : {}),
  };
}

// ---------------------------------------------------------------------------------------------

function byFile(at: readonly RowAddress[]): Map<number, { row: number; place: number }[]> {
  const grouped = new Map<number, { row: number; place: number }[]>();
  for (const [place, { file, row }] of at.entries()) {
    const list = grouped.get(file);
    if (list === undefined) grouped.set(file, [{ row, place }]);
    else list.push({ row, place });
  }
  return grouped;
}
