/** Everything the report is made of, gathered by the stage. */
import type { Duel } from "../../records/duel.ts";
import type { Lineage } from "../../records/lineage.ts";
import type { Queue } from "../../records/queue.ts";
import type { RunFile } from "../../records/run.ts";
import type { AuditSummary } from "../audit/summary.ts";
import type { ClusterBy } from "../duel/cluster-by.ts";
import type { BucketRules } from "../duel/bucket.ts";
import type { RefinedTurn } from "../refine/gain.ts";
import type { PanelTruth } from "../tasks/panel.ts";
import type { Spending } from "./spending.ts";
import type { LabelTruth } from "./story-outcomes.ts";
import type { TurnRow } from "./turn-row.ts";

export type ReportData = {
  readonly config: {
    readonly bucket: BucketRules;
    readonly duel: {
      readonly mode: 1 | 2;
      readonly min_valid_turn_frac: number;
      readonly cluster_by: ClusterBy;
      readonly min_decisive: number;
    };
    readonly king: { readonly model: string; readonly provider: string };
    readonly challenger: {
      readonly model: string;
      readonly provider: string;
      readonly hidden?: "auto" | "pr" | "future";
    };
    readonly source: {
      readonly trajectories: string | readonly string[];
      readonly prs: string | readonly string[];
      readonly seed: number;
    };
    readonly panel: readonly { readonly model: string; readonly provider: string }[];
  };
  /** null: validate has not run. */
  readonly duel: Duel | null;
  /** Every answer file that the report is about. */
  readonly rows: readonly TurnRow[];
  /** The turns drawn for people; null: no draw was made. */
  readonly queue: Queue | null;
  readonly runs: RunFile["stages"];
  /** "DATASET at REVISION" of the turns, sorted, each once. */
  readonly origins: readonly string[];
  readonly spending: readonly Spending[];
  /** Secrets masked in the exports, by kind. */
  readonly masked: Readonly<Record<string, number>>;
  readonly audits: AuditSummary;
  /** What outcomes in the gym say of the panel; absent: none were played. */
  readonly truth?: { readonly panel: PanelTruth | null; readonly labels: readonly LabelTruth[] };
  /** Turns whose history has words beside calls, and the models whose templates leave those out. */
  readonly unseen: { readonly turns: number; readonly models: readonly string[] };
  /** The limit of a leak in force; absent where the kings' is not frozen yet. */
  readonly leak_min?: number | undefined;
  /** Second answers; [] where none was asked for. */
  readonly refined: readonly RefinedTurn[];
  /** Absent: no checkpoint has challenged anybody. */
  readonly lineage?: Lineage | null;
  /** Files of final/, refined/, defeat/ that belong to no answer file of the workspace. */
  readonly strays: readonly string[];
  /** Broken files, whose turns or sections are not told of. */
  readonly unread: ReadonlySet<string>;
  /** What --only and --limit left of the workspace, in words; null: all of it. */
  readonly selection: string | null;
};

/** Providers that replay recordings instead of asking a model. */
export const RECORDED_PROVIDER = "offline";

export function isRecorded(config: ReportData["config"]): boolean {
  return [
    config.king.provider,
    config.challenger.provider,
    ...config.panel.map((judge) => judge.provider),
  ].includes(RECORDED_PROVIDER);
}
