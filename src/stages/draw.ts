/**
 * Drawing turns: rows in draw order, a batch at a time, each kept or counted under a reason. Rows are
 * read ahead, but judged strictly in draw order, so that the batch size cannot change what is kept.
 */
import type { Config } from "../config.ts";
import { dropped, kept, orderedCounts, type DropReason, type Kept } from "../core/sample/drops.ts";
import { drawOrder, layOut, locate } from "../core/sample/order.ts";
import { pullRequestChars, pullRequestOf, type HugePullRequest } from "../core/sample/pr.ts";
import {
  createSelection,
  refuse,
  refuseByPullRequest,
  type Candidate,
  type Gauges,
} from "../core/sample/select.ts";
import { neededColumns, readyTurnOf, trajectoryOf, type ReadyTurn } from "../core/sample/shapes.ts";
import { drawTurn } from "../core/sample/turns.ts";
import { seededRng } from "../core/random.ts";
import type { PullRequestRows } from "../io/source/prs.ts";
import type { RawRow, ReadRow, RowAddress, RowSource } from "../io/source/types.ts";
import type { PullRequest } from "../records.ts";

export type DrawDeps = {
  readonly source: RowSource;
  readonly prs: PullRequestRows;
  readonly gauges: Gauges;
  /** Called for every kept turn, in draw order, before the next one is judged. */
  readonly onKept: (candidate: Candidate, pr: PullRequest) => Promise<void>;
};

export type Drawn = {
  /** read = kept + sum of drops. */
  readonly read: number;
  readonly kept: readonly Candidate[];
  readonly dropped: Partial<Record<DropReason, number>>;
  readonly huge: readonly HugePullRequest[];
  /** Rows there are; Infinity never. */
  readonly rows: number;
  /** True when the cap on draws, not the end of the rows, ended the search. */
  readonly capped: boolean;
};

/** Draws until `target` turns are kept, the rows are used up, or the cap on draws is reached. */
export async function drawTurns(
  settings: Config["source"],
  shape: "ready" | "trajectory",
  target: number,
  deps: DrawDeps,
): Promise<Drawn> {
  const { source } = deps;
  const extents = layOut(source.files);
  const order = rowsInOrder(settings, shape, extents);
  const columns = neededColumns([...new Set(source.files.flatMap((file) => file.columns))]);
  const selection = createSelection(settings, shape === "trajectory");
  const counts = new Map<DropReason, number>();
  const badLines = source.files.reduce((sum, file) => sum + file.badLines, 0);
  if (badLines > 0) counts.set("bad_line", badLines);
  const keptTurns: Candidate[] = [];
  const huge = new Map<string, HugePullRequest>();
  const known = new Map<string, Kept<PullRequest>>();
  const cap = target * settings.max_draws_per_turn;
  let judged = 0;
  let exhausted = false;

  while (keptTurns.length < target && !exhausted && judged < cap) {
    const batch = nextRows(order, batchSize(target - keptTurns.length, cap - judged));
    exhausted = batch.length === 0;
    const addresses = batch.map((row) => locate(extents, row));
    const rows = await source.read(addresses, columns);
    const candidates = rows.map((row, n) =>
      candidateOf(row, batch[n] ?? 0, addresses[n] ?? { file: 0, row: 0 }, {
        settings,
        shape,
        deps,
      }),
    );
    await lookUp(candidates, known, deps.prs);
    for (const candidate of candidates) {
      if (keptTurns.length === target) break;
      judged++;
      const verdict = judge(candidate, known, { settings, selection, huge });
      if (!verdict.ok) {
        counts.set(verdict.reason, (counts.get(verdict.reason) ?? 0) + 1);
        continue;
      }
      keptTurns.push(verdict.value.candidate);
      await deps.onKept(verdict.value.candidate, verdict.value.pr);
    }
  }
  return {
    read: judged + badLines,
    kept: keptTurns,
    dropped: orderedCounts(counts),
    huge: [...huge.values()],
    rows: extents.at(-1)?.end ?? 0,
    capped: judged >= cap && keptTurns.length < target,
  };
}

// ---------------------------------------------------------------------------------------------

/** Rows read at once: enough to keep a far source busy, few enough to stay small in memory. */
const MAX_BATCH = 256;

function batchSize(missing: number, left: number): number {
  return Math.min(MAX_BATCH, left, missing + Math.ceil(missing / 8) + 4);
}

function nextRows(order: Iterator<number>, count: number): number[] {
  const rows: number[] = [];
  while (rows.length < count) {
    const next = order.next();
    if (next.done === true) break;
    rows.push(next.value);
  }
  return rows;
}

function rowsInOrder(
  settings: Config["source"],
  shape: "ready" | "trajectory",
  extents: ReturnType<typeof layOut>,
): Iterator<number> {
  if (shape === "ready") return Array(extents.at(-1)?.end ?? 0).keys();
  const options = {
    spread: settings.spread,
    windowRows: settings.window_rows,
    groupDraws: settings.group_draws,
  };
  return drawOrder(extents, options, seededRng(settings.seed, "prompt/rows"))[Symbol.iterator]();
}

function candidateOf(
  read: ReadRow,
  number: number,
  at: RowAddress,
  by: {
    readonly settings: Config["source"];
    readonly shape: "ready" | "trajectory";
    readonly deps: DrawDeps;
  },
): Kept<Candidate> {
  if (!read.ok) return dropped(read.reason);
  const { source, gauges } = by.deps;
  const file = source.files[at.file];
  const origin = {
    dataset: file?.dataset ?? null,
    revision: file?.revision ?? null,
    file: file?.name ?? null,
    row: source.rowNumber(at),
  };
  const turn = turnOf(read.row, number, by);
  if (!turn.ok) return turn;
  const candidate = { ...turn.value, origin };
  const reason = refuse(candidate, by.settings, gauges);
  return reason === null ? kept(candidate) : dropped(reason);
}

function turnOf(
  row: RawRow,
  number: number,
  by: { readonly settings: Config["source"]; readonly shape: "ready" | "trajectory" },
): Kept<ReadyTurn & { readonly exit_status: string | null }> {
  const { settings } = by;
  if (by.shape === "ready") {
    const turn = readyTurnOf(row, settings.tool_calls);
    return turn.ok ? kept({ ...turn.value, exit_status: null }) : turn;
  }
  const trajectory = trajectoryOf(row, settings.tool_calls);
  if (!trajectory.ok) return trajectory;
  // A generator a row: which turn is taken depends on the seed and the row's number, not on the rows
  // drawn before it, nor on how the files are called or read.
  const rng = seededRng(settings.seed, `prompt/turn/${number}`);
  const turn = drawTurn(trajectory.value, settings.max_turn, rng);
  return turn.ok ? kept({ ...turn.value, exit_status: trajectory.value.exit_status }) : turn;
}

async function lookUp(
  candidates: readonly Kept<Candidate>[],
  known: Map<string, Kept<PullRequest>>,
  prs: PullRequestRows,
): Promise<void> {
  const ids = candidates.flatMap((candidate) =>
    candidate.ok && !known.has(candidate.value.instance_id) ? [candidate.value.instance_id] : [],
  );
  if (ids.length === 0) return;
  const rows = await prs.find(ids);
  for (const id of ids) {
    const row = rows.get(id);
    const pr = row === undefined ? null : pullRequestOf(row);
    known.set(id, pr !== null ? kept(pr) : dropped(row === undefined ? "no_pr" : "pr_unreadable"));
  }
}

function judge(
  candidate: Kept<Candidate>,
  known: ReadonlyMap<string, Kept<PullRequest>>,
  by: {
    readonly settings: Config["source"];
    readonly selection: ReturnType<typeof createSelection>;
    readonly huge: Map<string, HugePullRequest>;
  },
): Kept<{ candidate: Candidate; pr: PullRequest }> {
  if (!candidate.ok) return candidate;
  const full = by.selection.refuse(candidate.value);
  if (full !== null) return dropped(full);
  const pr = known.get(candidate.value.instance_id) ?? dropped("no_pr");
  if (!pr.ok) return pr;
  const refused = refuseByPullRequest(pr.value, by.settings);
  if (refused === "pr_too_large") {
    const { instance_id, repo } = pr.value;
    by.huge.set(instance_id, { instance_id, repo, chars: pullRequestChars(pr.value) });
  }
  if (refused !== null) return dropped(refused);
  by.selection.keep(candidate.value);
  return kept({ candidate: candidate.value, pr: pr.value });
}
