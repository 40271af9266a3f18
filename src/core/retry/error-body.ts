/**
 * The words of an error body, whatever its shape: {"error": {"message"}}, {"error": "..."}, {"detail"},
 * {"message"}, {"errors": [..]}, a list of them, and what a gateway quotes of the service behind it.
 */

export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

export const textOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : null;

/** What a person should read; null when the body has no such field. */
export function errorText(body: unknown): string | null {
  const one: unknown = Array.isArray(body) ? body[0] : body;
  const error = field(one, "error") ?? field(one, "base_resp");
  const said = firstText([
    field(error, "message"),
    field(error, "status_msg"),
    field(error, "error_msg"),
    field(error, "msg"),
    field(error, "Message"),
    error,
    field(one, "message"),
    field(one, "detail"),
    field(one, "error_description"),
    field(one, "msg"),
    field(one, "error_msg"),
    field(one, "errors"),
    field(one, "Message"),
    field(one, "html-message"),
  ]);
  const behind = behindOf(error);
  const words = said === null ? behind : behind === null ? said : `${said}: ${behind}`;
  const code = textOf(field(error, "code")) ?? textOf(field(error, "Code"));
  return words !== null && code !== null && !words.includes(code) && !/^\d+$/.test(code)
    ? `${code}: ${words}`
    : words;
}

/** Code, type, status and parameter of an error, in one line of words; "" where there are none. */
export function codesOf(body: unknown): string {
  const one: unknown = Array.isArray(body) ? body[0] : body;
  const places = [one, field(one, "error"), field(field(one, "error"), "innererror")];
  const found = places.flatMap((place) =>
    CODES.map((name) => textOf(field(place, name))).filter((word) => word !== null),
  );
  return [...new Set(found)].join(" ").slice(0, 300);
}

// ---------------------------------------------------------------------------------------------

const CODES = ["code", "type", "status", "param", "reason", "__type", "error_type", "object"];

/** The first that is a text, or an object or list as JSON. */
function firstText(values: readonly unknown[]): string | null {
  for (const value of values) {
    const text = textOf(value);
    if (text !== null) return text;
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0) {
      return JSON.stringify(value);
    }
  }
  return null;
}

/** What a router says of its provider's own words, and details that name quota or wait. */
function behindOf(error: unknown): string | null {
  const metadata = field(error, "metadata");
  const raw = textOf(field(metadata, "raw"));
  if (raw !== null) return raw.slice(0, 2000);
  const reasons = field(metadata, "reasons");
  if (Array.isArray(reasons)) return `flagged for ${reasons.join(", ")}`;
  const details = field(error, "details");
  return Array.isArray(details) && details.length > 0
    ? JSON.stringify(details).slice(0, 2000)
    : null;
}
