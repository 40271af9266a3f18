/**
 * Drawing turns: rows in draw order, a batch at a time, each kept or counted under a reason. Rows are
 * read ahead, but judged strictly in draw order, so that neither the batch size nor the way in which a
 * source is read can change what is kept.
 */
import type { Config } from "../config.ts";
import { seededRng } from "../core/random.ts";
import { dropped, kept, orderedCounts, type DropReason, type Kept } from "../core/sample/drops.ts";
import { drawOrder, layOut, locate, type Extent } from "../core/sample/order.ts";
import { pullRequestChars, pullRequestOf, type HugePullRequest } from "../core/sample/pr.ts";
import {
  createSelection,
  refuseByName,
  refuseByPullRequest,
  refuseByTurn,
  type Candidate,
  type Gauges,
  type Selection,
} from "../core/sample/select.ts";
import {
  NAME_COLUMNS,
  namesOf,
  neededColumns,
  readyTurnOf,
  trajectoryOf,
  type RowNames,
} from "../core/sample/shapes.ts";
import { drawTurn } from "../core/sample/turns.ts";
import type { PullRequestRows } from "../io/source/prs.ts";
import type { RawRow, ReadRow, RowAddress, RowSource } from "../io/source/types.ts";
import type { PullRequest } from "../records.ts";

export type DrawDeps = {
  readonly source: RowSource;
  readonly prs: PullRequestRows;
  readonly gauges: Gauges;
  /** Aborted: the draw ends before its next batch, and says so. */
  readonly signal?: AbortSignal | undefined;
  /** Called for every kept turn, in draw order, before the next one is judged. */
  readonly onKept: (candidate: Candidate, pr: PullRequest) => Promise<void>;
};

export type Drawn = {
  /** read = kept + sum of drops. */
  readonly read: number;
  readonly kept: readonly Candidate[];
  readonly dropped: Partial<Record<DropReason, number>>;
  readonly huge: readonly HugePullRequest[];
  /** Ended by the signal: the turns are a part of what was asked for. */
  readonly interrupted: boolean;
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
  const draw = startDraw(settings, shape, deps);
  const cap = target * settings.max_draws_per_turn;
  while (draw.kept.length < target && draw.judged < cap && deps.signal?.aborted !== true) {
    const size = batchSize(target - draw.kept.length, cap - draw.judged);
    const places = nextPlaces(draw, size);
    if (places.length === 0) break;
    const looks = await lookAt(draw, places);
    await lookUpPullRequests(draw, looks);
    for (const look of looks) {
      if (draw.kept.length === target) break;
      const verdict = judge(draw, look);
      draw.judged++;
      if (verdict.ok) await deps.onKept(verdict.value.candidate, verdict.value.pr);
      else draw.drops.set(verdict.reason, (draw.drops.get(verdict.reason) ?? 0) + 1);
    }
  }
  return {
    read: draw.judged + (draw.drops.get("bad_line") ?? 0),
    kept: draw.kept,
    dropped: orderedCounts(draw.drops),
    huge: [...draw.huge.values()],
    interrupted: deps.signal?.aborted === true && draw.kept.length < target,
    capped: draw.judged >= cap && draw.kept.length < target,
  };
}

// ---------------------------------------------------------------------------------------------

/** Rows read at once: enough to keep a far source busy, few enough to stay small in memory. */
const MAX_BATCH = 256;

type Draw = {
  readonly settings: Config["source"];
  readonly shape: "ready" | "trajectory";
  readonly deps: DrawDeps;
  readonly extents: readonly Extent[];
  readonly order: Iterator<number>;
  readonly columns: readonly string[];
  readonly selection: Selection;
  readonly known: Map<string, Kept<PullRequest>>;
  readonly kept: Candidate[];
  readonly drops: Map<DropReason, number>;
  readonly huge: Map<string, HugePullRequest>;
  judged: number;
};

type Place = { readonly number: number; readonly address: RowAddress };

/** `candidate` null: the row was not read, since its names alone refuse it. */
type Look = { readonly names: Kept<RowNames>; readonly candidate: Kept<Candidate> | null };

function startDraw(
  settings: Config["source"],
  shape: "ready" | "trajectory",
  deps: DrawDeps,
): Draw {
  const { files } = deps.source;
  const extents = layOut(files);
  const badLines = files.reduce((sum, file) => sum + file.badLines, 0);
  return {
    settings,
    shape,
    deps,
    extents,
    order: rowOrder(settings, shape, extents),
    columns: neededColumns([...new Set(files.flatMap((file) => file.columns))]),
    selection: createSelection(settings, shape === "trajectory"),
    known: new Map(),
    kept: [],
    drops: new Map(badLines > 0 ? [["bad_line", badLines]] : []),
    huge: new Map(),
    judged: 0,
  };
}

/** Ready turns are not drawn: they are taken in the order of the files. */
function rowOrder(
  settings: Config["source"],
  shape: "ready" | "trajectory",
  extents: readonly Extent[],
): Iterator<number> {
  if (shape === "ready") return Array(extents.at(-1)?.end ?? 0).keys();
  const options = {
    spread: settings.spread,
    windowRows: settings.window_rows,
    groupDraws: settings.group_draws,
  };
  return drawOrder(extents, options, seededRng(settings.seed, "prompt/rows"))[Symbol.iterator]();
}

function batchSize(missing: number, left: number): number {
  return Math.min(MAX_BATCH, left, missing + Math.ceil(missing / 8) + 4);
}

function nextPlaces(draw: Draw, count: number): Place[] {
  const places: Place[] = [];
  while (places.length < count) {
    const next = draw.order.next();
    if (next.done === true) break;
    places.push({ number: next.value, address: locate(draw.extents, next.value) });
  }
  return places;
}

/** Reads the rows; where names can be read for less, only the rows that these do not refuse. */
async function lookAt(draw: Draw, places: readonly Place[]): Promise<Look[]> {
  const { source } = draw.deps;
  const all = places.map((place) => place.address);
  const peeked = canPeek(draw) ? ((await source.peek?.(all, NAME_COLUMNS)) ?? null) : null;
  const names = peeked?.map(namesIn) ?? null;
  const isWanted = places.map((_, n) => {
    const of = names?.[n];
    return of === undefined || (of.ok && refuseByNames(draw, of.value) === null);
  });
  const rows = await source.read(
    all.filter((_, n) => isWanted[n]),
    draw.columns,
  );
  const queue = rows.values();
  return places.map((place, n) => {
    const early = names?.[n] ?? dropped("no_instance_id");
    const row = isWanted[n] === true ? queue.next().value : undefined;
    if (row === undefined) return { names: early, candidate: null };
    return { names: namesIn(row), candidate: candidateOf(draw, row, place) };
  });
}

/** The end of a run may stand in a wide column, which is not peeked at. */
function canPeek(draw: Draw): boolean {
  return draw.settings.exit_status.length === 0 || draw.columns.includes("exit_status");
}

function namesIn(read: ReadRow): Kept<RowNames> {
  if (!read.ok) return dropped(read.reason);
  const names = namesOf(read.row);
  return names === null ? dropped("no_instance_id") : kept(names);
}

function refuseByNames(draw: Draw, names: RowNames): DropReason | null {
  return refuseByName(names, draw.settings) ?? draw.selection.isFull(names);
}

function candidateOf(draw: Draw, read: ReadRow, place: Place): Kept<Candidate> {
  if (!read.ok) return dropped(read.reason);
  const { source, gauges } = draw.deps;
  const turn = turnOf(draw, read.row, place.number);
  if (!turn.ok) return turn;
  const file = source.files[place.address.file];
  const origin = {
    dataset: file?.dataset ?? null,
    revision: file?.revision ?? null,
    file: file?.name ?? null,
    row: source.rowNumber(place.address),
  };
  const candidate = { ...turn.value, origin };
  const reason = refuseByTurn(candidate, draw.settings, gauges);
  return reason === null ? kept(candidate) : dropped(reason);
}

function turnOf(draw: Draw, row: RawRow, number: number): Kept<Omit<Candidate, "origin">> {
  const { settings } = draw;
  if (draw.shape === "ready") {
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

async function lookUpPullRequests(draw: Draw, looks: readonly Look[]): Promise<void> {
  const ids = looks.flatMap(({ candidate }) =>
    candidate?.ok === true && !draw.known.has(candidate.value.instance_id)
      ? [candidate.value.instance_id]
      : [],
  );
  if (ids.length === 0) return;
  const rows = await draw.deps.prs.find(ids);
  for (const id of ids) {
    const row = rows.get(id);
    const pr = row === undefined ? null : pullRequestOf(row);
    const reason = row === undefined ? "no_pr" : "pr_unreadable";
    draw.known.set(id, pr !== null ? kept(pr) : dropped(reason));
  }
}

/** Names, share, turn, sameness, pull request: the first rule that is broken is the reason. */
function judge(draw: Draw, look: Look): Kept<{ candidate: Candidate; pr: PullRequest }> {
  if (!look.names.ok) return look.names;
  const byNames = refuseByNames(draw, look.names.value);
  if (byNames !== null) return dropped(byNames);
  const { candidate } = look;
  if (candidate === null) throw new Error("a row was passed over that its names do not refuse");
  if (!candidate.ok) return candidate;
  const again = draw.selection.refuse(candidate.value);
  if (again !== null) return dropped(again);
  const pr = draw.known.get(candidate.value.instance_id) ?? dropped("no_pr");
  if (!pr.ok) return pr;
  const refused = refuseByPullRequest(pr.value, draw.settings, draw.deps.gauges);
  if (refused === "pr_too_large") noteHuge(draw, pr.value);
  if (refused !== null) return dropped(refused);
  draw.selection.keep(candidate.value);
  draw.kept.push(candidate.value);
  return kept({ candidate: candidate.value, pr: pr.value });
}

function noteHuge(draw: Draw, pr: PullRequest): void {
  const { instance_id, repo } = pr;
  draw.huge.set(instance_id, { instance_id, repo, chars: pullRequestChars(pr) });
}
