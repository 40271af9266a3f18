/**
 * Reads turns and says what each one does, reads test logs and says what went wrong in each:
 * `npm run classify`, and the figures of both.
 */
import { classifyAction } from "../core/actions/classify.ts";
import type { ActionTurn } from "../core/actions/types.ts";
import { measure, measurementLines } from "../core/actions/measure.ts";
import type { LabelledLog, LabelledSet } from "../core/failure/measure.ts";
import { readFailure } from "../core/failure/read.ts";
import { UserError } from "../errors.ts";
import { nameOf, readRows, rowFiles, type Row } from "../io/rows.ts";

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

/**
 * Every row of a file with what its `text` says added, in order. `onBad` undefined: a broken line throws.
 * @throws UserError for a row without a text.
 */
export async function* failureRows(
  path: string,
  onBad?: (line: number, why: string) => void,
): AsyncGenerator<Row> {
  for await (const { line, row } of readRows(path, onBad)) {
    const { text, exit_code: code } = row;
    if (typeof text === "string") {
      const { counts: _, ...read } = readFailure(text, typeof code === "number" ? code : null);
      yield { ...row, ...read };
    } else if (onBad === undefined) {
      throw new UserError(
        `${path} line ${line} has no "text"; expected a test log`,
        'give each row the keys "text" and, where known, "exit_code", or run again with --skip-bad',
      );
    } else onBad(line, 'no "text"');
  }
}

/** The labelled logs of files; of a folder its JSON Lines files. Each is a set by its name. */
export async function labelledSets(paths: readonly string[]): Promise<LabelledSet[]> {
  const sets: LabelledSet[] = [];
  for (const path of paths.flatMap(rowFiles)) {
    const logs: LabelledLog[] = [];
    for await (const { line, row } of readRows(path))
      logs.push(labelled(row, `${path} line ${line}`));
    sets.push({ name: nameOf(path), logs });
  }
  return sets;
}

// ---------------------------------------------------------------------------------------------

function labelled(row: Row, where: string): LabelledLog {
  const text = (key: string): string => {
    const value = row[key];
    if (typeof value === "string") return value;
    throw new UserError(
      `${where} has no "${key}"`,
      "a labelled log needs the texts id, runner, text, category and context",
    );
  };
  return {
    id: text("id"),
    runner: text("runner"),
    text: text("text"),
    category: text("category"),
    context: text("context"),
    exit_code: typeof row["exit_code"] === "number" ? row["exit_code"] : null,
    also: listOf(row["also"]),
    context_also: listOf(row["context_also"]),
  };
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

/** A row may hold nothing but a shell command. */
function turnOf(row: Row): ActionTurn {
  const { command } = row;
  if (typeof command !== "string" || "content" in row || "tool_calls" in row) return row;
  return { ...row, tool_calls: [{ id: "", name: "bash", arguments: { command } }] };
}
