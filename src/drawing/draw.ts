/**
 * Drawing turns: places in draw order, a batch at a time, each kept or counted under a reason. The next
 * batch is read while this one is judged, but judged strictly in draw order, so that neither the batch
 * size nor the way in which a source is read can change what is kept.
 */
import type { Config } from "../config.ts";
import { dropped, kept, orderedCounts, type DropReason, type Kept } from "../core/sample/drops.ts";
import { pullRequestChars, type HugePullRequest } from "../core/sample/pr.ts";
import {
  createSelection,
  refuseByPullRequest,
  type Candidate,
  type Gauges,
  type Selection,
  type Shares,
} from "../core/sample/select.ts";
import type { PullRequestRows } from "../io/source/prs.ts";
import type { RowSource } from "../io/source/types.ts";
import type { PullRequest } from "../records/pull-request.ts";
import { createLook, refuseByNames, type Look } from "./look.ts";
import { openPlaces, type Place } from "./places.ts";

export type DrawDeps = {
  readonly source: RowSource;
  readonly prs: PullRequestRows;
  readonly gauges: Gauges;
  readonly style: Config["protocol"]["style"];
  readonly hidden: Config["challenger"]["hidden"];
  /** Aborted: the draw ends before its next batch, and says so. */
  readonly signal?: AbortSignal | undefined;
  /** Called for every kept turn, in draw order, before the next one is judged; gives what is kept of it. */
  readonly onKept: (candidate: Candidate, pr: PullRequest) => Promise<Candidate>;
};

export type Drawn = {
  /** read = kept + sum of drops. */
  readonly read: number;
  readonly kept: readonly Candidate[];
  readonly dropped: Partial<Record<DropReason, number>>;
  readonly huge: readonly HugePullRequest[];
  /** What readers left out of the rows that were looked at, by name: parts, roles, lines. */
  readonly lost: Readonly<Record<string, number>>;
  /** The first rows that were not understood, with what of them was not. */
  readonly badRows: readonly string[];
  /** Messages that were drawn on the way and are no turn (spread = "turns"); not among `read`. */
  readonly passed: number;
  /** Turns of the last run that stand behind the last one drawn (spread = "every-turn"). */
  readonly left: number;
  /** Ended by the signal: the turns are a part of what was asked for. */
  readonly interrupted: boolean;
  /** True when the cap on draws, not the end of the rows, ended the search. */
  readonly capped: boolean;
};

/**
 * Draws until `target` turns are kept, the rows are used up, or the cap on draws is reached.
 * @throws UserError as `openPlaces`, and what reading the source throws.
 */
export async function drawTurns(
  settings: Config["source"],
  shape: "ready" | "trajectory",
  target: number,
  deps: DrawDeps,
): Promise<Drawn> {
  const draw = startDraw(settings, shape, deps);
  const cap = target * settings.max_draws_per_turn;
  const places = await openPlaces(settings, shape, deps.source, deps.signal);
  const look = createLook({ settings, shape, ...deps, selection: draw.selection });
  const isOpen = (): boolean =>
    draw.kept.length < target && draw.judged < cap && deps.signal?.aborted !== true;
  const ahead: Batch[] = [];
  /** Starts batches until enough are under way, or the target would be met if all rows were kept. */
  const lookAhead = async (): Promise<void> => {
    while (ahead.length < BATCHES_AHEAD) {
      const unjudged = ahead.reduce((sum, batch) => sum + batch.places.length, 0);
      const missing = target - draw.kept.length - unjudged;
      const size = batchSize(missing, cap - draw.judged - unjudged);
      const next = size <= 0 ? [] : await places.next(size);
      if (next.length === 0) break;
      const looks = look(next);
      // It is waited for when its turn comes; until then nobody would hear that it failed.
      looks.catch(() => {});
      ahead.push({ places: next, looks });
    }
  };

  try {
    while (isOpen()) {
      await lookAhead();
      const batch = ahead.shift();
      if (batch === undefined) {
        draw.passed += places.passedLast();
        break;
      }
      for (const [n, one] of (await batch.looks).entries()) {
        if (draw.kept.length === target) break;
        draw.passed += batch.places[n]?.passed ?? 0;
        await settle(draw, one, batch.places[n]);
      }
    }
  } finally {
    // Nothing of it is wanted any more, but it may still be writing to what is kept on disk.
    await Promise.allSettled(ahead.map(({ looks }) => looks));
  }
  return {
    read: draw.judged + (draw.drops.get("bad_line") ?? 0),
    kept: draw.kept,
    dropped: orderedCounts(draw.drops),
    huge: [...draw.huge.values()],
    lost: Object.fromEntries([...draw.lost].sort(([a], [b]) => (a < b ? -1 : 1))),
    badRows: draw.badRows,
    passed: draw.passed,
    left: draw.left,
    interrupted: deps.signal?.aborted === true && draw.kept.length < target,
    capped: draw.judged >= cap && draw.kept.length < target,
  };
}

// ---------------------------------------------------------------------------------------------

/** Rows read at once: enough to keep a far source busy, few enough to stay small in memory. */
const MAX_BATCH = 128;
/** While one batch is unpacked the next ones are on their way. */
const BATCHES_AHEAD = 3;

type Batch = { readonly places: readonly Place[]; readonly looks: Promise<Look[]> };

type Draw = {
  readonly settings: Config["source"];
  readonly deps: DrawDeps;
  readonly selection: Selection;
  readonly kept: Candidate[];
  readonly drops: Map<DropReason, number>;
  readonly huge: Map<string, HugePullRequest>;
  readonly lost: Map<string, number>;
  /** Numbers of the rows whose losses are in `lost`: a run that is drawn again lost nothing more. */
  readonly toldLost: Set<number>;
  readonly badRows: string[];
  judged: number;
  passed: number;
  /** Turns of the last row that were not judged. */
  left: number;
};

function startDraw(
  settings: Config["source"],
  shape: "ready" | "trajectory",
  deps: DrawDeps,
): Draw {
  const badLines = deps.source.files.reduce((sum, file) => sum + file.badLines, 0);
  return {
    settings,
    deps,
    selection: createSelection(settings, sharesOf(settings, shape)),
    kept: [],
    drops: new Map(badLines > 0 ? [["bad_line", badLines]] : []),
    huge: new Map(),
    lost: new Map(),
    toldLost: new Set(),
    badRows: [],
    judged: 0,
    passed: 0,
    left: 0,
  };
}

function sharesOf({ spread }: Config["source"], shape: "ready" | "trajectory"): Shares {
  if (shape === "ready") return "none";
  return spread === "every-turn" ? "runs" : "turns";
}

/** 0 or less: nothing is missing, or no more may be drawn. */
function batchSize(missing: number, left: number): number {
  return missing <= 0 ? 0 : Math.min(MAX_BATCH, left, missing + Math.ceil(missing / 8) + 4);
}

/** Judges a row, and keeps its turn or counts the reason. */
async function settle(draw: Draw, look: Look, place: Place | undefined): Promise<void> {
  const verdict = judge(draw, look, place?.number ?? -1);
  draw.judged++;
  draw.left = place?.left ?? 0;
  countLost(draw, look, place);
  if (verdict.ok) {
    const { candidate, pr } = verdict.value;
    draw.kept.push(await draw.deps.onKept(candidate, pr));
    return;
  }
  draw.drops.set(verdict.reason, (draw.drops.get(verdict.reason) ?? 0) + 1);
  if (verdict.reason === "bad_row" && draw.badRows.length < MOST_BAD_ROWS) {
    draw.badRows.push(badRow(draw, place, verdict.detail));
  }
}

function countLost({ lost, toldLost }: Draw, look: Look, place: Place | undefined): void {
  const losses = Object.entries(look.lost);
  if (losses.length === 0 || (place !== undefined && toldLost.has(place.number))) return;
  if (place !== undefined) toldLost.add(place.number);
  for (const [what, n] of losses) lost.set(what, (lost.get(what) ?? 0) + n);
}

const MOST_BAD_ROWS = 3;

function badRow({ deps }: Draw, place: Place | undefined, detail = "it is no row"): string {
  if (place === undefined) return detail;
  const file = deps.source.files[place.address.file]?.name ?? "";
  return `row ${deps.source.rowNumber(place.address) + 1} of ${file}: ${detail}`;
}

/** Names, share, turn, sameness, pull request: the first rule that is broken is the reason. */
function judge(
  draw: Draw,
  { names, candidate, pr }: Look,
  row: number,
): Kept<{ candidate: Candidate; pr: PullRequest }> {
  if (!names.ok) return names;
  const byNames = refuseByNames(draw, names.value, row);
  if (byNames !== null) return dropped(byNames);
  if (candidate === null) throw new Error("a row was passed over that its names do not refuse");
  if (!candidate.ok) return candidate;
  const again = draw.selection.refuse(candidate.value, row);
  if (again !== null) return dropped(again);
  if (!pr.ok) return pr;
  const refused = refuseByPullRequest(pr.value, draw.settings, draw.deps.gauges);
  if (refused === "pr_too_large") noteHuge(draw, pr.value);
  if (refused !== null) return dropped(refused);
  draw.selection.keep(candidate.value, row);
  return kept({ candidate: candidate.value, pr: pr.value });
}

function noteHuge(draw: Draw, pr: PullRequest): void {
  const { instance_id, repo } = pr;
  draw.huge.set(instance_id, { instance_id, repo, chars: pullRequestChars(pr) });
}
