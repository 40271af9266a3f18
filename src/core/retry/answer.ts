/**
 * Takes a provider's reply apart: content, reasoning, refusal, finish reason and usage each for
 * themselves, whatever shape they come in; or says what kind of fault it is. Nothing is trusted: the
 * body may be HTML, a number, or an object whose fields have any type.
 */
import type { Answer, Exchange, FaultKind, Reading } from "../../calls.ts";
import { toolCallSchema, type ToolCall } from "../../records/message.ts";
import type { Usage } from "../../records/run-info.ts";

/** Characters of a provider's error text that are kept. */
const MESSAGE_CHARS = 300;

/**
 * @param body what the client made of the text: the parsed JSON, or the text where it is no JSON;
 *   null when it could not be read.
 */
export function readAnswer(exchange: Exchange, body: unknown): Reading {
  const request_id = requestId(exchange, body);
  const usage = readUsage(field(body, "usage"));
  const { status, broken, text } = exchange;
  const fault = (
    kind: FaultKind,
    message: string,
    at: number | null = status,
    answer: Answer | null = null,
  ): Reading => ({
    ok: false,
    fault: {
      kind,
      message: shorten(message),
      status: at,
      retry_after_ms: exchange.retry_after_ms,
      request_id,
      usage,
      answer,
    },
  });

  if (broken !== null) return fault(brokenKind(broken.kind, status), broken.message);
  if (status === null) return fault("connect", "no answer");
  if (status < 200 || status > 299) return fault(`http_${status}`, errorText(body) ?? text ?? "");
  const error = field(body, "error");
  if (error !== undefined && error !== null) {
    const code = Number(field(error, "code"));
    const said = errorText(body) ?? "";
    return Number.isInteger(code) && code >= 400 && code <= 599
      ? fault(`http_${code}`, said, code)
      : fault("error_body", said);
  }
  if (typeof body !== "object" || body === null) {
    return /^\s*</.test(text ?? "") ? fault("html", text ?? "") : fault("bad_json", text ?? "");
  }
  const choices = field(body, "choices");
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const message = field(choice, "message");
  if (message === undefined || message === null) return fault("no_choices", text ?? "");
  const calls = readCalls(field(message, "tool_calls"));
  const answer: Answer = {
    content: readContent(field(message, "content")),
    reasoning: textOf(field(message, "reasoning_content")) ?? textOf(field(message, "reasoning")),
    refusal: textOf(field(message, "refusal")),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    finish_reason: textOf(field(choice, "finish_reason")),
    usage,
  };
  const empty = emptyKind(answer);
  if (empty === null) return { ok: true, answer, request_id };
  return fault(empty, `finish_reason ${answer.finish_reason ?? "missing"}`, status, answer);
}

/**
 * Tokens as the provider counted them; null when it did not, or when the numbers cannot be true
 * (negative, fractions, text, more cached than there were).
 */
export function readUsage(value: unknown): Usage | null {
  const prompt = tokens(field(value, "prompt_tokens"));
  const completion = tokens(field(value, "completion_tokens"));
  if (prompt === null || completion === null) return null;
  const cached =
    tokens(field(field(value, "prompt_tokens_details"), "cached_tokens")) ??
    tokens(field(value, "prompt_cache_hit_tokens")) ??
    0;
  const reasoning = tokens(
    field(field(value, "completion_tokens_details"), "reasoning_tokens") ??
      field(value, "reasoning_tokens"),
  );
  return {
    prompt_tokens: prompt,
    cached_tokens: Math.min(cached, prompt),
    completion_tokens: completion,
    reasoning_tokens: Math.min(reasoning ?? 0, completion),
  };
}

// ---------------------------------------------------------------------------------------------

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : null;

/** More tokens than any model has room for: a provider's slip, not a bill. */
const MOST_TOKENS = 100_000_000;

function tokens(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < MOST_TOKENS
    ? value
    : null;
}

/** Text, or the text parts of a list of parts; what the model thought is never content. */
function readContent(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "";
  return value
    .filter(
      (part: unknown) => !/reasoning|thinking|thought/.test(textOf(field(part, "type")) ?? ""),
    )
    .map((part: unknown) => textOf(field(part, "text")) ?? "")
    .join("");
}

/** Calls are an answer, also where none were asked for: the form check says so. */
function readCalls(value: unknown): readonly ToolCall[] {
  return Array.isArray(value) ? value.map((call: unknown) => toolCallSchema.parse(call)) : [];
}

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

/** The words of an error body: {"error": {"message"}}, {"error": "..."}, {"detail"}, {"message"}. */
function errorText(body: unknown): string | null {
  const error = field(body, "error");
  const said =
    textOf(field(error, "message")) ??
    textOf(error) ??
    textOf(field(body, "message")) ??
    textOf(field(body, "detail")) ??
    (typeof error === "object" && error !== null ? JSON.stringify(error) : null);
  const code = textOf(field(error, "code"));
  return said !== null && code !== null && !said.includes(code) ? `${code}: ${said}` : said;
}

function shorten(text: string): string {
  const line = text
    .slice(0, 4 * MESSAGE_CHARS)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > MESSAGE_CHARS ? `${line.slice(0, MESSAGE_CHARS)} ...` : line;
}
