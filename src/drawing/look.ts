/**
 * Looking at drawn places: their rows are read, a turn is cut out of each, and its pull request found.
 * What is kept is not decided here, so that looking ahead cannot change it.
 */
import type { Config } from "../config.ts";
import { seededRng } from "../core/random.ts";
import { enter, type DoorSettings } from "../core/sample/door.ts";
import { dropped, kept, type DropReason, type Kept } from "../core/sample/drops.ts";
import { trajectoryLabel } from "../core/label/choice.ts";
import { futureRecord, hasFuture } from "../core/challenger/future.ts";
import {
  refuseByName,
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
  type ReadyTurn,
  type RowNames,
  type Trajectory,
} from "../core/sample/shapes.ts";
import { drawTurn, turnAt } from "../core/sample/turns.ts";
import type { PullRequestRows } from "../io/source/prs.ts";
import type { RawRow, ReadRow, RowAddress, RowSource } from "../io/source/types.ts";
import type { PullRequest } from "../records/pull-request.ts";
import { createFindPullRequests } from "./found-prs.ts";
import type { Place } from "./places.ts";

/** `candidate` null: the row was not read, since its names alone refuse it. */
export type Look = {
  readonly names: Kept<RowNames>;
  readonly candidate: Kept<Candidate> | null;
  /** The hidden knowledge: its pull request, or the record of its run's future. */
  readonly pr: Kept<PullRequest>;
  /** What its reader left out of the row, by name. */
  readonly lost: Readonly<Record<string, number>>;
};

export type Looker = {
  readonly settings: Config["source"];
  readonly shape: "ready" | "trajectory";
  readonly source: RowSource;
  readonly prs: PullRequestRows;
  readonly gauges: Gauges;
  readonly selection: Selection;
  readonly style: DoorSettings["style"];
  /** Whose knowledge the challenger will have: [challenger].hidden. */
  readonly hidden: Config["challenger"]["hidden"];
};

/** A function that looks at places, in their order; it remembers the pull requests that it found. */
export function createLook(looker: Looker): (places: readonly Place[]) => Promise<Look[]> {
  const find = createFindPullRequests(looker.prs);
  // By file: of two that call their conversation otherwise both are read.
  const { files } = looker.source;
  const columns = [...new Set(files.flatMap((file) => neededColumns(file.columns)))];
  return async (places) => {
    const turns = await readTurns(looker, columns, places);
    const found = await find(turns.flatMap((turn) => idToFind(turn, looker.hidden) ?? []));
    return turns.map(({ future, ...turn }) => {
      const id = idToFind(turn, looker.hidden);
      const pr = id === null ? null : (found.get(id) ?? dropped("no_pr"));
      return { ...turn, pr: hiddenOf(pr, future, looker.hidden) };
    });
  };
}

/** What the names of a row say against it; `isFull` may come to say more as turns are kept. */
export function refuseByNames(
  { settings, selection }: Pick<Looker, "settings" | "selection">,
  names: Pick<RowNames, "instance_id" | "repo" | "exit_status">,
  row: number,
): DropReason | null {
  return refuseByName(names, settings) ?? selection.isFull(names, row);
}

// ---------------------------------------------------------------------------------------------

/** A look before its pull request is found. */
type Seen = Omit<Look, "pr"> & {
  /** null: the run is not known to go on. */
  readonly future: PullRequest | null;
};

/** Near rows cost no requests, and may be whole sessions of megabytes: few are in memory at once. */
const NEAR_ROWS = 16;

async function readTurns(
  looker: Looker,
  columns: readonly string[],
  places: readonly Place[],
): Promise<Seen[]> {
  const isNear = looker.source.files.every(({ isFar }) => !isFar);
  const size = isNear ? NEAR_ROWS : Math.max(1, places.length);
  const seen: Seen[] = [];
  for (let from = 0; from < places.length; from += size) {
    seen.push(...(await readSome(looker, columns, places.slice(from, from + size))));
  }
  return seen;
}

/** Reads the rows; where names can be read for less, only the rows that these do not refuse. */
async function readSome(
  looker: Looker,
  columns: readonly string[],
  places: readonly Place[],
): Promise<Seen[]> {
  const { source } = looker;
  const all = places.map((place) => place.address);
  const peeked = canPeek(looker) ? ((await source.peek?.(all, NAME_COLUMNS)) ?? null) : null;
  const names =
    peeked?.map((row, n) => (row === null ? null : namesIn(row, placeName(source, all[n])))) ?? [];
  const isWanted = places.map(({ number }, n) => {
    const of = names[n] ?? null;
    return of === null || (of.ok && refuseByNames(looker, of.value, number) === null);
  });
  const rows = await readOnce(
    source,
    places.filter((_, n) => isWanted[n]),
    columns,
  );
  const queue = rows.values();
  return places.map((place, n) => {
    const early = names[n] ?? dropped("bad_row");
    const row = isWanted[n] === true ? queue.next().value : undefined;
    if (row === undefined) return { names: early, candidate: null, future: null, lost: NOTHING };
    return lookAt(looker, row, place);
  });
}

/** The rows of the places, in their order; a row that several turns are of is read once. */
async function readOnce(
  source: RowSource,
  places: readonly Place[],
  columns: readonly string[],
): Promise<ReadRow[]> {
  const addresses = new Map(places.map(({ number, address }) => [number, address]));
  const rows = await source.read([...addresses.values()], columns);
  const byNumber = new Map([...addresses.keys()].map((number, n) => [number, rows[n]]));
  return places.flatMap(({ number }) => byNumber.get(number) ?? []);
}

/** How a run ended may stand in a wide column, which is not peeked at. */
function canPeek({ settings, source }: Looker): boolean {
  return (
    settings.exit_status.length === 0 ||
    source.files.every(
      ({ columns, isFar }) =>
        !isFar || (columns.includes("exit_status") && !columns.includes("info")),
    )
  );
}

const NOTHING: Look["lost"] = {};
/** Characters of a file's name in an id: ids become names of files themselves. */
const MOST_NAME = 120;

/** The id of a row that has none: its file without the ending, and its number in it. */
function placeName(source: RowSource, address: RowAddress | undefined): string {
  if (address === undefined) return "";
  const file = source.files[address.file];
  const stem = (file?.name ?? "").replace(/(?:\.[a-z]{1,8}){1,3}$/i, "").slice(-MOST_NAME);
  return file?.rows === 1 ? stem : `${stem}#${source.rowNumber(address) + 1}`;
}

function namesIn(read: ReadRow, place: string): Kept<RowNames> {
  return read.ok ? kept(namesOf(read.row, place)) : dropped(read.reason);
}

function lookAt(looker: Looker, read: ReadRow, place: Place): Seen {
  const { source, settings, gauges, shape, style } = looker;
  const name = placeName(source, place.address);
  const names = namesIn(read, name);
  if (!read.ok) {
    return { names, candidate: dropped(read.reason), future: null, lost: NOTHING };
  }
  const cut = turnOf(looker, read.row, place, name);
  if (!cut.turn.ok) return { names, candidate: cut.turn, future: null, lost: cut.lost };
  const entered = enter(cut.turn.value, cut.lost, { ...settings, style });
  if (!entered.ok) return { names, candidate: entered, future: null, lost: cut.lost };
  const file = source.files[place.address.file];
  const { after, verdict, format, ...turn } = entered.value;
  const { exit_status, isOwnId } = namesOf(read.row, name);
  const candidate: Candidate = {
    ...turn,
    isOwnId,
    exit_status: shape === "ready" ? null : exit_status,
    origin: {
      dataset: file?.dataset ?? null,
      revision: file?.revision ?? null,
      file: file?.name ?? null,
      row: source.rowNumber(place.address),
      ...(format === undefined ? {} : { format }),
    },
  };
  const reason = refuseByTurn(candidate, settings, gauges);
  const future =
    reason === null && after !== undefined && looker.hidden !== "pr" && hasFuture({ after })
      ? futureRecord({ ...candidate, after, verdict }, settings.max_pr_chars)
      : null;
  return {
    names,
    candidate: reason === null ? kept(labelled(candidate, read.row, cut.of)) : dropped(reason),
    future,
    lost: cut.lost,
  };
}

/** How the run ended is asked of turns alone that are likely kept: it reads the shell of many turns. */
function labelled(candidate: Candidate, row: RawRow, of: Trajectory | null): Candidate {
  const run_label = of === null ? null : trajectoryLabel(row, of);
  return run_label === null ? candidate : { ...candidate, run_label };
}

/** The turn of a row, the run that it is of, and what the reader of the row left out. */
function turnOf(
  { settings, shape, hidden }: Looker,
  row: RawRow,
  place: Place,
  name: string,
): { turn: Kept<ReadyTurn>; of: Trajectory | null; lost: Look["lost"] } {
  const style = settings.tool_calls ?? "keep";
  if (shape === "ready") {
    return { turn: readyTurnOf(row, style, name), of: null, lost: NOTHING };
  }
  const read = trajectoryOf(row, style, name);
  if (!read.ok) return { turn: read, of: null, lost: NOTHING };
  const of = read.value;
  const lost = of.run.drops;
  if (place.at !== null) return { turn: turnAt(of, place.at, settings.max_turn), of, lost };
  // A generator a row: which turn is taken depends on the seed and the row's number, not on the rows
  // drawn before it, nor on how the files are called or read.
  const rng = seededRng(settings.seed, `prompt/turn/${place.number}`);
  // Where the future is all that can be hidden, a last turn has none.
  const goesOn = hidden === "future" || (hidden === "auto" && !of.isOwnId);
  return { turn: drawTurn(of, settings.max_turn, rng, goesOn), of, lost };
}

/** Whose pull request is looked for; null: nobody's. */
function idToFind({ candidate }: Pick<Look, "candidate">, hidden: Looker["hidden"]): string | null {
  if (candidate?.ok !== true || hidden === "future") return null;
  const { instance_id, isOwnId } = candidate.value;
  return hidden === "pr" || isOwnId ? instance_id : null;
}

/** The pull request where there is one; else, unless it is insisted on, the run's future. */
function hiddenOf(
  pr: Kept<PullRequest> | null,
  future: PullRequest | null,
  hidden: Looker["hidden"],
): Kept<PullRequest> {
  if (pr?.ok === true || hidden === "pr") return pr ?? dropped("no_pr");
  if (pr !== null && pr.reason !== "no_pr") return pr;
  if (future !== null) return kept(future);
  return pr ?? dropped("no_future");
}
