/** Whether files have the columns that a stage cannot do without; if not, an error that lists them. */
import { UserError } from "../../errors.ts";
import { isMultiSwe } from "../formats/multi-swe.ts";
import { PR_COLUMNS } from "./pr.ts";
import { MESSAGE_COLUMNS, shapeOf } from "./shapes.ts";

type FileColumns = {
  readonly name: string;
  readonly rows: number;
  /** Broken lines that --skip-bad passed over; absent: none. */
  readonly badLines?: number;
  readonly columns: readonly string[];
};

/**
 * "ready" when every file holds ready turns, "trajectory" when every file holds trajectories.
 * @throws UserError for files without rows, without a conversation, or of both kinds.
 */
export function trajectoryShape(
  key: string,
  files: readonly FileColumns[],
): "ready" | "trajectory" {
  const full = files.filter((file) => file.rows > 0);
  const first = full[0];
  if (first === undefined) {
    const badLines = files.reduce((sum, file) => sum + (file.badLines ?? 0), 0);
    throw new UserError(
      `${key}: no rows in ${files.map((file) => file.name).join(", ")}${badLines === 0 ? "" : ` (${badLines} broken lines were passed over)`}`,
      "name files that hold trajectories or ready turns",
    );
  }
  const shapes = full.map((file) => ({ file, shape: shapeOf(file.columns) }));
  for (const { file, shape } of shapes) {
    if (shape !== null) continue;
    throw new UserError(
      `${file.name} holds no trajectories: it needs a conversation (${MESSAGE_COLUMNS.join(", ")}); its columns are ${listed(file.columns)}`,
      `name another file in ${key}, or rename its columns`,
    );
  }
  const shape = shapes[0]?.shape ?? "trajectory";
  const other = shapes.find((one) => one.shape !== shape);
  if (other !== undefined) {
    throw new UserError(
      `${key}: ${first.name} holds ${WORDS[shape]}, ${other.file.name} holds ${WORDS[other.shape ?? "trajectory"]}`,
      "use one kind a workspace: ready turns are taken as they are, trajectories are drawn from",
    );
  }
  return shape;
}

/** @throws UserError for a file that lacks a column of a pull-request record. */
export function checkPullRequestColumns(key: string, files: readonly FileColumns[]): void {
  for (const file of files) {
    if (file.rows === 0 || isMultiSwe(file.columns)) continue;
    const missing = PR_COLUMNS.filter((column) => !file.columns.includes(column));
    if (missing.length === 0) continue;
    throw new UserError(
      `${file.name} lacks the column ${missing.join(", ")} of a pull-request record; its columns are ${listed(file.columns)}`,
      `name another file in ${key}, or rename its columns`,
    );
  }
}

// ---------------------------------------------------------------------------------------------

const WORDS = { ready: "ready turns", trajectory: "trajectories" } as const;

function listed(columns: readonly string[]): string {
  return columns.length === 0 ? "none" : columns.join(", ");
}
