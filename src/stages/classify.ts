/** Reads turns, says what each one does: `npm run classify` and the figures of the classifier. */
import { classifyAction } from "../core/actions/classify.ts";
import type { ActionTurn } from "../core/actions/types.ts";
import { measure, measurementLines } from "../core/actions/measure.ts";
import { readRows, type Row } from "../io/rows.ts";

/** Every row of a file with `action_type` added, in order. `onBad` undefined: a broken line throws. */
export async function* classifiedRows(
  path: string,
  onBad?: (line: number, why: string) => void,
): AsyncGenerator<Row> {
  for await (const { row } of readRows(path, onBad)) {
    yield { ...row, action_type: classifyAction(turnOf(row)) };
  }
}

/** The per-class table of a file whose rows carry a `label` (of a bare command: `want`). */
export async function measureFile(path: string): Promise<readonly string[]> {
  const rows: { label: string; type: string }[] = [];
  for await (const row of classifiedRows(path)) {
    rows.push({ label: String(row["label"] ?? row["want"]), type: String(row["action_type"]) });
  }
  return measurementLines(measure(rows));
}

// ---------------------------------------------------------------------------------------------

/** A row may hold nothing but a shell command. */
function turnOf(row: Row): ActionTurn {
  const { command } = row;
  if (typeof command !== "string" || "content" in row || "tool_calls" in row) return row;
  return { ...row, tool_calls: [{ id: "", name: "bash", arguments: { command } }] };
}
