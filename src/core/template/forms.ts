/**
 * The forms in which a history with calls can be written, from the rows' own to calls as text: which of them
 * a template carries, and what is lost in it. The histories are `sample/tool_histories.jsonl`.
 */
import { z } from "zod";
import type { Manner } from "../../calls/manner.ts";
import { argumentsOf, messageSchema } from "../../records/message.ts";
import type { ChatMessage } from "../../work.ts";
import type { RenderedMessage } from "../dataset/format-reasons.ts";
import { ordered } from "../wire/order.ts";
import { shapeRequest } from "../wire/shape.ts";
import { isWritten } from "./kept.ts";
import type { RawRender, RenderJob } from "./render.ts";

export const historySchema = z.object({
  case: z.string(),
  messages: z.array(z.preprocess(withText, messageSchema)),
  tools: z.array(z.unknown()).nullish(),
  /** Texts that have to be in what is rendered, raw or escaped. */
  must_contain: z.array(z.string()),
});
export type ToolHistory = z.infer<typeof historySchema>;

export type Form = {
  readonly words: string;
  /** null: messages stand as they are in a row. */
  readonly manner: Manner | null;
  readonly argumentsAs: "object" | "text";
};

/** The simplest one first. */
export const FORMS: readonly Form[] = [
  form("as in a row: calls as calls, arguments as objects", null),
  form("results at once after their calls, neighbours joined", {}),
  form("the same, one call a message", { split: true }),
  form("the same, system text joined to the first user message", { systemToUser: true }),
  form("the same, users and assistants in turn, system text joined", {
    systemToUser: true,
    alternate: true,
  }),
  form("the same, one call a message, system text joined", { split: true, systemToUser: true }),
  form("results at once after their calls, arguments as JSON text", {}, "text"),
  form("calls as text", { native: false }),
  form("calls as text, system text joined", {
    native: false,
    systemToUser: true,
    alternate: true,
  }),
];

/** A history in a form, as a template is given it. */
export function jobOf({ messages, tools }: ToolHistory, { manner, argumentsAs }: Form): RenderJob {
  const named = tools ?? undefined;
  if (manner === null) {
    return { messages: messages.map((one) => rendered(one, argumentsAs)), tools: named };
  }
  const request = { messages, ...(named === undefined ? {} : { tools: named }) };
  const shaped = shapeRequest(request, manner);
  // A text form has the results as the user's words already: order is all that is left to see to.
  const last = manner.native ? shaped.messages : ordered(shaped.messages, manner);
  return { messages: last.map((one) => rendered(one, argumentsAs)), tools: shaped.tools };
}

/** What became of one history in one form. */
export type Outcome =
  | { readonly kind: "whole" }
  /** What is missing, each kind of part once. */
  | { readonly kind: "lost"; readonly parts: readonly string[] }
  | { readonly kind: "refused" | "fault"; readonly words: string };

export function outcomeOf(raw: RawRender, history: ToolHistory): Outcome {
  if ("refused" in raw) return { kind: "refused", words: raw.refused };
  if ("fault" in raw) return { kind: "fault", words: raw.fault };
  if ("limit" in raw) return { kind: "fault", words: raw.limit };
  const lost = history.must_contain.filter((text) => !isWritten(raw.text, text));
  return lost.length === 0
    ? { kind: "whole" }
    : { kind: "lost", parts: [...new Set(lost.map((text) => partOf(text, history)))] };
}

/**
 * The first of the forms that carry most histories.
 * @param outcomes a list of the histories' outcomes a form, in the order of `forms`.
 */
export function bestForm(
  forms: readonly Form[],
  outcomes: readonly (readonly Outcome[])[],
): { readonly form: Form; readonly carried: number } | null {
  let best: { form: Form; carried: number } | null = null;
  for (const [at, one] of forms.entries()) {
    const carried = (outcomes[at] ?? []).filter(({ kind }) => kind === "whole").length;
    if (best === null || carried > best.carried) best = { form: one, carried };
  }
  return best;
}

// ---------------------------------------------------------------------------------------------

/** No content is an empty one, as everywhere here. */
function withText(message: unknown): unknown {
  const { content } = Object(message) as { content?: unknown };
  return { ...Object(message), content: content ?? "" };
}

function form(
  words: string,
  manner: Partial<Manner> | null,
  argumentsAs: Form["argumentsAs"] = "object",
): Form {
  const plain: Manner = {
    native: true,
    split: false,
    systemToUser: false,
    alternate: false,
    filled: "no",
    stream: "untried",
  };
  return { words, manner: manner === null ? null : { ...plain, ...manner }, argumentsAs };
}

function rendered(message: ChatMessage, as: Form["argumentsAs"]): RenderedMessage {
  const { role, content, reasoning, tool_calls: calls = [], tool_call_id: id, name } = message;
  return {
    role,
    content,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call) => ({
            id: call.id,
            type: "function",
            function: { name: call.name, arguments: argumentsIn(call.arguments, as) },
          })),
        }),
    ...(id === undefined ? {} : { tool_call_id: id }),
    ...(role === "tool" && name !== undefined ? { name } : {}),
  };
}

function argumentsIn(given: unknown, as: Form["argumentsAs"]): unknown {
  if (as === "object") return argumentsOf(given);
  return typeof given === "string" ? given : JSON.stringify(given);
}

/** Where in a history a text stands, in a person's words. */
function partOf(text: string, { messages }: ToolHistory): string {
  for (const { role, content, reasoning, tool_calls: calls } of messages) {
    const hasCalls = calls !== undefined && calls.length > 0;
    if (hasCalls && JSON.stringify(calls).includes(JSON.stringify(text).slice(1, -1))) {
      return "calls";
    }
    if (reasoning?.includes(text) === true) return "thoughts";
    if (!content.includes(text)) continue;
    if (role === "system") return "system text";
    if (role === "tool") return "results";
    if (role === "user") return "user's words";
    return hasCalls ? "words beside calls" : "answers";
  }
  return "calls";
}
