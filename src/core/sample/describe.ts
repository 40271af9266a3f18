/** The report of `npm run sources`, as lines. */
import { counted } from "../text/counted.ts";
import { visibleText } from "../text/visible.ts";
import { DROP_MEANINGS, type DropReason } from "./drops.ts";
import { costWords, type WayCost } from "./plan.ts";
import type { Candidate } from "./select.ts";
import { historyChars } from "./turns.ts";

export type SourceFacts = {
  readonly name: string;
  /** null: local files. */
  readonly commit: string | null;
  readonly files: readonly { readonly name: string; readonly rows: number }[];
  /** What local files are, those of a kind together; [] for Hub sets. */
  readonly found: readonly {
    /** "codex 0.171.0", "rows", or why there is no run in them. */
    readonly what: string;
    readonly files: number;
    /** Runs or rows. */
    readonly rows: number;
    readonly example: string;
  }[];
  /** What was left out of runs, by reason. */
  readonly left_out: Readonly<Record<string, number>>;
  readonly groups: number;
  readonly columns: readonly string[];
  readonly shape: "ready" | "trajectory" | "pull requests" | null;
  /** What the filters made of a few drawn rows; null: the rows hold no turns. */
  readonly tried: null | {
    readonly read: number;
    readonly kept: number;
    readonly dropped: Partial<Record<DropReason, number>>;
    readonly example: Candidate | null;
    /** Home folders in the kept turns, histories and all; doubles counted. */
    readonly home_paths: number;
    /** What was drawn: rows, or turns of all of them. */
    readonly drawn: "rows" | "turns";
    /** Whose knowledge a turn needs: a pull request, which is not looked up, or what its run did later. */
    readonly hidden: "pr" | "future";
  };
  /** Turns that the costs are for. */
  readonly count: number;
  /** [] for local files. */
  readonly costs: readonly WayCost[];
  readonly workspace: string;
};

const SHAPES = {
  ready: "ready turns: taken as they are, in order",
  trajectory: "trajectories: turns are drawn from them",
  "pull requests": "pull-request records ([source].prs)",
} as const;

/** Characters of an example that are shown. */
const SHOWN_CHARS = 400;

/** Terminals obey escape codes, and data is data: hidden characters are named, not sent. */
export function sourceReport(facts: SourceFacts): string[] {
  const rows = facts.files.reduce((sum, file) => sum + file.rows, 0);
  return [
    `${facts.name}${facts.commit === null ? "" : ` at commit ${facts.commit}`}`,
    `  ${counted(facts.files.length, "file")}, ${counted(rows, "row")}${facts.groups === 0 ? "" : `, ${counted(facts.groups, "row group")}`}`,
    ...fileLines(facts),
    ...foundLines(facts),
    `  columns: ${facts.columns.join(", ") || "none"}`,
    `  shape: ${facts.shape === null ? "none that is known: no conversation and no pull request" : SHAPES[facts.shape]}`,
    ...triedLines(facts.tried),
    ...(facts.costs.length === 0 ? [] : [`  ${facts.count} turns would cost:`]),
    ...facts.costs.map((cost) => `    ${costWords(cost)}`),
  ].map((line) => visibleText(line).replaceAll("\n", "[LF]"));
}

// ---------------------------------------------------------------------------------------------

function fileLines(facts: SourceFacts): string[] {
  const shown = facts.files
    .slice(0, 3)
    .map((file) => `    ${file.name}: ${counted(file.rows, "row")}`);
  const more = facts.files.length - shown.length;
  return more > 0 ? [...shown, `    and ${more} more`] : shown;
}

/** Nothing is said of a source that is rows alone. */
function foundLines({ found, left_out }: SourceFacts): string[] {
  if (found.every(({ what }) => what === "rows")) return [];
  const left = Object.entries(left_out).map(([reason, count]) => `${reason} ${count}`);
  return [
    "  found:",
    ...found.map(
      ({ what, files, rows, example }) =>
        `    ${what}: ${counted(files, "file")}${rows === 0 ? "" : `, ${counted(rows, "run")}`}, such as ${example}`,
    ),
    ...(left.length === 0 ? [] : [`    left out of runs: ${left.join(", ")}`]),
  ];
}

function triedLines(tried: SourceFacts["tried"]): string[] {
  if (tried === null) return [];
  const drops = Object.entries(tried.dropped) as [DropReason, number][];
  return [
    `  of ${counted(tried.read, tried.drawn === "rows" ? "row" : "turn")} ${tried.drawn === "rows" ? `${tried.kept} give a turn` : `${tried.kept} can be taken`}${tried.hidden === "pr" ? " (pull requests are not looked up)" : ""}`,
    ...drops.map(([reason, count]) => `    ${reason} ${count}: ${DROP_MEANINGS[reason]}`),
    ...(tried.example === null ? [] : exampleLines(tried.example)),
  ];
}

function exampleLines(turn: Candidate): string[] {
  const { file, row } = turn.origin;
  return [
    `  example: ${turn.instance_id} (${turn.repo || "no repository"}), turn ${turn.turn}, row ${row} of ${file}`,
    `    history: ${turn.messages.length} messages, ${historyChars(turn.messages)} characters`,
    "    reference:",
    ...shortened(turn.assistant).map((line) => `      ${line}`),
  ];
}

function shortened(text: string): string[] {
  const short = text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)} ...` : text;
  return short.split(/\r?\n/);
}
