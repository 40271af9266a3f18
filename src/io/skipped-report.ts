/** A report of skipped rows at a path of the person's own choosing, beside the set. */
import { existsSync } from "node:fs";
import { UserError } from "../errors.ts";
import { writeWhole } from "./store.ts";

export type SkippedReport = {
  /** One line a row. Without rows nothing is written, unless `always`. */
  save(rows: readonly unknown[]): Promise<void>;
};

/**
 * @param asked.path undefined: none is wanted, saving does nothing.
 * @throws UserError when the file is there and neither `force` nor `always` allows to replace it.
 */
export function skippedReport(asked: {
  /** Absolute. */
  readonly path: string | undefined;
  readonly force: boolean;
  readonly always: boolean;
}): SkippedReport {
  if (asked.path === undefined) return { save: async () => {} };
  const { path } = asked;
  if (existsSync(path) && !asked.force && !asked.always) {
    throw new UserError(
      `--skipped-report ${path} is there already`,
      "name another file, or run it again with --force-skipped-report to write over it",
    );
  }
  return {
    async save(rows) {
      if (rows.length === 0 && !asked.always) return;
      await writeWhole(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    },
  };
}
