/**
 * The name of a request: 40 hex of a hash over its item's key and its body with sorted keys. Another
 * prompt, model or limit is another name, so that an old result never fits a new question.
 */
import { createHash } from "node:crypto";

export function requestId(key: string, body: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify([key, canonical(body)]));
  return hash.digest("hex").slice(0, 40);
}

// ---------------------------------------------------------------------------------------------

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, canonical(inner)]),
  );
}
