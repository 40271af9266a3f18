/**
 * Opening the two sources of a draw. A Hub set is planned first: what each way of reading it would cost
 * is said, and held against [source].max_read_mb, before anything large is read.
 */
import { join } from "node:path";
import type { Config } from "../config.ts";
import { checkPullRequestColumns, trajectoryShape } from "../core/sample/columns.ts";
import {
  checkWhole,
  chooseWay,
  costRecord,
  planLine,
  wayCosts,
  type Reading,
  type Way,
  type WayCost,
} from "../core/sample/plan.ts";
import { neededColumns } from "../core/sample/shapes.ts";
import { parseHubName, type HubName } from "../io/hub/name.ts";
import { hubPullRequests, type HubPullRequests } from "../io/hub/prs.ts";
import { openHubSet, type HubSet } from "../io/hub/set.ts";
import { leftOutNote } from "../core/formats/left-out.ts";
import { openLocal } from "../io/source/local.ts";
import { localPullRequests, type PullRequestRows } from "../io/source/prs.ts";
import { joinSources } from "../io/source/rows.ts";
import type { RowSource } from "../io/source/types.ts";
import { UserError } from "../errors.ts";
import type { SourceState } from "../records/source.ts";
import { SKIP_MEANINGS } from "./logs/find.ts";
import { openLogs, type FileReport } from "./logs/open.ts";

export type OpenedSources = {
  readonly source: RowSource;
  readonly shape: "ready" | "trajectory";
  /** Opened with the first turn that may have one. */
  readonly prs: PullRequestRows;
  /** One entry an opened source, for report/source.json. */
  readonly sources: () => SourceState["sources"];
  /** What a person should know of the plan. */
  readonly notes: readonly string[];
  /** Bytes and requests so far, over all Hub sets. */
  readonly spent: () => { bytes: number; requests: number };
  /** The draw is complete: what was kept for a re-run goes. */
  release(): Promise<void>;
};

export type OpenSettings = {
  /** Turns that will be drawn. */
  readonly target: number;
  readonly skipBad: boolean;
  readonly concurrency: number;
  /** Whose reading is kept until it is released: "draw", or a look that is over at once. */
  readonly purpose: string;
  /** Commits and ways of the run that is resumed; null: a new one. */
  readonly before: SourceState | null;
  /** What a person calls the source, for errors; @default "[source].KIND" */
  readonly key?: string | null;
  /** Told when the pull requests are opened after all, with what a person should know of the plan. */
  readonly opened?: (sources: SourceState["sources"], notes: readonly string[]) => Promise<void>;
};

/**
 * Opens the trajectories, and the pull requests where rows say that they belong to one; else these wait
 * for the first turn that may have one, and session logs are drawn without a network.
 * @throws UserError when a source names nothing, cannot be read, or lacks a column.
 */
export async function openSources(config: Config, settings: OpenSettings): Promise<OpenedSources> {
  const trajectories = await openAll("trajectories", config, settings);
  const source = joinSources(trajectories.map((part) => part.source));
  const shape = trajectoryShape("[source].trajectories", source.files);
  const { hidden } = config.challenger;
  let prs: PullRequests | null = null;
  let opening: Promise<PullRequests> | null = null;
  const open = (): Promise<PullRequests> =>
    (opening ??= openPullRequests(config, settings).then((opened) => (prs = opened)));
  const isNamed = source.files.some(({ columns }) => columns.includes("instance_id"));
  if (hidden === "pr" || (hidden === "auto" && isNamed)) await open();
  const parts = (): readonly Part[] => [...trajectories, ...(prs?.parts ?? [])];
  const entries = (): SourceState["sources"] => parts().map((part) => part.entry);
  const sum = (of: (set: HubSet) => number): number =>
    parts().reduce((total, { set }) => total + (set === null ? 0 : of(set)), 0);
  return {
    source,
    shape,
    prs: {
      async find(ids) {
        if (prs === null) {
          const { parts: late } = await open();
          await settings.opened?.(
            entries(),
            late.flatMap((part) => part.note ?? []),
          );
        }
        return namingHidden(async () => (await open()).rows.find(ids));
      },
    },
    sources: entries,
    notes: parts().flatMap((part) => part.note ?? []),
    spent: () => ({
      bytes: sum((set) => set.stats.bytes),
      requests: sum((set) => set.stats.requests),
    }),
    async release() {
      for (const finder of prs?.finders ?? []) await finder.release();
      for (const part of parts()) await part.release();
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** A Hub set with its options from chain.toml and the environment. */
function openSet(
  name: HubName,
  kind: Kind,
  config: Config,
  settings: OpenSettings,
): Promise<HubSet> {
  const { source, env, root } = config;
  const { max_read_mb } = source;
  const token = env["HF_TOKEN"] || env["HUGGINGFACE_API_KEY"] || null;
  const asked = kind === "prs" ? prsKeys(source) : source;
  const before = settings.before?.sources.find(
    (one) => one.key === kind && one.dataset === name.text,
  );
  return openHubSet({
    endpoint: (env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, ""),
    name: name.name,
    revision: before?.revision ?? name.revision ?? asked.revision ?? null,
    config: asked.config ?? null,
    split: asked.split ?? null,
    paths: name.paths,
    hasToken: token !== null,
    token,
    key: `[source].${kind}`,
    viewerUrl: source.viewer_url.replace(/\/+$/, ""),
    cacheDir: join(root, ".cache"),
    concurrency: settings.concurrency,
    useViewer: source.read === "auto" || source.read === "viewer",
    skipBad: settings.skipBad,
    purpose: `${settings.purpose}-${kind}`,
    beforeWhole: (bytes) => checkWhole(name.name, bytes, max_read_mb * 1e6),
  });
}

type PullRequests = {
  readonly parts: readonly Part[];
  readonly finders: readonly HubPullRequests[];
  readonly rows: PullRequestRows;
};

function openPullRequests(config: Config, settings: OpenSettings): Promise<PullRequests> {
  return namingHidden(async () => {
    const parts = await openAll("prs", config, settings);
    for (const part of parts) checkPullRequestColumns("[source].prs", part.source.files);
    const finders = await Promise.all(parts.map(finderOf));
    return { parts, finders, rows: firstOf(finders) };
  });
}

/** Who has no pull requests at hand does not need them: the error says how to do without. */
async function namingHidden<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof UserError) || error.hint.includes("[challenger].hidden")) throw error;
    throw new UserError(
      error.message,
      `${error.hint}; or set [challenger].hidden = "future", which needs no pull requests`,
      { cause: error },
    );
  }
}

type Kind = "trajectories" | "prs";
type Part = {
  readonly source: RowSource;
  /** What was found of each local file; [] for Hub sets and pull requests. */
  readonly reports: readonly FileReport[];
  readonly set: HubSet | null;
  readonly entry: SourceState["sources"][number];
  /** What a person should know of the plan, or of local files that were left out. */
  readonly note: string | null;
  /** What the plan was made from; meaningless for local files. */
  readonly planned: Parameters<typeof wayCosts>;
  release(): Promise<void>;
};

/** One source by its name, planned and ready to be read. */
export async function openOne(
  text: string,
  kind: Kind,
  config: Config,
  settings: OpenSettings,
): Promise<Part> {
  const name = parseHubName(text, config.root);
  if (name === null) {
    const spec = {
      root: config.root,
      pattern: text,
      key: settings.key === undefined ? `[source].${kind}` : settings.key,
    };
    const local =
      kind === "prs"
        ? { source: await openLocal(spec, settings), reports: [] }
        : await openLogs(spec, { ...settings, needsRuns: true });
    return {
      source: local.source,
      reports: local.reports,
      set: null,
      entry: { key: kind, dataset: text, revision: null },
      note: leftOutNote(text, local.reports, SKIP_MEANINGS),
      planned: [
        { files: [], columns: [], viewer: { why: "local" } },
        readingOf(kind, config, settings),
      ],
      release: () => Promise.resolve(),
    };
  }
  const set = await openSet(name, kind, config, settings);
  const columns = columnsOf(set, kind);
  const viewer = set.viewer.ok ? { rowBytes: set.viewer.viewer.rowBytes } : { why: set.viewer.why };
  const planned: Part["planned"] = [
    { files: set.facts, columns, viewer },
    readingOf(kind, config, settings),
  ];
  const before = settings.before?.sources.find((one) => one.key === kind && one.dataset === text);
  const costs = wayCosts(...planned);
  const { way, note } = choose(set, kind, config, costs, before?.way);
  const isWhole = set.facts.length === 0;
  const plan = isWhole ? [{ way: "whole", bytes: set.bytes }] : costs.map(costRecord);
  const named = isWhole ? "whole" : way;
  return {
    // A turn has many like it; a pull request is the one that its turns need.
    source: set.readBy({ way, columns, cutRows: kind === "prs" ? "read" : "drop" }),
    reports: [],
    set,
    // A run that goes on goes by the plan that it was begun with.
    entry:
      before !== undefined && before.way === named
        ? before
        : { key: kind, dataset: text, revision: set.commit, way: named, plan },
    note,
    planned,
    release: () => set.release(),
  };
}

async function openAll(kind: Kind, config: Config, settings: OpenSettings): Promise<Part[]> {
  const parts: Part[] = [];
  for (const text of [config.source[kind]].flat())
    parts.push(await openOne(text, kind, config, settings));
  return parts;
}

/** Pull requests are wanted by name, one a turn at most, wherever they are. */
function readingOf(kind: Kind, config: Config, settings: OpenSettings): Reading {
  const { spread, window_rows, group_draws } = config.source;
  return {
    draws: settings.target,
    spread: kind === "prs" ? "rows" : spread,
    windowRows: window_rows,
    groupDraws: group_draws,
  };
}

function choose(
  set: HubSet,
  kind: Kind,
  { source }: Config,
  costs: readonly WayCost[],
  before: string | undefined,
): { way: Way; note: string } {
  if (set.facts.length === 0) return { way: "groups", note: `${set.dataset}: fetched whole` };
  const again = costs.find((cost) => cost.way === before && cost.why === null)?.way;
  const asked = kind === "prs" || source.read === "auto" ? (again ?? "auto") : source.read;
  const chosen = chooseWay(costs, asked, source.max_read_mb * 1e6, set.dataset);
  return { way: chosen.way, note: planLine(set.dataset, chosen, costs) };
}

function columnsOf(set: HubSet, kind: Kind): readonly string[] {
  return kind === "prs" ? set.columns : neededColumns(set.columns);
}

function prsKeys(source: Config["source"]): {
  revision: string | undefined;
  config: string | undefined;
  split: string | undefined;
} {
  return { revision: source.prs_revision, config: source.prs_config, split: source.prs_split };
}

function finderOf({ set, source }: Part): Promise<HubPullRequests> {
  if (set !== null && set.facts.length > 0) return hubPullRequests(set, source);
  return Promise.resolve({ ...localPullRequests(source), release: () => Promise.resolve() });
}

/** The first set that knows an id gives its record. */
function firstOf(finders: readonly PullRequestRows[]): PullRequestRows {
  return {
    async find(ids) {
      const found = new Map<string, Readonly<Record<string, unknown>>>();
      for (const finder of finders) {
        const open = ids.filter((id) => !found.has(id));
        if (open.length === 0) break;
        for (const [id, row] of await finder.find(open)) found.set(id, row);
      }
      return found;
    },
  };
}
