/**
 * Takes a provider's reply apart: content, reasoning, refusal, finish reason and usage each for
 * themselves, whatever shape they come in; or says what kind of fault it is. Nothing is trusted: the
 * body may be HTML, a number, or an object whose fields have any type.
 */
import type { Answer, Exchange, FaultKind, Reading } from "../../calls/exchange.ts";
import { toolCallSchema, type ToolCall } from "../../records/message.ts";
import { endingOf } from "../ending/ending.ts";
import { contextLimit } from "./context.ts";
import { codesOf, errorText, field, textOf } from "./error-body.ts";
import { saidWaitMs } from "./said-wait.ts";
import { readUsage, usdOf } from "./usage.ts";

/** Characters of a provider's error text that are kept: in long ones the words that matter stand last. */
const HEAD_CHARS = 200;
const TAIL_CHARS = 300;

/**
 * @param body what the client made of the text: the parsed JSON, or the text where it is no JSON;
 *   null when it could not be read.
 */
export function readAnswer(exchange: Exchange, body: unknown): Reading {
  const { status, broken, text } = exchange;
  if (broken !== null) return faultOf(exchange, body, brokenKind(broken.kind, status), broken);
  if (status === null) return faultOf(exchange, body, "connect", { message: "no answer" });
  if (status < 200 || status > 299) {
    return faultOf(exchange, body, `http_${status}`, { message: errorText(body) ?? text ?? "" });
  }
  const error = errorOf(body);
  if (error !== null) return errorFault(exchange, body, { error }, "error_body");
  if (typeof body !== "object" || body === null) {
    const kind = /^\s*</.test(text ?? "") ? "html" : "bad_json";
    return faultOf(exchange, body, kind, { message: text ?? "" });
  }
  return readChoice(exchange, body);
}

// ---------------------------------------------------------------------------------------------

function readChoice(exchange: Exchange, body: object): Reading {
  const choices = field(body, "choices");
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = field(choice, "message");
  const own = field(choice, "error");
  if (own !== undefined && own !== null) {
    return errorFault(exchange, body, { error: own }, "broken_off");
  }
  if (message === undefined || message === null) {
    return faultOf(exchange, body, "no_choices", { message: exchange.text ?? "" });
  }
  const content = readContent(field(message, "content"));
  const calls = readCalls(field(message, "tool_calls"));
  const thinking = objectsIn(field(message, "thinking_blocks"));
  const usage = readUsage(field(body, "usage"));
  const isCounted = usage === null || usage.prompt_tokens + usage.completion_tokens > 0;
  const answer: Answer = {
    content,
    reasoning: textOf(field(message, "reasoning_content")) ?? textOf(field(message, "reasoning")),
    refusal: textOf(field(message, "refusal")),
    ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    finish_reason: textOf(field(choice, "finish_reason")),
    model: answeringModel(exchange, body),
    // Nothing counted although there is a text: it was not counted.
    usage: isCounted || (content === "" && calls.length === 0) ? usage : null,
    usd: usdOf(field(body, "usage")),
  };
  const ending = endingOf(answer.finish_reason, content);
  if (ending.kind === "fault") {
    return faultOf(exchange, body, "broken_off", { message: `finish_reason ${ending.word}` });
  }
  const empty = emptyKind(answer);
  if (empty === null) return { ok: true, answer, request_id: requestId(exchange, body) };
  const said = `finish_reason ${answer.finish_reason ?? "missing"}`;
  return faultOf(exchange, body, empty, { message: said, answer });
}

/** A gateway that fell back says so beside the body, which may name the model that was asked for. */
function answeringModel({ headers }: Exchange, body: unknown): string | null {
  const fellBack = Number(headers["x-litellm-attempted-fallbacks"] ?? 0) > 0;
  const group = headers["x-litellm-model-group"];
  return fellBack && group !== undefined ? group : textOf(field(body, "model"));
}

type Said = {
  readonly message: string;
  readonly status?: number;
  readonly answer?: Answer;
};

function faultOf(
  exchange: Exchange,
  body: unknown,
  kind: FaultKind,
  { message, status, answer }: Said,
): Reading & { readonly ok: false } {
  return {
    ok: false,
    fault: {
      kind,
      message: shorten(message),
      code: codesOf(body),
      context: contextLimit(body, message),
      status: status ?? exchange.status,
      retry_after_ms: exchange.retry_after_ms ?? saidWaitMs((exchange.text ?? "").slice(0, 20_000)),
      request_id: requestId(exchange, body),
      usage: readUsage(field(body, "usage")),
      answer: answer ?? null,
    },
  };
}

/** An error under status 200: by its own code where it has one. */
function errorFault(
  exchange: Exchange,
  body: unknown,
  holder: { readonly error: unknown },
  kind: FaultKind,
): Reading {
  const message = errorText(holder) ?? "";
  const code = Number(field(holder.error, "code") ?? field(holder.error, "status"));
  const isStatus = Number.isInteger(code) && code >= 400 && code <= 599;
  return isStatus
    ? faultOf(exchange, body, `http_${code}`, { message, status: code })
    : faultOf(exchange, body, kind, { message });
}

/**
 * `error`; or, where no answer stands beside it, MiniMax's `base_resp`, Tencent's `Response.Error`, or a
 * body that says itself that it is none (a code that is not 0, `success: false`); null when there is none.
 */
function errorOf(body: unknown): unknown {
  const error = field(body, "error");
  if (error !== undefined && error !== null && error !== "") return error;
  const base = field(body, "base_resp");
  if (Number(field(base, "status_code") ?? 0) !== 0) return base;
  if (Array.isArray(field(body, "choices"))) return null;
  const inner = field(field(body, "Response"), "Error");
  if (inner !== undefined && inner !== null) return inner;
  const code = field(body, "error_code") ?? field(body, "code") ?? 0;
  const isFault =
    typeof code === "number" || typeof code === "string" ? !FINE.test(`${code}`) : false;
  return isFault || field(body, "success") === false ? body : null;
}

const FINE = /^(?:0|200|success|ok)$/i;

/** Text, or the text parts of a list of parts; a part of reasoning is no content. */
function readContent(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "";
  return value
    .filter((part: unknown) => !/reason|think/i.test(textOf(field(part, "type")) ?? ""))
    .map((part: unknown) => textOf(field(part, "text")) ?? "")
    .join("");
}

/** Calls are an answer, also where none were asked for: the form check says so. */
function readCalls(value: unknown): readonly ToolCall[] {
  return Array.isArray(value) ? value.map((call: unknown) => toolCallSchema.parse(call)) : [];
}

const objectsIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A tool call in place of text is an answer that broke the form: asking the same again is no help. */
function emptyKind(answer: Answer): FaultKind | null {
  const { content, reasoning, refusal, finish_reason, tool_calls } = answer;
  if (content.trim() !== "" || refusal !== null || tool_calls !== undefined) return null;
  if (finish_reason === "tool_calls") return null;
  return reasoning !== null || finish_reason === "length" ? "reasoning_only" : "empty";
}

function brokenKind(
  kind: "connect" | "reset" | "timeout" | "too_large",
  status: number | null,
): FaultKind {
  if (kind === "reset") return status === null ? "reset" : "reset_body";
  if (kind === "timeout") return status === null ? "timeout" : "timeout_body";
  return kind;
}

function requestId(exchange: Exchange, body: unknown): string | null {
  return exchange.headers["x-request-id"] ?? textOf(field(body, "id"));
}

/** One line, without its middle where it is long. */
function shorten(text: string): string {
  const whole = text.length > 20_000 ? `${text.slice(0, 10_000)} ${text.slice(-10_000)}` : text;
  const line = whole.replace(/\s+/g, " ").trim();
  return line.length > HEAD_CHARS + TAIL_CHARS
    ? `${line.slice(0, HEAD_CHARS)} ... ${line.slice(-TAIL_CHARS)}`
    : line;
}
