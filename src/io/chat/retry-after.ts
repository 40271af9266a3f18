/**
 * Retry-After in all its forms. A provider may ask for any wait, so it is capped: an hour's wait
 * belongs to the next run, not to an item that keeps its place.
 */

/** Longest wait that a header can ask for, in milliseconds. */
export const RETRY_AFTER_CAP_MS = 120_000;

/**
 * Milliseconds to wait, 0..cap; null when no header says anything readable. Reads `retry-after-ms`, then
 * `retry-after` as seconds (fractions allowed), with a unit ("3s", "1m30s") or as an HTTP date, the same
 * as a gateway hands them on from behind it (`llm_provider-...`), then the resets of the limit that is
 * used up (`x-ratelimit-reset-requests`, `-tokens-minute`, `x-ratelimit-reset`, the same without `x-`, and
 * Anthropic's `anthropic-ratelimit-requests-reset`, a moment as in RFC 3339).
 *
 * @param nowMs the time of day, milliseconds since 1970
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | null {
  const asked = !saysWait(headers)
    ? null
    : (waitOf(headers, "", nowMs) ??
      waitOf(headers, "llm_provider-", nowMs) ??
      resetOf(headers, nowMs));
  return asked === null ? null : Math.min(RETRY_AFTER_CAP_MS, Math.max(0, Math.round(asked)));
}

// ---------------------------------------------------------------------------------------------

type Headers = Readonly<Record<string, string>>;

/** Nearly no reply does, and every one is looked at. */
function saysWait(headers: Headers): boolean {
  for (const name in headers) {
    if (name.includes("retry-after") || name.includes("reset")) return true;
  }
  return false;
}

function waitOf(headers: Headers, prefix: string, nowMs: number): number | null {
  const said = headers[`${prefix}retry-after`];
  const inMs = number(headers[`${prefix}retry-after-ms`]);
  if (inMs !== null) return inMs;
  const inSeconds = number(said);
  return inSeconds === null ? (duration(said) ?? untilDate(said, nowMs)) : inSeconds * 1000;
}

/** Only limits of which nothing remains; of several, the one that takes longest. */
function resetOf(headers: Headers, nowMs: number): number | null {
  const waits = Object.entries(headers).flatMap(([name, reset]) => {
    if (!RESET.test(name)) return [];
    const left = number(headers[name.replace("reset", "remaining")]);
    if (left !== null && left > 0) return [];
    const wait = duration(reset) ?? untilMoment(number(reset), nowMs) ?? untilStamp(reset, nowMs);
    return wait === null ? [] : [wait];
  });
  return waits.length === 0 ? null : Math.max(...waits);
}

const RESET =
  /^(?:llm_provider-)?(?:(?:x-)?ratelimit-reset(?:-[a-z-]{1,40})?|anthropic-ratelimit-[a-z-]{1,40}-reset)$/;

/** "2026-11-21T10:00:04Z". */
function untilStamp(value: string, nowMs: number): number | null {
  const at = /^\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:?\d\d)$/.test(value.trim())
    ? Date.parse(value.trim())
    : Number.NaN;
  return Number.isNaN(at) ? null : at - nowMs;
}

/** A number of seconds, or a moment in seconds or milliseconds since 1970. */
function untilMoment(value: number | null, nowMs: number): number | null {
  if (value === null) return null;
  if (value > 1e11) return value - nowMs;
  return value > 1e9 ? value * 1000 - nowMs : value * 1000;
}

/** "3s", "250ms", "6m0s", "1h2m3.5s". */
function duration(value: string | undefined): number | null {
  const text = value?.split(",")[0]?.trim() ?? "";
  const found =
    /^(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d+)?)ms)?$/.exec(
      text,
    );
  if (found === null || text === "") return null;
  const [hours, minutes, seconds, ms] = found.slice(1).map((part) => Number(part ?? 0));
  return ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000 + (ms ?? 0);
}

/** Headers of one name arrive joined by ", ": the first number counts. */
function number(value: string | undefined): number | null {
  const first = value?.split(",")[0]?.trim() ?? "";
  return /^\d{1,16}(\.\d{1,6})?$/.test(first) ? Number(first) : null;
}

/** "Wed, 21 Oct 2026 07:28:00 GMT" (sent twice: the first one). */
function untilDate(value: string | undefined, nowMs: number): number | null {
  const date = /^[A-Za-z]{3}, [^,]{1,40}/.exec(value ?? "")?.[0];
  const at = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? null : at - nowMs;
}
