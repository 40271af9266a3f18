/**
 * Unified diffs, really parsed: file headers, git's extended headers, and hunks whose lines are as
 * many as their header says. Linear, one pass, nothing kept but the paths.
 */

export type PatchCheck =
  | { readonly ok: true; readonly files: readonly string[] }
  | {
      readonly ok: false;
      /** 1-based line of the fault; of the hunk's header when its lines do not add up. */
      readonly line: number;
      readonly why: string;
    };

/**
 * Checks a patch of one or more files. Accepted beside plain diffs: git's renames, mode changes and
 * binary files, "Index:" lines, the mail head and signature of format-patch, CRLF, context lines that
 * lost their space, a missing last line feed. Prose around the diff is a fault: it would be learned.
 */
export function checkPatch(text: string): PatchCheck {
  const files: string[] = [];
  let number = 0;
  let at = 0;
  let isMail = false;
  /** Inside a file that needs no hunks (rename, mode, binary). */
  let needsHunk = false;
  let hasOld = false;

  while (at < text.length) {
    const line = lineAt(text, at);
    number++;
    at += line.length + 1;
    if (line.startsWith("@@ ")) {
      if (!hasOld) return fault(number, "a hunk before the file's --- and +++ lines");
      const end = endOfHunk(text, at, number, HUNK.exec(line));
      if (typeof end === "string") return fault(number, end);
      at = end.at;
      number = end.line;
      needsHunk = false;
      isMail = false;
    } else if (line.startsWith("diff --git ") || line.startsWith("diff -")) {
      if (needsHunk) return fault(number, "the file before has no hunks");
      files.push(line.slice(line.lastIndexOf(" ") + 1).replace(/^b\/|\r$/g, ""));
      hasOld = false;
      isMail = false;
    } else if (line.startsWith("--- ")) {
      if (needsHunk) return fault(number, "the file before has no hunks");
      const next = lineAt(text, at);
      if (!next.startsWith("+++ ")) return fault(number + 1, "a --- line without its +++ line");
      number++;
      at += next.length + 1;
      hasOld = true;
      needsHunk = true;
      if (files.length === 0 || !isGitHeaded(files, next)) files.push(pathOf(next));
    } else if (EXTENDED.test(line) || line === "" || line === "\r") {
      continue;
    } else if (line.startsWith("GIT binary patch")) {
      // Base85 lines follow up to a blank line, for the new and the old file.
      while (at < text.length) {
        const data = lineAt(text, at);
        if (data.startsWith("diff ")) break;
        number++;
        at += data.length + 1;
      }
    } else if (files.length === 0 && (isMail || line.startsWith("From "))) {
      isMail = true;
    } else if (files.length > 0 && !needsHunk && (line === "-- " || line === "--")) {
      break; // The signature of format-patch: what follows is git's version.
    } else {
      return fault(
        number,
        files.length === 0 ? "text before the diff" : "a line that is no part of a diff",
      );
    }
  }
  if (needsHunk) return fault(number, "the last file has no hunks");
  return files.length === 0 ? fault(1, "no file header") : { ok: true, files };
}

// ---------------------------------------------------------------------------------------------

const fault = (line: number, why: string): PatchCheck => ({ ok: false, line, why });

const HUNK = /^@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@/;
const EXTENDED =
  /^(?:index [0-9a-f]|old mode |new mode |new file mode |deleted file mode |similarity index |dissimilarity index |rename (?:from|to) |copy (?:from|to) |Binary files |Index: |={60,}|Only in )/;

function lineAt(text: string, at: number): string {
  const end = text.indexOf("\n", at);
  return text.slice(at, end < 0 ? text.length : end);
}

/** Counts a hunk's lines off; where it ends, or what is wrong with it. */
function endOfHunk(
  text: string,
  start: number,
  number: number,
  header: RegExpExecArray | null,
): { readonly at: number; readonly line: number } | string {
  if (header === null) return "a hunk header that does not parse";
  let before = Number(header[1] ?? 1);
  let after = Number(header[2] ?? 1);
  let at = start;
  let line = number;
  while (before > 0 || after > 0) {
    if (at >= text.length) return "the hunk ends before the lines its header counts";
    const next = text.indexOf("\n", at);
    const mark = text.charCodeAt(at);
    if (mark === MINUS) before--;
    else if (mark === PLUS) after--;
    else if (mark === SPACE || mark === FEED || mark === RETURN) {
      before--;
      after--;
    } else if (mark !== BACKSLASH) return "the hunk ends before the lines its header counts";
    if (before < 0 || after < 0) return "the hunk has other lines than its header counts";
    at = next < 0 ? text.length : next + 1;
    line++;
  }
  // "\ No newline at end of file" belongs to the line before it.
  if (text.charCodeAt(at) === BACKSLASH) {
    const next = text.indexOf("\n", at);
    at = next < 0 ? text.length : next + 1;
    line++;
  }
  const mark = text.charCodeAt(at);
  const isMore =
    (mark === PLUS && !text.startsWith("+++ ", at)) ||
    mark === SPACE ||
    (mark === MINUS &&
      !text.startsWith("--- ", at) &&
      !text.startsWith("-- \n", at) &&
      text.slice(at, at + 3) !== "--\n" &&
      text.slice(at) !== "-- " &&
      text.slice(at) !== "--");
  return isMore ? "the hunk has more lines than its header counts" : { at, line };
}

const [MINUS, PLUS, SPACE, FEED, RETURN, BACKSLASH] = [45, 43, 32, 10, 13, 92];

const pathOf = (line: string): string =>
  (line.slice(4).split("\t")[0] ?? "").trimEnd().replace(/^[ab]\//, "");

/** The +++ line of a file that its "diff --git" line has named already. */
const isGitHeaded = (files: readonly string[], line: string): boolean =>
  files.at(-1) === pathOf(line) || pathOf(line) === "/dev/null";
