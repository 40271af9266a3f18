/** Fenced code blocks of a reply, as CommonMark reads them. */

export type Fence = {
  /** First word after the backticks, "" when there is none. */
  readonly language: string;
  readonly body: string;
  readonly closed: boolean;
  /** Offset of the opening line. */
  readonly start: number;
  /** Offset behind the closing line (end of text when it is not closed). */
  readonly end: number;
};

/** Blocks in order. A line of backticks with an info string never closes a block. Linear. */
export function fencesOf(text: string): Fence[] {
  const found: Fence[] = [];
  let open: { marker: string; language: string; start: number; from: number } | null = null;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at);
    const next = newline === -1 ? text.length : newline + 1;
    const line = text.slice(at, newline === -1 ? text.length : newline);
    const mark = FENCE.exec(line);
    if (mark !== null) {
      const marker = mark[1] ?? "";
      const info = line.slice(mark[0].length).trim();
      if (open === null) {
        // CommonMark: an info string after backticks holds no backtick ("```bash ls ```" is inline).
        if (marker[0] === "~" || !info.includes("`")) {
          open = { marker, language: info.split(/\s/, 1)[0] ?? "", start: at, from: next };
        }
      } else if (
        info === "" &&
        marker[0] === open.marker[0] &&
        marker.length >= open.marker.length
      ) {
        const body = text.slice(open.from, Math.max(open.from, at - 1));
        found.push({ language: open.language, body, closed: true, start: open.start, end: next });
        open = null;
      }
    }
    at = next;
  }
  if (open !== null) {
    const body = text.slice(open.from);
    found.push({
      language: open.language,
      body,
      closed: false,
      start: open.start,
      end: text.length,
    });
  }
  return found;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
