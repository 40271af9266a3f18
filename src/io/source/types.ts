/** Data sets as rows in files laid end to end: the one view that sampling has of every source. */

/** Values by column. */
export type RawRow = Readonly<Record<string, unknown>>;

/** A row, or the reason why it could not be read whole. */
export type ReadRow =
  | { readonly ok: true; readonly row: RawRow }
  | { readonly ok: false; readonly reason: "truncated_cell" };

export type RowAddress = {
  /** Index in `files`. */
  readonly file: number;
  /** 0-based index among the readable rows of the file. */
  readonly row: number;
};

export type SourceFile = {
  /** As chain.toml names it. */
  readonly dataset: string;
  /** The commit; null for local files. */
  readonly revision: string | null;
  /** Path as records name it: relative to the workspace, or to the data set's root. */
  readonly name: string;
  /** Readable rows. */
  readonly rows: number;
  /** Rows of each row group; [] where there are none. */
  readonly groupRows: readonly number[];
  readonly columns: readonly string[];
  /** Broken lines that --skip-bad passed over. */
  readonly badLines: number;
  /** True where a row costs requests, so that nobody passes over all of them. */
  readonly isFar: boolean;
};

/** What a columnar file tells of single leaf columns, such as "messages.list.element.role". */
export type LeafReader = {
  /** Values by row group, from the footer; a null or an empty list counts as one. */
  readonly counts: ReadonlyMap<string, readonly number[]>;
  /** The leaf's part of its column for every row of a row group: [{ role }], say. */
  read(leaf: string, group: number): Promise<readonly unknown[]>;
};

export type RowSource = {
  readonly files: readonly SourceFile[];
  /** Rows in the order asked; `columns` narrows what is fetched, where a file has them. */
  read(at: readonly RowAddress[], columns?: readonly string[]): Promise<readonly ReadRow[]>;
  /**
   * The same for a few narrow columns (ids), where that is far cheaper than whole rows; absent where a
   * row costs the same whatever is asked of it, and null for the rows of which that is true.
   */
  peek?(
    at: readonly RowAddress[],
    columns: readonly string[],
  ): Promise<readonly (ReadRow | null)[]>;
  /** A whole column of a file as texts, in row order; null where a cell is null or no text. */
  readTexts(file: number, column: string): Promise<readonly (string | null)[]>;
  /** null: the file's format has no footer. */
  leavesOf(file: number): LeafReader | null;
  /** Row number in the file as a person counts it: a line of JSON Lines, a row of Parquet. */
  rowNumber(at: RowAddress): number;
};

/** One file, opened: what the readers of each format give. */
export type OpenFile = Pick<SourceFile, "rows" | "groupRows" | "columns" | "badLines"> & {
  read(rows: readonly number[], columns?: readonly string[]): Promise<readonly ReadRow[]>;
  readTexts(column: string): Promise<readonly (string | null)[]>;
  rowNumber(row: number): number;
  readonly leaves?: LeafReader;
};

export type OpenOptions = {
  /** Count broken lines and go on, instead of an error. */
  readonly skipBad: boolean;
};
