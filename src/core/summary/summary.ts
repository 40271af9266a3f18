/** What is in a JSON Lines set: rows, lengths, labels. Reads every format that the builders write. */

export type Summary = {
  readonly rows: number;
  /** Characters a row (prompt and answer together). */
  readonly chars: Distribution;
  /** Value counts of every label-like field found, most frequent first. */
  readonly labels: readonly { readonly field: string; readonly counts: readonly Count[] }[];
  /** Rows by shape: "openai", "chatml", "preference" ... */
  readonly shapes: readonly Count[];
  /** Counts of `chars` in ten equal steps from 0 to the longest row. */
  readonly histogram: readonly { readonly upTo: number; readonly rows: number }[];
};

export type Count = readonly [name: string, rows: number];

/** All 0 when there are no rows. Percentiles by nearest rank. */
export type Distribution = {
  readonly total: number;
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
};

export type Tally = {
  readonly lengths: number[];
  readonly shapes: Map<string, number>;
  readonly labels: Map<string, Map<string, number>>;
};

export const emptyTally = (): Tally => ({ lengths: [], shapes: new Map(), labels: new Map() });

/** Adds one row; a number a row is all that is kept of it. */
export function addRow(tally: Tally, row: Readonly<Record<string, unknown>>): void {
  tally.lengths.push(textChars(row));
  count(tally.shapes, shapeOf(row));
  const metadata = isTable(row["metadata"]) ? row["metadata"] : {};
  for (const field of LABELS) {
    const value = row[field] ?? metadata[field];
    if (typeof value !== "string" && typeof value !== "boolean" && typeof value !== "number")
      continue;
    const counts = tally.labels.get(field) ?? new Map<string, number>();
    tally.labels.set(field, counts);
    // A field with a value of its own in every row is no label.
    if (counts.size < MAX_VALUES || counts.has(String(value))) count(counts, String(value));
    else count(counts, "(others)");
  }
}

export function summaryOf(tally: Tally): Summary {
  const lengths = [...tally.lengths].sort((a, b) => a - b);
  const rank = (share: number): number =>
    lengths[Math.max(0, Math.ceil(share * lengths.length) - 1)] ?? 0;
  const max = lengths.at(-1) ?? 0;
  const step = Math.max(1, Math.ceil(max / STEPS));
  return {
    rows: lengths.length,
    chars: {
      total: lengths.reduce((sum, n) => sum + n, 0),
      min: lengths[0] ?? 0,
      median: rank(0.5),
      p90: rank(0.9),
      max,
    },
    labels: [...tally.labels].map(([field, counts]) => ({ field, counts: byCount(counts) })),
    shapes: byCount(tally.shapes),
    histogram: Array.from({ length: lengths.length === 0 ? 0 : STEPS }, (_, at) => ({
      upTo: (at + 1) * step,
      rows: lengths.filter((n) => n <= (at + 1) * step && (n > at * step || (at === 0 && n === 0)))
        .length,
    })),
  };
}

/** The summary as lines for a person. Tokens are estimated at 4 characters each. */
export function summaryLines(name: string, summary: Summary): string[] {
  const { chars, rows } = summary;
  return [
    `${name}: ${rows} rows (${summary.shapes.map(([shape, n]) => `${shape} ${n}`).join(", ") || "empty"})`,
    `  characters a row: ${chars.min} to ${chars.max}, median ${chars.median}, p90 ${chars.p90}; in all ${chars.total}, about ${Math.ceil(chars.total / 4)} tokens`,
    ...summary.labels.map(
      ({ field, counts }) =>
        `  ${field}: ${counts.map(([value, n]) => `${value} ${n}`).join(", ")}`,
    ),
  ];
}

// ---------------------------------------------------------------------------------------------

const STEPS = 10;
const MAX_VALUES = 30;
const LABELS = [
  "label",
  "action_type",
  "split",
  "source",
  "kind",
  "response_source",
  "rejected_origin",
  "reason",
] as const;

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function byCount(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** By the keys of the formats; the first that fits. */
function shapeOf(row: Readonly<Record<string, unknown>>): string {
  if ("chosen" in row && "rejected" in row) return "preference";
  if ("prompt" in row && "completion" in row) return "label" in row ? "kto" : "prompt-completion";
  if (Array.isArray(row["messages"])) return "openai";
  if (Array.isArray(row["conversations"])) return "sharegpt";
  if ("instruction" in row && "output" in row) return "alpaca";
  if (typeof row["text"] === "string") return "chatml";
  if ("reason" in row && "instance_id" in row) return "skipped";
  return "other";
}

/** Texts of the row, metadata left out. */
function textChars(row: Readonly<Record<string, unknown>>): number {
  return Object.entries(row).reduce(
    (sum, [key, value]) => (key === "metadata" ? sum : sum + charsIn(value)),
    0,
  );
}

function charsIn(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + charsIn(item), 0);
  if (!isTable(value)) return 0;
  return charsIn(value["content"] ?? value["value"] ?? "");
}
