/** Text with several layers of marks on it (syntax, findings, differences) cut into plain pieces. */

export type Mark = {
  readonly start: number;
  readonly end: number;
  /** Class of the piece. */
  readonly name: string;
  /** Shown when pointed at. */
  readonly title?: string;
};

export type Piece = {
  readonly text: string;
  /** Classes of all marks over the piece. */
  readonly names: readonly string[];
  readonly title: string;
};

/** Pieces of text[from, to) in order; marks are offsets in `text`, in any order, and may overlap. */
export function pieces(text: string, marks: readonly Mark[], from = 0, to = text.length): Piece[] {
  const inside = marks.filter(
    (mark) => mark.end > from && mark.start < to && mark.end > mark.start,
  );
  if (inside.length === 0)
    return to > from ? [{ text: text.slice(from, to), names: [], title: "" }] : [];
  const cuts = [
    ...new Set([
      from,
      to,
      ...inside.flatMap(({ start, end }) => [Math.max(from, start), Math.min(to, end)]),
    ]),
  ].sort((a, b) => a - b);
  const starting = [...inside].sort((a, b) => a.start - b.start);
  let open: Mark[] = [];
  let next = 0;
  const found: Piece[] = [];
  for (const [index, start] of cuts.entries()) {
    const end = cuts[index + 1];
    if (end === undefined) break;
    for (
      let mark = starting[next];
      mark !== undefined && mark.start <= start;
      mark = starting[++next]
    )
      open.push(mark);
    open = open.filter((mark) => mark.end > start);
    found.push({
      text: text.slice(start, end),
      names: [...new Set(open.map((mark) => mark.name))],
      title: open.flatMap((mark) => mark.title ?? []).join("; "),
    });
  }
  return found;
}
