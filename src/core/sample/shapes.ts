/**
 * The shapes that rows come in, told apart by their columns: runs that a reader of logs has taken apart,
 * trajectories (SWE-ZERO, SWE-smith, tool-calling conversations, toolbench ...), and ready turns.
 */
import { VERDICT_FIELDS } from "../formats/verdict.ts";
import { RUN_ROW_COLUMNS } from "../formats/run-row.ts";
import type { Run } from "../formats/run.ts";
import { messageSchema, type Message } from "../../records/message.ts";
import type { Protocol } from "../../records/prompt.ts";
import { readableText } from "../turn/calls.ts";
import { dropped, kept, type Kept } from "./drops.ts";
import { contentText, normaliseMessages, type ReadMessages } from "./messages.ts";
import type { ToolCallStyle } from "./toolcalls.ts";

export type Row = Readonly<Record<string, unknown>>;

/** A run, and who it is about. */
export type Trajectory = RowNames & {
  readonly run: Run;
  /** Place in the run's messages of each message as the row has them; null: the same. */
  readonly places: readonly number[] | null;
};

/** Who a row is about: narrow columns, from which many rows can be refused without their messages. */
export type RowNames = {
  readonly instance_id: string;
  /** The row names an instance itself: a pull request may be known by it. */
  readonly isOwnId: boolean;
  /** "" when neither the row nor the id says. */
  readonly repo: string;
  readonly exit_status: string | null;
};
export const NAME_COLUMNS = ["instance_id", "id", "traj_id", "repo", "exit_status"] as const;

/** The column under which a reader of logs gives a whole `Run`, in the place of all others. */
export const RUN_COLUMN = "run";

/** `place`: the id of a row that has none, made from its file and number. */
export function namesOf(row: Row, place: string): RowNames {
  const run = runIn(row);
  if (run !== null) {
    const own = run.instance_id ?? null;
    const instance_id = own ?? run.id ?? place;
    return {
      instance_id,
      isOwnId: own !== null,
      repo: run.repo ?? (own === null ? "" : repoFromId(own)),
      exit_status: exitStatusOf(row),
    };
  }
  const id = instanceIdOf(row);
  const instance_id = id ?? place;
  return {
    instance_id,
    isOwnId: id !== null && isInstance(row, id),
    repo: repoOf(row, id ?? ""),
    exit_status: exitStatusOf(row),
  };
}

export type ReadyTurn = {
  readonly instance_id: string;
  readonly repo: string;
  readonly turn: number;
  readonly messages: readonly Message[];
  /** The reference as readable text. */
  readonly assistant: string;
  /** The reference with its structure; absent where it has none. */
  readonly assistant_message?: Message;
  readonly tools?: readonly unknown[];
  readonly tools_from?: "source" | "inferred";
  readonly protocol?: Protocol;
  /** The run's id, where it has one. */
  readonly run?: string;
  readonly format?: string;
  /** What the same run did afterwards; absent for ready turns, of which nothing is known. */
  readonly after?: readonly Message[];
  readonly verdict?: "success" | "failure";
};

/** Columns that hold a conversation, in the order in which they are looked for. */
export const MESSAGE_COLUMNS = ["messages", "conversations", "history", "trajectory"] as const;
const ID_COLUMNS = ["instance_id", "id", "traj_id"] as const;

/** What the columns of a file say about its rows; null when no column holds a conversation. */
export function shapeOf(columns: readonly string[]): "ready" | "trajectory" | null {
  const has = new Set(columns);
  if (has.has("messages") && has.has("assistant")) return "ready";
  const isRun = columns.length > 0 && columns.every((column) => RUN_COLUMNS.has(column));
  return isRun || MESSAGE_COLUMNS.some((column) => has.has(column)) ? "trajectory" : null;
}

/** Columns that sampling reads of those there are, so that the others are never fetched. */
export function neededColumns(columns: readonly string[]): string[] {
  const conversation = conversationColumn(columns);
  const id = ID_COLUMNS.find((column) => columns.includes(column));
  const wanted = [id, conversation, ...BESIDE_COLUMNS];
  return columns.filter((column) => wanted.includes(column));
}

/** The column that the conversation is read from, of those there are. */
export function conversationColumn(columns: readonly string[]): string | undefined {
  return MESSAGE_COLUMNS.find((column) => columns.includes(column));
}

/** `place`: as for `namesOf`. A row that is not understood says which element of which message. */
export function trajectoryOf(row: Row, style: ToolCallStyle, place = ""): Kept<Trajectory> {
  const names = namesOf(row, place);
  const run = runIn(row);
  if (run !== null) return kept({ ...names, run, places: null });
  const read = conversationOf(row, style);
  if (!read.ok) return dropped("bad_row", read.detail);
  const { messages, demos, lost, places } = read.value;
  const tools = toolsIn(row);
  return kept({
    ...names,
    places,
    run: {
      id: null,
      format: "chat",
      history: 0,
      messages,
      ...(tools === null ? {} : { tools }),
      marks: NO_MARKS,
      notTurns: demos,
      ...(names.repo === "" ? {} : { repo: names.repo }),
      ...(row["verdict"] === "success" || row["verdict"] === "failure"
        ? { verdict: row["verdict"] }
        : {}),
      ...(names.isOwnId ? { instance_id: names.instance_id } : {}),
      drops: lost,
    },
  });
}

/** `turn` is what the row says, or else the number of assistant messages in the history. */
export function readyTurnOf(row: Row, style: ToolCallStyle, place = ""): Kept<ReadyTurn> {
  const names = namesOf(row, place);
  const read = conversationOf(row, style);
  if (!read.ok) return dropped("bad_row", read.detail);
  const { messages } = read.value;
  const said = messageSchema.safeParse(row["assistant_message"]);
  const message = said.success && style === "keep" ? said.data : null;
  const assistant =
    typeof row["assistant"] === "string" || message === null
      ? contentText(row["assistant"])
      : readableText(message);
  if (assistant.trim() === "") return dropped("empty_reference");
  const turn = row["turn"];
  const tools = toolsIn(row);
  return kept({
    instance_id: names.instance_id,
    repo: names.repo,
    turn:
      typeof turn === "number" && Number.isInteger(turn) && turn >= 0
        ? turn
        : messages.filter((one) => one.role === "assistant").length,
    messages,
    assistant,
    ...(message === null ? {} : { assistant_message: message }),
    ...(tools === null ? {} : { tools, tools_from: toolsFrom(row) }),
    ...(typeof row["run"] === "string" ? { run: row["run"] } : {}),
    format: "turns",
  });
}

/** "owner/name" from a SWE-bench style id ("owner__name-123", "owner__name.abc.pr_1"), or "". */
export function repoFromId(instanceId: string): string {
  const cut = instanceId.indexOf("__");
  if (cut <= 0) return "";
  const rest = instanceId.slice(cut + 2);
  const end = rest.includes(".") ? rest.indexOf(".") : rest.lastIndexOf("-");
  return end <= 0 ? "" : `${instanceId.slice(0, cut)}/${rest.slice(0, end)}`;
}

// ---------------------------------------------------------------------------------------------

/** Beside the conversation and the id. */
const BESIDE_COLUMNS = [
  "repo",
  "assistant",
  "assistant_message",
  "turn",
  "exit_status",
  "info",
  "tools",
  "tools_from",
  "functions",
  "system",
  "verdict",
  ...VERDICT_FIELDS,
  RUN_COLUMN,
];
/** What a file of runs gives: the run, and what a person may ask of it without reading it. */
const RUN_COLUMNS: ReadonlySet<string> = new Set(RUN_ROW_COLUMNS);
const NO_MARKS: Run["marks"] = new Map();

function runIn(row: Row): Run | null {
  const run = row[RUN_COLUMN];
  // Prompt files have a run's id there.
  return typeof run === "object" && run !== null ? (run as Run) : null;
}

function instanceIdOf(row: Row): string | null {
  for (const column of ID_COLUMNS) {
    const value = row[column];
    if (typeof value === "string" && value.trim() !== "") return value;
    if (typeof value === "number" || typeof value === "bigint") return String(value);
  }
  return null;
}

/** Sessions have ids too: one that is no `instance_id` has to look like one ("owner__name-123"). */
const isInstance = (row: Row, id: string): boolean =>
  row["instance_id"] === id || /__|^[A-Za-z][\w.]{0,80}-\d{1,6}$/.test(id);

function conversationOf(row: Row, style: ToolCallStyle): ReadMessages {
  for (const column of MESSAGE_COLUMNS) {
    if (row[column] === null || row[column] === undefined) continue;
    return withSystem(normaliseMessages(row[column], style), row["system"]);
  }
  return { ok: false, detail: `there is none of ${MESSAGE_COLUMNS.join(", ")}` };
}

/** ShareGPT rows keep the system prompt beside the conversation. */
function withSystem(read: ReadMessages, system: unknown): ReadMessages {
  if (!read.ok || typeof system !== "string" || system === "") return read;
  const { messages, demos, lost, places } = read.value;
  if (messages[0]?.role === "system") return read;
  const old = places ?? messages.map((_, at) => at);
  return {
    ok: true,
    value: {
      messages: [{ role: "system", content: system }, ...messages],
      demos: new Set([...demos].map((at) => at + 1)),
      lost,
      places: old.map((place) => (place < 0 ? place : place + 1)),
    },
  };
}

/** Tools as the row gives them, in the one shape; null: it gives none. */
function toolsIn(row: Row): readonly unknown[] | null {
  const given = row["tools"] ?? row["functions"];
  const list = typeof given === "string" ? parsed(given) : given;
  if (!Array.isArray(list)) return null;
  const tools = (list as unknown[])
    .map((tool) => (typeof tool === "string" ? parsed(tool) : tool))
    .filter(isRecord)
    .map((tool) => (isRecord(tool["function"]) ? tool : { type: "function", function: tool }));
  return tools.length === 0 ? null : tools;
}

const toolsFrom = (row: Row): "source" | "inferred" =>
  row["tools_from"] === "inferred" ? "inferred" : "source";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // A list that cannot be read is none: the tools are inferred from the calls.
  }
}

function repoOf(row: Row, instanceId: string): string {
  const repo = row["repo"];
  return typeof repo === "string" && repo !== "" ? repo : repoFromId(instanceId);
}

function exitStatusOf(row: Row): string | null {
  const info = row["info"];
  const nested = typeof info === "object" && info !== null && "exit_status" in info;
  const value = row["exit_status"] ?? (nested ? info.exit_status : null);
  return typeof value === "string" ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
