/** Whether files have anything that can be a response; if not, an error that lists what they have. */
import { UserError } from "../../errors.ts";
import { isMultiSwe } from "../formats/multi-swe.ts";
import { nearestName } from "../text/nearest.ts";

const RESPONSES = ["change_summary", "patch", "test_patch"] as const;

/** @throws UserError for no rows at all, and for a file with rows but none of the response columns. */
export function checkResponseColumns(
  key: string,
  files: readonly {
    readonly name: string;
    readonly rows: number;
    readonly columns: readonly string[];
  }[],
): void {
  if (files.every((file) => file.rows === 0)) {
    throw new UserError(
      `${key}: no rows in ${files.map((file) => file.name).join(", ")}`,
      "name files that hold rows of the SWE-bench family",
    );
  }
  for (const { name, rows, columns } of files) {
    if (rows === 0 || RESPONSES.some((column) => columns.includes(column))) continue;
    if (isMultiSwe(columns)) continue;
    const near = RESPONSES.map((column) => [column, nearestName(column, columns)] as const).find(
      ([, found]) => found !== null,
    );
    throw new UserError(
      `${name} has none of the columns ${RESPONSES.join(", ")}; its columns are ${columns.join(", ") || "none"}`,
      near === undefined
        ? `name another file with ${key}`
        : `if ${near[1]} is meant as ${near[0]}, rename it; otherwise name another file with ${key}`,
    );
  }
}
