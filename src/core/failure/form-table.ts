/** Runners and compilers whose logs a table of line forms tells: the shape of its rows and how they are read. */
import type { Category } from "./categories.ts";
import type { Mark } from "./forms.ts";
import { lineAt, nextFilled, seek } from "./log.ts";
import type { Finding, Log, Reader, Strength } from "./types.ts";

export type FormRow = {
  readonly runner: string;
  readonly mark: Mark;
  /** Of a whole line. Groups with a meaning: `file`, `line`, `test`, `text`. */
  readonly form: RegExp;
  readonly strength: Strength;
  /** What says why below the line, in the order of preference; "next": the next filled line. Absent: the line itself. */
  readonly why?: readonly (RegExp | "next")[];
  /** Lines below that are looked at. */
  readonly reach?: number;
  readonly category: Category | ((text: string) => Category);
};

/** Of all rows the strongest finding, of equals the first in the log, of these the first row's. */
export function readerOf(rows: readonly FormRow[]): Reader {
  return (log) => {
    let found: { readonly head: number; readonly finding: Finding } | null = null;
    for (const row of rows) {
      const head = log.at(row.mark).find((at) => row.form.test(lineAt(log, at)));
      if (head === undefined) continue;
      const finding = findingOf(log, row, head);
      const isBefore =
        found === null ||
        (finding.strength === found.finding.strength
          ? head < found.head
          : finding.strength === "test");
      if (isBefore) found = { head, finding };
    }
    return found?.finding ?? null;
  };
}

// ---------------------------------------------------------------------------------------------

const REACH = 12;
const MAX_TESTS = 500;

function findingOf(log: Log, row: FormRow, head: number): Finding {
  const groups = row.form.exec(lineAt(log, head))?.groups ?? {};
  const at = whyBelow(log, row, head);
  const text = (at === head ? groups["text"] : undefined) ?? lineAt(log, at).trim();
  const tests = log
    .at(row.mark)
    .flatMap((one) => row.form.exec(lineAt(log, one))?.groups?.["test"] ?? [])
    .slice(0, MAX_TESTS);
  return {
    runner: row.runner,
    at,
    category: typeof row.category === "string" ? row.category : row.category(text),
    strength: row.strength,
    file: groups["file"],
    line: groups["line"] === undefined ? undefined : Number(groups["line"]),
    tests: [...new Set(tests)],
  };
}

function whyBelow(log: Log, { why = [], form, reach = REACH }: FormRow, head: number): number {
  const other = seek(log, head + 1, reach, (line) => form.test(line));
  const end = other < 0 ? reach : other - head - 1;
  for (const one of why) {
    const at =
      one === "next"
        ? nextFilled(log, head + 1, end)
        : seek(log, head + 1, end, (line) => one.test(line));
    if (at >= 0) return at;
  }
  return head;
}
