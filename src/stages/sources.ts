/**
 * sources: what a data set holds, without drawing from it for good: files, rows, columns, an example
 * turn, what would be dropped of a few drawn rows and why, and what each way of reading would cost.
 */
import type { Config } from "../config.ts";
import { isMultiSwe } from "../core/formats/multi-swe.ts";
import { PR_COLUMNS } from "../core/sample/pr.ts";
import { wayCosts } from "../core/sample/plan.ts";
import { shapeOf } from "../core/sample/shapes.ts";
import { sourceReport, type SourceFacts } from "../core/sample/describe.ts";
import { maskTurn } from "../core/secrets/door.ts";
import type { Store } from "../io/store.ts";
import type { PullRequestRows } from "../io/source/prs.ts";
import type { RowSource } from "../io/source/types.ts";
import { drawTurns } from "../drawing/draw.ts";
import { openGauges } from "../drawing/gauges.ts";
import { SKIP_MEANINGS } from "../drawing/logs/find.ts";
import type { FileReport } from "../drawing/logs/open.ts";
import { openOne, type OpenSettings } from "../drawing/open-sources.ts";

export type SourcesOptions = {
  /** Path, glob, folder or Hub data set, as [source].trajectories takes it. */
  readonly name: string;
  /** Drawn rows to try the filters on. */
  readonly rows: number;
  readonly skipBad: boolean;
  readonly concurrency: number;
  /** Tells this look from others at the same workspace, such as a draw that is under way. */
  readonly purpose: string;
  /** By which settings turns are tried, once it is known what the source holds. @default the workspace's */
  readonly settingsFor?: (found: SourceFacts["found"]) => Config;
};

/** @throws UserError as the prompt stage does for a source that names nothing or cannot be read. */
export async function sources(
  config: Config,
  deps: { readonly store: Store },
  options: SourcesOptions,
): Promise<{ readonly facts: SourceFacts; readonly lines: readonly string[] }> {
  const settings: OpenSettings = {
    ...options,
    key: null,
    target: config.source.count,
    before: null,
  };
  const opened = await openOne(options.name, "trajectories", config, settings);
  const { source, set } = opened;
  const columns = [...new Set(source.files.flatMap((file) => file.columns))];
  const shape = shapeOf(columns);
  const about = foundIn(opened.reports);
  const inForce = options.settingsFor?.(about.found) ?? config;
  const tried = shape === null ? null : await tryFilters(inForce, source, shape, options.rows);
  const facts: SourceFacts = {
    name: options.name,
    commit: set?.commit ?? null,
    files: source.files.map(({ name, rows }) => ({ name, rows })),
    ...about,
    groups: source.files.reduce((sum, file) => sum + file.groupRows.length, 0),
    columns,
    shape: shape ?? (arePullRequests(columns) ? "pull requests" : null),
    tried,
    count: config.source.count,
    costs: set === null || set.facts.length === 0 ? [] : wayCosts(...opened.planned),
    workspace: deps.store.root,
  };
  await opened.release();
  return { facts, lines: sourceReport(facts) };
}

// ---------------------------------------------------------------------------------------------

function arePullRequests(columns: readonly string[]): boolean {
  return isMultiSwe(columns) || PR_COLUMNS.every((column) => columns.includes(column));
}

/** Files of a kind together, in the order in which they were found. */
function foundIn(reports: readonly FileReport[]): Pick<SourceFacts, "found" | "left_out"> {
  const found = new Map<string, { files: number; rows: number; example: string }>();
  const left: Record<string, number> = {};
  for (const { name, what, rows, skip, drops } of reports) {
    const kind = skip === null ? what || "a log without a run" : `no run (${SKIP_MEANINGS[skip]})`;
    const before = found.get(kind) ?? { files: 0, rows: 0, example: name };
    found.set(kind, { ...before, files: before.files + 1, rows: before.rows + rows });
    for (const [reason, count] of Object.entries(drops)) left[reason] = (left[reason] ?? 0) + count;
  }
  return { found: [...found].map(([what, of]) => ({ what, ...of })), left_out: left };
}

/** Judges the first drawn rows by every filter but the pull request's, which is not looked up. */
async function tryFilters(
  config: Config,
  source: RowSource,
  shape: "ready" | "trajectory",
  rows: number,
): Promise<SourceFacts["tried"]> {
  const settings = { ...config.source, max_draws_per_turn: 1, languages: [] };
  const gauges = await openGauges(config);
  const hidden = config.challenger.hidden === "future" ? "future" : "pr";
  let home_paths = 0;
  const drawn = await drawTurns(settings, shape, rows, {
    source,
    prs: anyPullRequest,
    gauges,
    style: config.protocol.style,
    hidden,
    async onKept(candidate, pr) {
      home_paths += (await maskTurn({ candidate, pr }, "off")).homePaths;
      return candidate;
    },
  });
  const [example] = drawn.kept;
  return {
    read: drawn.read,
    kept: drawn.kept.length,
    dropped: drawn.dropped,
    example: example ?? null,
    home_paths,
    drawn: shape === "trajectory" && settings.spread === "turns" ? "turns" : "rows",
    hidden,
  };
}

const anyPullRequest: PullRequestRows = {
  find: (ids) => Promise.resolve(new Map(ids.map((id) => [id, { instance_id: id, patch: "" }]))),
};
