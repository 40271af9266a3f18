/** label: runs of any source in, SUCCESS, FAILURE or UNKNOWN with reasons out. Asks no model. */
import type { Config } from "../config.ts";
import { rowVerdict } from "../core/formats/verdict.ts";
import { labelRun, type LabelReason } from "../core/label/label.ts";
import { trajectoryShape } from "../core/sample/columns.ts";
import { trajectoryOf, type Row } from "../core/sample/shapes.ts";
import { allRows, openRows } from "../drawing/open-rows.ts";
import type { RunLabel } from "../records/prompt.ts";

export type LabelledRun = {
  readonly id: string;
  readonly label: RunLabel;
  readonly reasons: readonly LabelReason[];
};

export type LabelOptions = {
  readonly names: readonly string[];
  readonly skipBad: boolean;
  /** The rule does not see the verdict of the source: for measuring it. */
  readonly hideVerdict?: boolean;
};

export type LabelCounts = {
  /** read = labelled + all drops. */
  read: number;
  readonly labels: Record<RunLabel, number>;
  readonly reasons: Map<LabelReason, number>;
  readonly drops: Map<string, number>;
};

export const emptyCounts = (): LabelCounts => ({
  read: 0,
  labels: { SUCCESS: 0, FAILURE: 0, UNKNOWN: 0 },
  reasons: new Map(),
  drops: new Map(),
});

/** Every run in order, with what its source says of it. `counts` is added to. */
export async function* labelledRuns(
  config: Config,
  options: LabelOptions,
  counts: LabelCounts,
): AsyncGenerator<LabelledRun & { readonly verdict: "success" | "failure" | null }> {
  const source = await openRows(config, options.names, "label", options.skipBad);
  trajectoryShape("label", source.files);
  const total = source.files.reduce((sum, file) => sum + file.rows + file.badLines, 0);
  const badLines = source.files.reduce((sum, file) => sum + file.badLines, 0);
  let whole = 0;
  for await (const { row, index } of allRows(source)) {
    whole++;
    const read = trajectoryOf(row, "keep", `${options.names[0] ?? "run"}#${index + 1}`);
    if (!read.ok) {
      count(counts.drops, read.reason);
      continue;
    }
    const { run, instance_id, exit_status } = read.value;
    const verdict = run.verdict ?? rowVerdict(row);
    if (verdict === "unreadable") {
      count(counts.drops, "verdict_unreadable");
      continue;
    }
    const said = labelRun({
      messages: run.messages,
      notTurns: run.notTurns,
      verdict: options.hideVerdict === true ? null : verdict,
      exit_status,
    });
    counts.labels[said.label]++;
    for (const reason of said.reasons) count(counts.reasons, reason);
    yield { id: run.id ?? idOf(row) ?? instance_id, ...said, verdict };
  }
  counts.read = total;
  for (const [reason, n] of [
    ["bad_line", badLines],
    ["truncated_cell", total - badLines - whole],
  ] as const) {
    if (n > 0) counts.drops.set(reason, n);
  }
}

/** The summary for a person. */
export function countLines({ read, labels, reasons, drops }: LabelCounts): readonly string[] {
  const line = (name: string, n: number): string => `  ${name.padEnd(24)} ${n}`;
  return [
    `${read} runs read`,
    ...Object.entries(labels).map(([name, n]) => line(name, n)),
    "reasons (a run may have several)",
    ...[...reasons].sort((a, b) => b[1] - a[1]).map(([name, n]) => line(name, n)),
    ...(drops.size === 0 ? [] : ["left out", ...[...drops].map(([name, n]) => line(name, n))]),
  ];
}

// ---------------------------------------------------------------------------------------------

function count<Key>(into: Map<Key, number>, key: Key): void {
  into.set(key, (into.get(key) ?? 0) + 1);
}

function idOf(row: Row): string | null {
  const id = row["traj_id"];
  return typeof id === "string" && id !== "" ? id : null;
}
