/**
 * Answers that base and checkpoint wrote anew, judged without a model: have they the form, do they do
 * what the reference does, and do they say what they could not know.
 */
import { messageSchema, type Message } from "../../records/message.ts";
import { classifyAction } from "../actions/classify.ts";
import { actionLabel } from "../actions/spoken-label.ts";
import { clusteredMean, type Mean } from "../duel/statistics.ts";
import { checkAnswer } from "../turn/protocol.ts";

type Row = Readonly<Record<string, unknown>>;

/** A row of a set as far as answers are judged by it. */
export type Reference = {
  readonly messages: readonly Message[];
  readonly answer: Message | null;
  readonly tools: readonly unknown[];
  /** The gold label where the set has one, else the reference's own type. */
  readonly action_type: string;
};

export type Judged = {
  readonly cluster: string;
  readonly isFormed: boolean;
  /** Why it has not the form; "" where it has. */
  readonly reason: string;
  readonly isSameAction: boolean;
};

/** What a row of any trained format says. */
export function referenceOf(row: Row): Reference {
  const messages = messagesOf(row["prompt"]);
  const answer = messagesOf(row["completion"] ?? row["chosen"])[0] ?? null;
  const about = Object(row["metadata"] ?? row) as Row;
  const label = about["action_type"] ?? row["action_type"];
  return {
    messages,
    answer,
    tools: toolsOf(row["tools"]),
    action_type:
      typeof label === "string" ? label : answer === null ? "" : actionOf(answer, messages),
  };
}

/** One written answer against its reference. */
export function judged(text: string, reference: Reference, cluster: string): Judged {
  const protocol = reference.tools.length > 0 ? "tools" : "bash";
  const form = checkAnswer({ content: text }, { protocol, tools: reference.tools });
  const said = form.message ?? { role: "assistant", content: text };
  return {
    cluster,
    isFormed: form.ok,
    reason: form.ok ? "" : form.reason,
    isSameAction: actionOf(said, reference.messages) === reference.action_type,
  };
}

export type Share = {
  readonly answers: number;
  readonly share: number;
  readonly share_base: number | null;
  /** Of the paired difference of shares. */
  readonly change: Mean;
};

/** Shares of base and checkpoint over the same rows; `base` is empty where there is none. */
export function shareOf(
  checkpoint: readonly Judged[],
  base: readonly Judged[],
  holds: (one: Judged) => boolean,
): Share | null {
  if (checkpoint.length === 0) return null;
  const share = (of: readonly Judged[]): number => of.filter(holds).length / of.length;
  return {
    answers: checkpoint.length,
    share: share(checkpoint),
    share_base: base.length === checkpoint.length ? share(base) : null,
    change: clusteredMean(
      base.length !== checkpoint.length
        ? []
        : checkpoint.map((one, at) => {
            const before = base[at];
            const value = Number(holds(one)) - Number(before !== undefined && holds(before));
            return { cluster: one.cluster, value, size: 1 };
          }),
    ),
  };
}

// ---------------------------------------------------------------------------------------------

/** A label that is spoken ("ACTION: file_read") goes before what is done. */
function actionOf(said: Message, messages: readonly Message[]): string {
  const last = messages.at(-1);
  return (
    actionLabel(said.content) ??
    classifyAction({
      content: said.content,
      tool_calls: said.tool_calls,
      prev_role: last?.role ?? null,
      prev: last?.content,
    })
  );
}

function messagesOf(value: unknown): Message[] {
  if (typeof value === "string") return [{ role: "assistant", content: value }];
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).flatMap((one) => {
    const parsed = messageSchema.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}

function toolsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value !== "string") return [];
  try {
    const tools: unknown = JSON.parse(value);
    return Array.isArray(tools) ? (tools as unknown[]) : [];
  } catch {
    return []; // Not a list of tools: the row is judged as one without.
  }
}
