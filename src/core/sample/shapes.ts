/**
 * The shapes that rows come in, told apart by their columns: trajectories (SWE-ZERO, SWE-smith,
 * mini-swe-agent, SWE-agent, tool-calling conversations, toolbench) and ready turns.
 */
import type { Message } from "../../records/message.ts";
import { dropped, kept, type Kept } from "./drops.ts";
import { contentText, normaliseMessages, type Conversation } from "./messages.ts";
import type { ToolCallStyle } from "./toolcalls.ts";

export type Row = Readonly<Record<string, unknown>>;

/** `repo` is "" when neither the row nor the id says. */
export type Trajectory = Conversation & RowNames;

/** Who a row is about: narrow columns, from which many rows can be refused without their messages. */
export type RowNames = {
  readonly instance_id: string;
  readonly repo: string;
  readonly exit_status: string | null;
};
export const NAME_COLUMNS = ["instance_id", "id", "traj_id", "repo", "exit_status"] as const;

/** null: the row has no id. */
export function namesOf(row: Row): RowNames | null {
  const instanceId = instanceIdOf(row);
  if (instanceId === null) return null;
  return {
    instance_id: instanceId,
    repo: repoOf(row, instanceId),
    exit_status: exitStatusOf(row),
  };
}

export type ReadyTurn = {
  readonly instance_id: string;
  readonly repo: string;
  readonly turn: number;
  readonly messages: readonly Message[];
  readonly assistant: string;
};

/** Columns that hold a conversation, in the order in which they are looked for. */
export const MESSAGE_COLUMNS = ["messages", "conversations", "history", "trajectory"] as const;
const ID_COLUMNS = ["instance_id", "id", "traj_id"] as const;

/** What the columns of a file say about its rows; null when no column holds a conversation. */
export function shapeOf(columns: readonly string[]): "ready" | "trajectory" | null {
  const has = new Set(columns);
  if (has.has("messages") && has.has("assistant")) return "ready";
  return MESSAGE_COLUMNS.some((column) => has.has(column)) &&
    ID_COLUMNS.some((column) => has.has(column))
    ? "trajectory"
    : null;
}

/** Columns that sampling reads of those there are, so that the others are never fetched. */
export function neededColumns(columns: readonly string[]): string[] {
  const conversation = conversationColumn(columns);
  const id = ID_COLUMNS.find((column) => columns.includes(column));
  const wanted = [id, "repo", conversation, "assistant", "turn", "exit_status", "info"];
  return columns.filter((column) => wanted.includes(column));
}

/** The column that the conversation is read from, of those there are. */
export function conversationColumn(columns: readonly string[]): string | undefined {
  return MESSAGE_COLUMNS.find((column) => columns.includes(column));
}

export function trajectoryOf(row: Row, style: ToolCallStyle): Kept<Trajectory> {
  const names = namesOf(row);
  if (names === null) return dropped("no_instance_id");
  const conversation = conversationOf(row, style);
  return conversation === null ? dropped("bad_row") : kept({ ...conversation, ...names });
}

/** `turn` is what the row says, or else the number of assistant messages in the history. */
export function readyTurnOf(row: Row, style: ToolCallStyle): Kept<ReadyTurn> {
  const instanceId = instanceIdOf(row);
  if (instanceId === null) return dropped("no_instance_id");
  const conversation = conversationOf(row, style);
  if (conversation === null) return dropped("bad_row");
  const assistant = contentText(row["assistant"]);
  if (assistant.trim() === "") return dropped("empty_reference");
  const turn = row["turn"];
  return kept({
    instance_id: instanceId,
    repo: repoOf(row, instanceId),
    turn:
      typeof turn === "number" && Number.isInteger(turn) && turn >= 0
        ? turn
        : conversation.messages.filter((message) => message.role === "assistant").length,
    messages: conversation.messages,
    assistant,
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

function instanceIdOf(row: Row): string | null {
  for (const column of ID_COLUMNS) {
    const value = row[column];
    if (typeof value === "string" && value.trim() !== "") return value;
    if (typeof value === "number" || typeof value === "bigint") return String(value);
  }
  return null;
}

function conversationOf(row: Row, style: ToolCallStyle): Conversation | null {
  for (const column of MESSAGE_COLUMNS) {
    if (row[column] === null || row[column] === undefined) continue;
    return normaliseMessages(row[column], style);
  }
  return null;
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
