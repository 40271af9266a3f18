/** Which rows are of what is to be forgotten, and what statistics and card say when they are gone. */
import { literalPattern } from "../text/literal-pattern.ts";

/** What is known of an instance or run: its id, and the words that its histories open with. */
export type Forgotten = {
  readonly id: string;
  /** First user messages of its turns: rows without metadata are told by them. */
  readonly tasks: ReadonlySet<string>;
};

type Row = Readonly<Record<string, unknown>>;

/** Keys that name an instance or a run, in records and in the metadata of rows. */
const NAMES = ["instance_id", "run", "rollout"] as const;

/** True when a record or a row's metadata names the id. */
export function names(record: unknown, id: string): boolean {
  const row = Object(record) as Row;
  return NAMES.some((key) => row[key] === id);
}

/** True for a row of a set that is of it; "silent" for one that does not say where it comes from. */
export function isForgotten(row: Row, id: string): boolean | "silent" {
  if (names(row, id) || names(row["metadata"], id)) return true;
  return "metadata" in row || "instance_id" in row ? false : "silent";
}

/** The same of a silent row, by the words that it opens with; "unknown": these are not known. */
export function isForgottenTask(row: Row, { tasks }: Forgotten): boolean | "unknown" {
  const task = taskOf(row);
  if (task === null || tasks.size === 0) return "unknown";
  return [...tasks].some((one) => one !== "" && task.startsWith(one));
}

/** The words that a row's conversation opens with, behind the system prompt. */
export function taskOf(row: Row): string | null {
  for (const column of ["messages", "prompt", "conversations"]) {
    const messages = row[column];
    if (!Array.isArray(messages)) continue;
    for (const message of messages as unknown[]) {
      const { role, from, content, value } = Object(message) as Row;
      const text = content ?? value;
      if ((role === "user" || from === "human") && typeof text === "string") return text;
    }
  }
  return typeof row["instruction"] === "string" ? row["instruction"] : null;
}

/** A text without the id, wherever it stands by itself: "a-1" is not in "a-12". */
export function withoutId(text: string, id: string): string {
  return text.replace(byItself(id), "$1(forgotten)");
}

/** True when the text holds the id by itself. */
export const holdsId = (text: string, id: string): boolean => byItself(id).test(text);

const byItself = (id: string): RegExp =>
  new RegExp(`(^|[^\\w-])${literalPattern(id)}(?![\\w-])`, "g");

/** Rows of a file of the set before and after. */
export type FileChange = {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly bytes: number;
};

/** dataset_stats.json with the rows that are left; lengths, tokens and groups stay those of the whole set. */
export function statsAfter(stats: Row, changes: readonly FileChange[]): Row {
  const after = new Map(changes.map((change) => [change.name, change]));
  const files = listOf(stats["files"]).map((file) => {
    const change = after.get(String(file["name"]).replace(/\.parquet$/, ".jsonl"));
    return change === undefined ? file : { ...file, rows: change.after };
  });
  const gone = (name: string): number => {
    const change = after.get(name);
    return change === undefined ? 0 : change.before - change.after;
  };
  const formats = Object.entries(
    Object(stats["formats"]) as Record<string, Record<string, number>>,
  );
  const left = formats.map(([format, splits], at) => {
    const path = (split: string): string => `${at === 0 ? "" : `${format}/`}${split}.jsonl`;
    const rows = Object.entries(splits).map(([split, n]) => [split, n - gone(path(split))]);
    return [format, Object.fromEntries(rows) as Record<string, number>] as const;
  });
  const main = left[0]?.[1] ?? {};
  const lost = changes.filter(({ name }) => isMain(name)).map(({ name }) => gone(name));
  const rows = lost.reduce((sum, n) => sum + n, 0);
  return {
    ...stats,
    ...Object.fromEntries(Object.entries(main).map(([split, n]) => [`${split}_size`, n])),
    ...(typeof stats["rows"] === "number" ? { rows: Math.max(0, stats["rows"] - rows) } : {}),
    formats: Object.fromEntries(left),
    forgotten: Number(stats["forgotten"] ?? 0) + rows,
    files,
  };
}

/**
 * The card with the counts that are left; what a person wrote into it stays. Rows that it shows as
 * examples go when they name the id.
 * @param print a hash of the rows that are left, 16 hex digits.
 */
export function cardAfter(
  card: string,
  {
    id,
    print,
    changes,
  }: { readonly id: string; readonly print: string; readonly changes: readonly FileChange[] },
): string {
  const counts = new Map(changes.map((change) => [change.name, change]));
  const lines: string[] = [];
  let path: string | null = null;
  let format = "";
  let isMainConfig = true;
  let size = 0;
  for (const line of card.split("\n")) {
    const config = /^- config_name: "([^"]*)"/.exec(line)?.[1];
    if (config !== undefined) {
      isMainConfig = lines.every((one) => !one.startsWith("- config_name: ")) || config === format;
      if (format === "") format = config;
    }
    if (config !== undefined) size = 0;
    const split = /^ {2}- name: "([^"]*)"/.exec(line)?.[1];
    if (split !== undefined) path = pathOf(config ?? nameOf(lines), split, isMainConfig, counts);
    const change = path === null ? undefined : counts.get(path);
    if (change !== undefined && /^ +num_bytes: \d+$/.test(line)) size += change.bytes;
    const total = /^ {2}dataset_size: \d+$/.test(line) ? `  dataset_size: ${size}` : null;
    lines.push(total ?? patched(line, change, print));
  }
  const text = tableAfter(lines.join("\n"), changes);
  const shown = text.indexOf("\n## One row of each format");
  const kept = shown >= 0 && text.slice(shown).includes(id) ? text.slice(0, shown) : text;
  const lost = changes.filter(({ name }) => isMain(name));
  const rows = lost.reduce((sum, { before, after }) => sum + before - after, 0);
  return `${kept.trimEnd()}\n\n${rows} rows were taken out later, on request.\n`;
}

// ---------------------------------------------------------------------------------------------

const isMain = (name: string): boolean =>
  !name.includes("/") && name.endsWith(".jsonl") && name !== "skipped.jsonl";

const listOf = (value: unknown): Row[] =>
  Array.isArray(value) ? (value as unknown[]).map((one) => Object(one) as Row) : [];

/** The config that the lines so far end in. */
const nameOf = (lines: readonly string[]): string =>
  /"([^"]*)"/.exec(lines.findLast((line) => line.startsWith("- config_name: ")) ?? "")?.[1] ?? "";

/** The JSON Lines of a split as the card names it. */
function pathOf(
  config: string,
  split: string,
  isMainConfig: boolean,
  counts: ReadonlyMap<string, unknown>,
): string | null {
  const folder = isMainConfig ? "" : `${config}/`;
  const file = { validation: "val", train: "train" }[split] ?? split;
  const names = [file, split, ...(split === "train" ? ["dev"] : [])];
  return names.map((one) => `${folder}${one}.jsonl`).find((one) => counts.has(one)) ?? null;
}

function patched(line: string, change: FileChange | undefined, print: string): string {
  const indent = /^ */.exec(line)?.[0] ?? "";
  if (/^ +description: "rows [0-9a-f]+"$/.test(line))
    return `${indent}description: "rows ${print}"`;
  if (/^ +version: "1\.\d+\.\d+"$/.test(line)) {
    const [a, b] = [print.slice(0, 6), print.slice(6, 12)].map((hex) => parseInt(hex, 16));
    return `${indent}version: "1.${a}.${b}"`;
  }
  if (change === undefined) return line;
  if (/^ +num_bytes: \d+$/.test(line)) return `${indent}num_bytes: ${change.bytes}`;
  if (/^ +num_examples: \d+$/.test(line)) return `${indent}num_examples: ${change.after}`;
  return line;
}

/** The table of counts: a line a format, a column a split, in the order of the files. */
function tableAfter(card: string, changes: readonly FileChange[]): string {
  const [, head = ""] = /^\| format \|(.*)\|$/m.exec(card) ?? [];
  const splits = head.split("|").map((name) => name.trim());
  let isFirst = true;
  return card.replace(
    /^\| ([a-z-]+) \|((?: \d+ \|)+)$/gm,
    (line, format: string, cells: string) => {
      const folder = isFirst ? "" : `${format}/`;
      isFirst = false;
      const rows = cells
        .split("|")
        .slice(0, -1)
        .map((cell, at) => {
          const change = changes.find(({ name }) => name === `${folder}${splits[at] ?? ""}.jsonl`);
          return ` ${change?.after ?? cell.trim()} `;
        });
      return rows.length === splits.length ? `| ${format} |${rows.join("|")}|` : line;
    },
  );
}
