/** Two workspaces side by side: scores, gate, paired differences by metric, turns that changed bucket. */
import type { Duel } from "../../records/duel.ts";
import { BUCKETS } from "../../records/exported.ts";
import { METRICS, type Metric } from "../../records/score.ts";
import { clusterOf, type ClusterBy } from "../duel/cluster-by.ts";
import { clusteredShare } from "../duel/statistics.ts";
import type { Block, Document } from "./document.ts";
import { counted, decimal, points, thousands } from "./format.ts";
import type { TurnRow } from "./turn-row.ts";

/** A turn with the hash of its history: `historyHash` of core/turn/hash.ts. */
export type SideRow = TurnRow & { readonly history: string };

export type Side = {
  /** Name of the workspace, as the person gave it. */
  readonly name: string;
  readonly rows: readonly SideRow[];
  readonly duel: Duel | null;
  readonly cluster_by: ClusterBy;
  readonly limits: { readonly by: string; readonly final_min: number; readonly defeat_max: number };
};

export type Difference = {
  readonly metric: Metric | "all";
  /** Means over the turns scored on both sides, 0..100. */
  readonly a: number | null;
  readonly b: number | null;
  /** b - a in points, and its 95 % interval over clusters; null under two clusters. */
  readonly difference: number | null;
  readonly interval: readonly [number, number] | null;
};

export type Comparison = {
  /** Turns scored on both sides. */
  readonly n_paired: number;
  readonly only_a: number;
  readonly only_b: number;
  /** Answer files of one name whose turns are not the same: counted in only_a and only_b. */
  readonly same_name: number;
  readonly differences: readonly Difference[];
  /** Largest change of score first. */
  readonly moved: readonly {
    readonly file: string;
    /** What the same turn is called on the other side. */
    readonly file_b: string;
    readonly instance_id: string;
    readonly from: string;
    readonly to: string;
    readonly score_a: number | null;
    readonly score_b: number | null;
  }[];
};

/** A turn is the same on both sides when instance, turn and history are, whatever its file is called. */
export function compareSides(a: Side, b: Side): Comparison {
  const others = new Map(b.rows.toReversed().map((row) => [keyOf(row), row]));
  const both = a.rows.flatMap((row) => {
    const other = others.get(keyOf(row));
    others.delete(keyOf(row));
    return other === undefined ? [] : [{ a: row, b: other }];
  });
  const paired = both.filter((pair) => pair.a.metrics !== null && pair.b.metrics !== null);
  return {
    n_paired: paired.length,
    only_a: a.rows.length - both.length,
    only_b: b.rows.length - both.length,
    same_name: sameNames(a, b, new Set(both.map((pair) => pair.a.file))),
    differences: [
      differenceOf("all", paired, a.cluster_by, (row) => row.score),
      ...METRICS.map((metric) =>
        differenceOf(metric, paired, a.cluster_by, (row) => row.metrics?.[metric] ?? null),
      ),
    ],
    moved: both
      .filter((pair) => pair.a.bucket !== pair.b.bucket)
      .map((pair) => ({
        file: pair.a.file,
        file_b: pair.b.file,
        instance_id: pair.a.instance_id,
        from: pair.a.bucket ?? "none",
        to: pair.b.bucket ?? "none",
        score_a: pair.a.score,
        score_b: pair.b.score,
      }))
      .sort((one, other) => change(other) - change(one) || (one.file < other.file ? -1 : 1)),
  };
}

/** What `npm run compare` prints. `linkOf`: where a turn that changed bucket leads on a page. */
export function comparisonDocument(
  a: Side,
  b: Side,
  linkOf: ((move: Comparison["moved"][number]) => string) | null = null,
): Document {
  const { n_paired, only_a, only_b, same_name, differences, moved } = compareSides(a, b);
  return {
    title: `${a.name} and ${b.name}`,
    blocks: [
      sidesTable(a, b),
      { kind: "heading", level: 2, text: "Differences by metric" },
      {
        kind: "text",
        text: `${counted(n_paired, "turn")} scored on both sides (same instance, turn and history); ${thousands(only_a)} only in ${a.name}, ${thousands(only_b)} only in ${b.name}.${namesNote(same_name)}${intervalNote(a, differences)}`,
      },
      ...(n_paired === 0 ? [] : [differencesTable(a, b, differences)]),
      { kind: "heading", level: 2, text: `${counted(moved.length, "turn")} changed bucket` },
      ...(moved.length === 0 ? [] : [movedTable(moved, linkOf)]),
    ],
  };
}

// ---------------------------------------------------------------------------------------------

type Pair = { readonly a: TurnRow; readonly b: TurnRow };

/** A turn that was drawn twice into a workspace has its history twice: the first of each is paired. */
const keyOf = ({ turn, ...row }: SideRow): string =>
  [row.instance_id, turn ?? "", row.history].join("\n");

function sameNames(a: Side, b: Side, paired: ReadonlySet<string>): number {
  const names = new Set(b.rows.map(({ file }) => file));
  return a.rows.filter(({ file }) => names.has(file) && !paired.has(file)).length;
}

const namesNote = (count: number): string =>
  count === 0
    ? ""
    : ` ${counted(count, "answer file")} of the same name ${count === 1 ? "holds another turn" : "hold other turns"} on either side.`;

/** Without two clusters there is nothing to tell how much the differences vary, and the column has no figure. */
const intervalNote = ({ cluster_by }: Side, differences: readonly Difference[]): string =>
  differences.some(({ difference, interval }) => difference !== null && interval === null)
    ? ` No intervals: all of them are of one cluster (${cluster_by}), and intervals need two.`
    : ` Intervals: 95 %, paired, over clusters (${cluster_by}).`;

const change = (move: Comparison["moved"][number]): number =>
  Math.abs((move.score_b ?? 0) - (move.score_a ?? 0));

function differenceOf(
  metric: Metric | "all",
  pairs: readonly Pair[],
  clusterBy: ClusterBy,
  valueOf: (row: TurnRow) => number | null,
): Difference {
  const values = pairs.map((pair) => ({
    cluster: clusterOf(pair.a, clusterBy),
    a: valueOf(pair.a) ?? 0,
    b: valueOf(pair.b) ?? 0,
  }));
  if (values.length === 0) return { metric, a: null, b: null, difference: null, interval: null };
  const mean = (side: "a" | "b"): number =>
    values.reduce((sum, value) => sum + value[side], 0) / values.length;
  // A difference of -100..100 is moved to 0..1, where the interval of a share over clusters applies.
  const { interval } = clusteredShare(
    values.map(({ cluster, a, b }) => ({ cluster, hits: (b - a + 100) / 200, all: 1 })),
  );
  return {
    metric,
    a: mean("a"),
    b: mean("b"),
    difference: mean("b") - mean("a"),
    interval: interval === null ? null : [interval[0] * 200 - 100, interval[1] * 200 - 100],
  };
}

function sidesTable(a: Side, b: Side): Block {
  const count = (side: Side, bucket: string): string =>
    thousands(side.rows.filter((row) => row.bucket === bucket).length);
  const rows: [string, (side: Side) => string][] = [
    ["gate", ({ duel }) => gateWord(duel)],
    ["challenger score", ({ duel }) => points(duel?.challenger_score)],
    ["margin", ({ duel }) => points(duel?.margin)],
    ["lower bound", ({ duel }) => decimal(duel?.lcb)],
    ["turns", (side) => thousands(side.rows.length)],
    ["scored", (side) => thousands(side.rows.filter((row) => row.state === "scored").length)],
    ...BUCKETS.map((bucket): [string, (side: Side) => string] => [
      bucket,
      (side) => count(side, bucket),
    ]),
    ["buckets by", ({ limits }) => limits.by],
    ["final at least", ({ limits }) => points(limits.final_min)],
    ["defeat below", ({ limits }) => points(limits.defeat_max)],
  ];
  return {
    kind: "table",
    columns: [{ name: "" }, { name: a.name, align: "right" }, { name: b.name, align: "right" }],
    rows: rows.map(([name, of]) => [name, of(a), of(b)]),
  };
}

function gateWord(duel: Duel | null): string {
  if (duel === null) return "not judged";
  return duel.accepted === null ? "not decided" : duel.accepted ? "accepted" : "not accepted";
}

function differencesTable(a: Side, b: Side, differences: readonly Difference[]): Block {
  return {
    kind: "table",
    columns: [
      { name: "metric" },
      { name: a.name, align: "right" },
      { name: b.name, align: "right" },
      { name: "difference", align: "right" },
      { name: "95 %", align: "right" },
    ],
    rows: differences.map(({ metric, a: one, b: other, difference, interval }) => [
      metric === "all" ? "score" : metric,
      points(one),
      points(other),
      `${difference !== null && difference > 0 ? "+" : ""}${points(difference)}`,
      interval === null ? "–" : `${points(interval[0])} to ${points(interval[1])}`,
    ]),
  };
}

function movedTable(
  moved: Comparison["moved"],
  linkOf: ((move: Comparison["moved"][number]) => string) | null,
): Block {
  return {
    kind: "table",
    columns: [
      { name: "file" },
      { name: "instance" },
      { name: "from" },
      { name: "to" },
      { name: "score from", align: "right" },
      { name: "score to", align: "right" },
    ],
    rows: moved.map((move) => [
      move.file,
      move.instance_id,
      move.from,
      move.to,
      points(move.score_a),
      points(move.score_b),
    ]),
    ...(linkOf === null ? {} : { links: { column: 0, to: moved.map(linkOf) } }),
  };
}
