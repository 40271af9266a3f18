/** What a person is told of files without a run, and of what was left out of those with one. */
import { UserError } from "../../errors.ts";

export type LeftOut = {
  /** Why the file gave no row; null: it gave some. */
  readonly skip: string | null;
  readonly drops: Readonly<Record<string, number>>;
};

/** For who named one thing to be read. @param why it gave nothing. */
export function holdsNoRun(what: string, why: string): UserError {
  return new UserError(
    `${what} holds no run: ${why}`,
    "name the log itself, or the folder that it lies in; docs/sources.md lists what is read",
  );
}

/** null when nothing was left out. @param meanings what stands in brackets behind a reason of a skip */
export function leftOutNote(
  name: string,
  files: readonly LeftOut[],
  meanings: Readonly<Record<string, string>> = {},
): string | null {
  const skipped = counted(
    files.flatMap(({ skip }) => (skip === null ? [] : [{ [skip]: 1 }])),
    meanings,
  );
  const dropped = counted(files.map(({ drops }) => drops));
  const parts = [
    ...(skipped === "" ? [] : [`files without a run: ${skipped}`]),
    ...(dropped === "" ? [] : [`left out of runs: ${dropped}`]),
  ];
  return parts.length === 0 ? null : `${name}: ${parts.join("; ")}`;
}

// ---------------------------------------------------------------------------------------------

function counted(
  counts: readonly Readonly<Record<string, number>>[],
  meanings: Readonly<Record<string, string>> = {},
): string {
  const sums = new Map<string, number>();
  for (const own of counts) {
    for (const [what, count] of Object.entries(own)) sums.set(what, (sums.get(what) ?? 0) + count);
  }
  const said = (what: string): string =>
    meanings[what] === undefined ? "" : ` (${meanings[what]})`;
  return [...sums].map(([what, count]) => `${what} ${count}${said(what)}`).join(", ");
}
