/**
 * Opening the two sources of a draw. A Hub set is planned first: what each way of reading it would cost
 * is said, and held against [source].max_read_mb, before anything large is read.
 */
import { join } from "node:path";
import type { Config } from "../config.ts";
import { checkPullRequestColumns, trajectoryShape } from "../core/sample/columns.ts";
import { chooseWay, planLine, wayCosts, type Way } from "../core/sample/plan.ts";
import { neededColumns } from "../core/sample/shapes.ts";
import { parseHubName, type HubName } from "../io/hub/name.ts";
import { hubPullRequests } from "../io/hub/prs.ts";
import { openHubSet, type HubSet } from "../io/hub/set.ts";
import { openLocal } from "../io/source/local.ts";
import { localPullRequests, type PullRequestRows } from "../io/source/prs.ts";
import { joinSources } from "../io/source/rows.ts";
import type { RowSource } from "../io/source/types.ts";
import type { SourceState } from "../records.ts";

export type OpenedSources = {
  readonly source: RowSource;
  readonly shape: "ready" | "trajectory";
  readonly prs: PullRequestRows;
  /** One entry a source, for report/source.json. */
  readonly sources: SourceState["sources"];
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
  /** Commits and ways of the run that is resumed; null: a new one. */
  readonly before: SourceState | null;
};

/** @throws UserError when a source names nothing, cannot be read, or lacks a column. */
export async function openSources(config: Config, settings: OpenSettings): Promise<OpenedSources> {
  const trajectories = await openAll("trajectories", config, settings);
  const shape = trajectoryShape("[source].trajectories", trajectories.source.files);
  const prs = await openAll("prs", config, settings);
  checkPullRequestColumns("[source].prs", prs.source.files);
  const finders = await Promise.all(
    prs.parts.map(async (part) => {
      if (part.set === null) return { ...localPullRequests(part.source), release: async () => {} };
      return part.set.facts.length === 0
        ? { ...localPullRequests(part.source), release: async () => {} }
        : hubPullRequests(part.set, part.source);
    }),
  );
  const sets = [...trajectories.parts, ...prs.parts].flatMap(({ set }) => set ?? []);
  return {
    source: trajectories.source,
    shape,
    prs: firstOf(finders),
    sources: [...trajectories.entries, ...prs.entries],
    notes: [...trajectories.notes, ...prs.notes],
    spent: () => ({
      bytes: sets.reduce((sum, set) => sum + set.stats.bytes, 0),
      requests: sets.reduce((sum, set) => sum + set.stats.requests, 0),
    }),
    async release() {
      for (const finder of finders) await finder.release();
      for (const set of sets) await set.release();
    },
  };
}

/** A Hub set with its options from chain.toml and the environment. */
export function openSet(
  name: HubName,
  kind: Kind,
  config: Config,
  settings: OpenSettings,
): Promise<HubSet> {
  const { source, env, root } = config;
  const token = env["HF_TOKEN"] || env["HUGGINGFACE_API_KEY"] || null;
  const asked = kind === "prs" ? prsKeys(source) : source;
  const before = settings.before?.sources.find((one) => one.dataset === name.text);
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
  });
}

// ---------------------------------------------------------------------------------------------

export type Kind = "trajectories" | "prs";
type Part = { readonly source: RowSource; readonly set: HubSet | null };

async function openAll(
  kind: Kind,
  config: Config,
  settings: OpenSettings,
): Promise<{
  readonly source: RowSource;
  readonly parts: readonly Part[];
  readonly entries: SourceState["sources"];
  readonly notes: readonly string[];
}> {
  const parts: Part[] = [];
  const entries: SourceState["sources"] = [];
  const notes: string[] = [];
  for (const text of [config.source[kind]].flat()) {
    const name = parseHubName(text, config.root);
    if (name === null) {
      const spec = { root: config.root, pattern: text, key: `[source].${kind}` };
      parts.push({ source: await openLocal(spec, settings), set: null });
      entries.push({ key: kind, dataset: text, revision: null });
      continue;
    }
    const set = await openSet(name, kind, config, settings);
    const before = settings.before?.sources.find((one) => one.dataset === text);
    const { way, note } = planned(set, kind, config, settings, before?.["way"]);
    const source = set.readBy({
      way,
      columns: columnsOf(set, kind),
      // A turn has many like it; a pull request is the one that its turns need.
      cutRows: kind === "prs" ? "read" : "drop",
    });
    parts.push({ source, set });
    entries.push({ key: kind, dataset: text, revision: set.commit, way });
    notes.push(note);
  }
  return { source: joinSources(parts.map((part) => part.source)), parts, entries, notes };
}

function planned(
  set: HubSet,
  kind: Kind,
  config: Config,
  settings: OpenSettings,
  before: unknown,
): { way: Way; note: string } {
  const { source } = config;
  if (set.facts.length === 0) return { way: "groups", note: `${set.dataset}: fetched whole` };
  const costs = wayCosts(
    {
      files: set.facts,
      columns: columnsOf(set, kind),
      viewer: set.viewer.ok ? { rowBytes: set.viewer.viewer.rowBytes } : { why: set.viewer.why },
    },
    {
      draws: settings.target,
      spread: kind === "prs" ? "rows" : source.spread,
      windowRows: source.window_rows,
      groupDraws: source.group_draws,
    },
  );
  // Pull requests are wanted by name: whichever way is cheapest, the limit is for the draw.
  const asked = kind === "prs" ? "auto" : isWay(before) && canTake(before) ? before : source.read;
  const chosen = chooseWay(costs, asked, source.max_read_mb * 1e6, set.dataset);
  return { way: chosen.way, note: planLine(set.dataset, chosen, costs) };

  function canTake(way: Way): boolean {
    return source.read === "auto" && costs.some((cost) => cost.way === way && cost.why === null);
  }
}

function columnsOf(set: HubSet, kind: Kind): readonly string[] {
  return kind === "prs" ? set.columns : neededColumns(set.columns);
}

function isWay(value: unknown): value is Way {
  return value === "viewer" || value === "pages" || value === "groups";
}

function prsKeys(source: Config["source"]): {
  revision: string | undefined;
  config: string | undefined;
  split: string | undefined;
} {
  return { revision: source.prs_revision, config: source.prs_config, split: source.prs_split };
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
