/**
 * Looking at drawn places: their rows are read, a turn is cut out of each, and its pull request found.
 * What is kept is not decided here, so that looking ahead cannot change it.
 */
import type { Config } from "../config.ts";
import { seededRng } from "../core/random.ts";
import { dropped, kept, type DropReason, type Kept } from "../core/sample/drops.ts";
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
  type RowNames,
} from "../core/sample/shapes.ts";
import { drawTurn, turnAt } from "../core/sample/turns.ts";
import type { PullRequestRows } from "../io/source/prs.ts";
import type { RawRow, ReadRow, RowSource } from "../io/source/types.ts";
import type { PullRequest } from "../records/pull-request.ts";
import { createFindPullRequests } from "./found-prs.ts";
import type { Place } from "./places.ts";

/** `candidate` null: the row was not read, since its names alone refuse it. */
export type Look = {
  readonly names: Kept<RowNames>;
  readonly candidate: Kept<Candidate> | null;
  readonly pr: Kept<PullRequest>;
};

export type Looker = {
  readonly settings: Config["source"];
  readonly shape: "ready" | "trajectory";
  readonly source: RowSource;
  readonly prs: PullRequestRows;
  readonly gauges: Gauges;
  readonly selection: Selection;
};

/** A function that looks at places, in their order; it remembers the pull requests that it found. */
export function createLook(looker: Looker): (places: readonly Place[]) => Promise<Look[]> {
  const find = createFindPullRequests(looker.prs);
  // By file: of two that call their conversation otherwise both are read.
  const { files } = looker.source;
  const columns = [...new Set(files.flatMap((file) => neededColumns(file.columns)))];
  return async (places) => {
    const turns = await readTurns(looker, columns, places);
    const found = await find(turns.flatMap((turn) => idOf(turn) ?? []));
    return turns.map((turn) => ({
      ...turn,
      pr: found.get(idOf(turn) ?? "") ?? dropped("no_pr"),
    }));
  };
}

/** What the names of a row say against it; `isFull` may come to say more as turns are kept. */
export function refuseByNames(
  { settings, selection }: Pick<Looker, "settings" | "selection">,
  names: RowNames,
): DropReason | null {
  return refuseByName(names, settings) ?? selection.isFull(names);
}

// ---------------------------------------------------------------------------------------------

/** Reads the rows; where names can be read for less, only the rows that these do not refuse. */
async function readTurns(
  looker: Looker,
  columns: readonly string[],
  places: readonly Place[],
): Promise<Omit<Look, "pr">[]> {
  const { source } = looker;
  const all = places.map((place) => place.address);
  const peeked = canPeek(looker) ? ((await source.peek?.(all, NAME_COLUMNS)) ?? null) : null;
  const names = peeked?.map((row) => (row === null ? null : namesIn(row))) ?? [];
  const isWanted = places.map((_, n) => {
    const of = names[n] ?? null;
    return of === null || (of.ok && refuseByNames(looker, of.value) === null);
  });
  const rows = await source.read(
    all.filter((_, n) => isWanted[n]),
    columns,
  );
  const queue = rows.values();
  return places.map((place, n) => {
    const early = names[n] ?? dropped("no_instance_id");
    const row = isWanted[n] === true ? queue.next().value : undefined;
    if (row === undefined) return { names: early, candidate: null };
    return { names: namesIn(row), candidate: candidateOf(looker, row, place) };
  });
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

function namesIn(read: ReadRow): Kept<RowNames> {
  if (!read.ok) return dropped(read.reason);
  const names = namesOf(read.row);
  return names === null ? dropped("no_instance_id") : kept(names);
}

function candidateOf(looker: Looker, read: ReadRow, place: Place): Kept<Candidate> {
  if (!read.ok) return dropped(read.reason);
  const { source, settings, gauges } = looker;
  const turn = turnOf(looker, read.row, place);
  if (!turn.ok) return turn;
  const file = source.files[place.address.file];
  const origin = {
    dataset: file?.dataset ?? null,
    revision: file?.revision ?? null,
    file: file?.name ?? null,
    row: source.rowNumber(place.address),
  };
  const candidate = { ...turn.value, origin };
  const reason = refuseByTurn(candidate, settings, gauges);
  return reason === null ? kept(candidate) : dropped(reason);
}

function turnOf(
  { settings, shape }: Looker,
  row: RawRow,
  place: Place,
): Kept<Omit<Candidate, "origin">> {
  if (shape === "ready") {
    const turn = readyTurnOf(row, settings.tool_calls);
    return turn.ok ? kept({ ...turn.value, exit_status: null }) : turn;
  }
  const trajectory = trajectoryOf(row, settings.tool_calls);
  if (!trajectory.ok) return trajectory;
  // A generator a row: which turn is taken depends on the seed and the row's number, not on the rows
  // drawn before it, nor on how the files are called or read.
  const turn =
    place.at === null
      ? drawTurn(
          trajectory.value,
          settings.max_turn,
          seededRng(settings.seed, `prompt/turn/${place.number}`),
        )
      : turnAt(trajectory.value, place.at, settings.max_turn);
  return turn.ok ? kept({ ...turn.value, exit_status: trajectory.value.exit_status }) : turn;
}

function idOf({ candidate }: Pick<Look, "candidate">): string | null {
  return candidate?.ok === true ? candidate.value.instance_id : null;
}
