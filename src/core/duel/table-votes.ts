/** Votes in tables: a row a metric or a column a metric, with a winner's column, points or ticks. */
import { METRICS } from "../../records/score.ts";
import { comparePoints, metricOf, pointsOf, type Entry } from "./ballots.ts";
import { plainWords, seatOfText, voteOfText, type Vote } from "./vote-words.ts";

type Line = { readonly text: string; readonly at: number };
type Row = { readonly cells: readonly string[]; readonly at: number };

export type TableVotes = {
  readonly entries: readonly (Entry & { readonly at: number })[];
  /** Offsets of the lines that belong to a table. */
  readonly lines: ReadonlySet<number>;
  /** Marks for each model that cannot be compared. */
  readonly perModel: boolean;
};

/** Reads every table of pipes, tabs or commas in the lines of a text. */
export function tableVotes(lines: readonly Line[]): TableVotes {
  const tables = tablesOf(lines);
  const read = tables.map(readTable);
  return {
    entries: read.flatMap(({ entries }) => entries),
    lines: new Set(
      tables.flatMap((rows, index) =>
        (read[index]?.entries.length ?? 0) > 0 || read[index]?.perModel === true
          ? rows.map((row) => row.at)
          : [],
      ),
    ),
    perModel: read.some(({ perModel }) => perModel),
  };
}

// ---------------------------------------------------------------------------------------------

/** Runs of at least two lines that hold the same separator. */
function tablesOf(lines: readonly Line[]): Row[][] {
  const tables: Row[][] = [];
  let rows: Row[] = [];
  let mark = "";
  const close = (): void => {
    if (rows.length >= 2) tables.push(rows);
    rows = [];
  };
  for (const line of lines) {
    const next = line.text.includes("|") ? "|" : line.text.includes("\t") ? "\t" : ",";
    if (next !== mark || !line.text.includes(next)) close();
    mark = next;
    if (!line.text.includes(next)) continue;
    const cells = cellsOf(line.text, next);
    if (!cells.every((cell) => /^[\s:+=-]*$/.test(cell))) rows.push({ cells, at: line.at });
  }
  close();
  return tables;
}

function cellsOf(text: string, mark: string): string[] {
  const trimmed = mark === "|" ? text.trim().replace(/^\||\|$/g, "") : text;
  return trimmed.split(mark).map((cell) => cell.trim());
}

type Reading = Pick<TableVotes, "entries" | "perModel">;

function readTable(rows: readonly Row[]): Reading {
  const [head, ...rest] = rows;
  if (head === undefined) return NOTHING;
  const across = head.cells.map(metricOf);
  if (METRICS.every((metric) => across.includes(metric))) return readAcross(across, head, rest);
  const isHead = head.cells.every((cell) => metricOf(cell) === null);
  return readDown(isHead ? head.cells : [], isHead ? rest : rows);
}

const NOTHING: Reading = { entries: [], perModel: false };

const WINNER =
  /^(?:(?:overall )?winner|vote|verdict|better(?: (?:model|one))?|choice|preference|preferred|decision|result|who wins)$/;
const WEAK = /^(?:score|value|rating|mark|answer|label)$/;

/** A row a metric. */
function readDown(head: readonly string[], rows: readonly Row[]): Reading {
  const roles = head.map(plainWords);
  const winner = roles.findIndex((role) => WINNER.test(role));
  const weak = roles.findIndex((role) => WEAK.test(role));
  const seats = ([1, 2] as const).map((seat) =>
    head.findIndex((cell) => seatOfText(cell.replace(/ ?\(.*\)$/, "")) === seat),
  );
  const found = rows.flatMap(({ cells, at }) => {
    const place = cells.slice(0, 2).findIndex((cell) => metricOf(cell) !== null);
    const metric = metricOf(cells[place] ?? "");
    return metric === null ? [] : [{ metric, cells, at, place }];
  });
  if (found.length === 0) return NOTHING;
  const column = winner >= 0 ? winner : weak;
  const [one = -1, two = -1] = seats;
  if (column < 0 && one >= 0 && two >= 0) {
    const pairs = found.map(({ cells }) => [cells[one] ?? "", cells[two] ?? ""] as const);
    const votes = votesOfPairs(pairs);
    const entries = found.map(({ metric, at }, index) => ({
      metric,
      at,
      vote: votes[index] ?? null,
      said: (pairs[index] ?? []).join(" against "),
    }));
    return { entries, perModel: entries.some(({ vote }) => vote === null) };
  }
  return {
    entries: found.map(({ metric, cells, at, place }) => {
      const said = cells[column >= 0 ? column : place + 1] ?? "";
      return { metric, at, vote: voteOfText(said), said };
    }),
    perModel: false,
  };
}

/** A column a metric: one row of votes, or a row for each model. */
function readAcross(
  across: readonly (Entry["metric"] | null)[],
  head: Row,
  rows: readonly Row[],
): Reading {
  const labelled = rows.map((row) => ({ row, label: plainWords(labelOf(across, row)) }));
  const winner = labelled.find(({ label }) => WINNER.test(label));
  const only = winner ?? (labelled.length === 1 ? labelled[0] : undefined);
  const isOneModel = only !== undefined && seatOfText(only.label) !== null;
  if (only === undefined || isOneModel) {
    const hasSeats = labelled.some(({ label }) => seatOfText(label) !== null);
    return { entries: [], perModel: hasSeats };
  }
  const entries = across.flatMap((metric, index) => {
    const said = only.row.cells[index] ?? "";
    return metric === null ? [] : [{ metric, at: head.at, vote: voteOfText(said), said }];
  });
  return { entries, perModel: false };
}

const labelOf = (across: readonly (string | null)[], row: Row): string =>
  row.cells.find((_cell, index) => across[index] === null) ?? "";

/** Points compared, or ticks: one of the two cells is ticked, or both are. */
function votesOfPairs(pairs: readonly (readonly [string, string])[]): readonly (Vote | null)[] {
  const points = pairs.map(([a, b]) => [pointsOf(a), pointsOf(b)] as const);
  const numbers = points.flatMap(([a, b]) => (a === null || b === null ? [] : [[a, b] as const]));
  if (numbers.length === pairs.length) return comparePoints(numbers);
  const ticks = pairs.map(([a, b]) => [tickOf(a), tickOf(b)] as const);
  return ticks.some(([a, b]) => a === null || b === null)
    ? pairs.map(() => null)
    : ticks.map(([a, b]) => (a === b ? (a === true ? 0 : null) : a === true ? 1 : 2));
}

function tickOf(cell: string): boolean | null {
  if (/^[\u2713\u2714\u2705\u2611]\uFE0F?$/u.test(cell)) return true;
  return /^(?:[-\u2013\u2014\u2717\u2718\u274C\u2715]\uFE0F?)?$/u.test(cell) ? false : null;
}
