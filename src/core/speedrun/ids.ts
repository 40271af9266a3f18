/** Who a benchmark row is about. */
import { multiSweRow } from "../formats/multi-swe.ts";
import { repoFromId } from "../sample/shapes.ts";

/** `instance_id` or `id`, else the row's number; the repository as the row or the id says, else "". */
export function idsOf(
  given: Readonly<Record<string, unknown>>,
  index: number,
): { readonly instance_id: string; readonly repo: string } {
  const row = multiSweRow(given) ?? given;
  const instanceId =
    [row["instance_id"], row["id"]]
      .map((value) => (typeof value === "number" ? String(value) : value))
      .find((value): value is string => typeof value === "string" && value.trim() !== "") ??
    `row-${index + 1}`;
  const repo = row["repo"];
  return {
    instance_id: instanceId,
    repo: typeof repo === "string" && repo !== "" ? repo : repoFromId(instanceId),
  };
}
