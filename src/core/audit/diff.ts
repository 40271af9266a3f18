/**
 * A forgiving reader of unified diffs: what the audit needs to know is which lines a patch shows,
 * where they stand, and which parts are no text. A patch that is cut, or has wrong counts, is read
 * as far as it goes; a text that is no diff gives no files. One pass, linear.
 */

export type DiffLine = {
  readonly side: "added" | "removed" | "context";
  readonly text: string;
};

export type Hunk = {
  /** 1-based line numbers; a length of 0 is an empty side. */
  readonly oldStart: number;
  readonly oldLength: number;
  readonly newStart: number;
  readonly newLength: number;
  /** What follows the second @@: mostly the enclosing function. */
  readonly heading: string;
  readonly lines: readonly DiffLine[];
};

export type DiffFile = {
  /** Path before and after; null where the file does not exist (/dev/null). */
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly isBinary: boolean;
  readonly hunks: readonly Hunk[];
};

/** The files of a diff in order; [] for a text that is none. */
export function parseDiff(text: string): DiffFile[] {
  const files: Open[] = [];
  let file: Open | undefined;
  let hunk: OpenHunk | undefined;
  const begin = (): Open => {
    const fresh: Open = { oldPath: null, newPath: null, isBinary: false, hunks: [] };
    files.push(fresh);
    hunk = undefined;
    return fresh;
  };
  for (const line of lines(text)) {
    if (hunk !== undefined && isInside(hunk)) {
      if (take(hunk, line)) continue;
      hunk = undefined;
    }
    const head = line.startsWith("@@ ") ? HUNK_HEAD.exec(line) : null;
    if (line.startsWith("diff --git ")) {
      file = begin();
      [file.oldPath, file.newPath] = gitPaths(line);
    } else if (line.startsWith("--- ")) {
      if (file === undefined || file.hunks.length > 0) file = begin();
      file.oldPath = headerPath(line);
    } else if (file !== undefined && line.startsWith("+++ ")) {
      file.newPath = headerPath(line);
    } else if (file !== undefined && line.startsWith("rename from ")) {
      file.oldPath = line.slice(12);
    } else if (file !== undefined && line.startsWith("rename to ")) {
      file.newPath = line.slice(10);
    } else if (file !== undefined && line.startsWith("new file mode")) {
      file.oldPath = null;
    } else if (file !== undefined && line.startsWith("deleted file mode")) {
      file.newPath = null;
    } else if (file !== undefined && isBinaryNote(line)) {
      file.isBinary = true;
    } else if (head !== null && file !== undefined) {
      hunk = openHunk(head);
      file.hunks.push(hunk);
    }
  }
  return files;
}

/** The lines that hunks add, in order. */
export const addedTexts = (hunks: readonly Hunk[]): string[] =>
  hunks.flatMap(({ lines }) => lines.flatMap(({ side, text }) => (side === "added" ? [text] : [])));

// ---------------------------------------------------------------------------------------------

type OpenHunk = {
  -readonly [K in keyof Omit<Hunk, "lines">]: Hunk[K];
} & { lines: DiffLine[]; oldLeft: number; newLeft: number };
type Open = {
  oldPath: string | null;
  newPath: string | null;
  isBinary: boolean;
  hunks: OpenHunk[];
};

const HUNK_HEAD = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)$/;

function openHunk(head: RegExpExecArray): OpenHunk {
  const oldLength = Number(head[2] ?? 1);
  const newLength = Number(head[4] ?? 1);
  return {
    oldStart: Number(head[1]),
    oldLength,
    newStart: Number(head[3]),
    newLength,
    heading: head[5] ?? "",
    lines: [],
    oldLeft: oldLength,
    newLeft: newLength,
  };
}

const isInside = (hunk: OpenHunk): boolean => hunk.oldLeft > 0 || hunk.newLeft > 0;

/** Adds a line to the hunk; false when the line cannot belong to one (the counts were wrong). */
function take(hunk: OpenHunk, line: string): boolean {
  const text = line.slice(1);
  if (line.startsWith("+")) {
    hunk.newLeft--;
    hunk.lines.push({ side: "added", text });
  } else if (line.startsWith("-")) {
    hunk.oldLeft--;
    hunk.lines.push({ side: "removed", text });
  } else if (line.startsWith(" ") || line === "") {
    hunk.oldLeft--;
    hunk.newLeft--;
    hunk.lines.push({ side: "context", text });
  } else {
    return line.startsWith("\\");
  }
  return true;
}

function* lines(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const next = text.indexOf("\n", at);
    const end = next < 0 ? text.length : next;
    yield text.charCodeAt(end - 1) === 13 && end > at
      ? text.slice(at, end - 1)
      : text.slice(at, end);
    at = end + 1;
  }
}

const isBinaryNote = (line: string): boolean =>
  line.startsWith("GIT binary patch") ||
  (line.startsWith("Binary files ") && line.endsWith("differ"));

function headerPath(line: string): string | null {
  const tab = line.indexOf("\t");
  const path = line.slice(4, tab < 0 ? undefined : tab).trim();
  return path === "/dev/null" ? null : path.replace(/^"?[ab]\//, "").replace(/"$/, "");
}

/** "diff --git a/x b/x": the two halves are equal but for a rename, which is told apart later. */
function gitPaths(line: string): [string | null, string | null] {
  const rest = line.slice(11);
  const at = rest.indexOf(" b/", Math.max(0, Math.floor(rest.length / 2) - 2));
  const middle = at < 0 ? rest.indexOf(" b/") : at;
  if (middle < 0) return [null, null];
  return [rest.slice(0, middle).replace(/^a\//, ""), rest.slice(middle + 3)];
}
