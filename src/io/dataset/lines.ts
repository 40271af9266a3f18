/** JSON Lines read quickly and in order. ".gz" goes the slower way. */
import { isAscii } from "node:buffer";
import { UserError, errorMessage } from "../../errors.ts";
import { LONG_LINE, LONG_LINE_WHY } from "../line-limits.ts";
import { isPacked, packedSpans, spans, type LineStart, type Span } from "./spans.ts";

export type JsonRow = {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly row: Readonly<Record<string, unknown>>;
};

/** Some lines of a file. */
export type LineRange = {
  readonly start?: LineStart;
  /** The last line; none behind it is read. @default the file's last */
  readonly toLine?: number;
  /** Others are passed over unread. @default all */
  readonly isWanted?: (line: number) => boolean;
};

export type RowReader = {
  /** Lines that --skip-bad passed over. */
  readonly badLines: number;
  /** Counts a line as bad, for a fault that the caller found. @throws UserError unless skipBad. */
  bad(file: string, line: number, why: string): void;
  /** Rows in batches; each is parsed when it is asked for. @throws UserError with file and line for a broken line, unless skipBad. */
  rows(path: string, range?: LineRange): AsyncGenerator<Iterable<JsonRow>>;
};

/** Reads rows in batches. */
export function rowReader(skipBad: boolean): RowReader {
  let badLines = 0;
  const bad = (file: string, line: number, why: string): void => {
    if (!skipBad) {
      throw new UserError(
        `${file} line ${line} is of no use: ${why}`,
        "mend or delete that line, or run again with --skip-bad to count such lines and go on",
      );
    }
    badLines++;
  };
  const parse = (file: string, line: number, text: string): JsonRow | null => {
    try {
      const value = JSON.parse(text) as unknown;
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        return { file, line, row: value as Record<string, unknown> };
      }
      bad(file, line, "it is not an object");
    } catch (error) {
      if (error instanceof UserError) throw error;
      bad(file, line, errorMessage(error));
    }
    return null;
  };
  // One row at a time: what was parsed is gone before the next is made.
  function* parsed(path: string, lines: Iterable<Span>, range: LineRange): Generator<JsonRow> {
    for (const span of lines) {
      if (range.toLine !== undefined && span.number > range.toLine) return;
      if (range.isWanted?.(span.number) === false) continue;
      if (span.bytes === LONG_LINE) {
        bad(path, span.number, LONG_LINE_WHY);
        continue;
      }
      const text = textOf(span.bytes, span.from, span.to);
      if (text.length <= 2 && text.trim() === "") continue;
      const row = parse(path, span.number, text);
      if (row !== null) yield row;
    }
  }
  return {
    get badLines() {
      return badLines;
    },
    bad,
    async *rows(path, range = {}) {
      if (!isPacked(path)) yield parsed(path, spans(path, range.start), range);
      else for await (const span of packedSpans(path)) yield parsed(path, [span], range);
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Most lines are ASCII, and are read four times as quickly when that is known. */
function textOf(bytes: Buffer, from: number, to: number): string {
  return isAscii(bytes.subarray(from, to))
    ? bytes.toString("latin1", from, to)
    : bytes.toString("utf8", from, to);
}
