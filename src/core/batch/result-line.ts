/**
 * A line of a results file in the OpenAI batch format, whoever wrote it, or of Anthropic's
 * Message Batches. The same error comes as a text,
 * as an object, as an object in an object, or not at all beside a status of 400 and above.
 */
import type { CarriedReply } from "../../calls/exchange.ts";

/** What the line carries; null where it names no request. */
export function readResultLine(value: unknown): CarriedReply | null {
  const id = field(value, "custom_id");
  if (typeof id !== "string") return null;
  const result = field(value, "result");
  if (result !== undefined) return messageResult(id, result);
  const response = field(value, "response");
  const body = parsedBody(field(response, "body"));
  const said = field(response, "status_code");
  const status = typeof said === "number" ? said : null;
  const error = errorWords(field(value, "error"));
  const isReply = typeof body === "object" && body !== null && error === null;
  if (isReply) return { custom_id: id, status: status ?? 200, body, error: null };
  const words = error ?? errorWords(field(body, "error")) ?? errorWords(body);
  const isBad = status !== null && (status < 200 || status > 299);
  const why = words ?? (isBad ? `status ${status} without a word` : "neither a reply nor an error");
  return { custom_id: id, status, body: null, error: why };
}

/** Anthropic's: succeeded with a message, errored, canceled or expired. */
function messageResult(custom_id: string, result: unknown): CarriedReply {
  const message = field(result, "message");
  if (field(result, "type") === "succeeded" && typeof message === "object" && message !== null)
    return { custom_id, status: 200, body: message, error: null };
  const why =
    errorWords(field(result, "error")) ?? `the request was ${String(field(result, "type"))}`;
  return { custom_id, status: null, body: null, error: why };
}

// ---------------------------------------------------------------------------------------------

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Carriers that keep bodies as text hand them back as text. */
function parsedBody(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** null: no error. An empty object or text is none either. */
function errorWords(error: unknown): string | null {
  if (error === undefined || error === null || error === "") return null;
  if (typeof error === "string") return error;
  if (typeof error !== "object") return String(error as number | boolean);
  if (Object.keys(error).length === 0) return null;
  const inner = errorWords(field(error, "message")) ?? errorWords(field(error, "error"));
  return inner ?? JSON.stringify(error);
}
