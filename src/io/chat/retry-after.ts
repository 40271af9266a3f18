/**
 * Retry-After in all its forms. A provider may ask for any wait, so it is capped: an hour's wait
 * belongs to the next run, not to an item that keeps its place.
 */

/** Longest wait that a header can ask for, in milliseconds. */
export const RETRY_AFTER_CAP_MS = 120_000;

/**
 * Milliseconds to wait, 0..cap; null when the header is missing or says nothing readable. Reads
 * `retry-after-ms`, then `retry-after` as seconds (fractions allowed) or as an HTTP date.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | null {
  const said = headers["retry-after"];
  const inSeconds = number(said);
  const asked =
    number(headers["retry-after-ms"]) ??
    (inSeconds === null ? untilDate(said, nowMs) : inSeconds * 1000);
  return asked === null ? null : Math.min(RETRY_AFTER_CAP_MS, Math.max(0, Math.round(asked)));
}

// ---------------------------------------------------------------------------------------------

/** Headers of one name arrive joined by ", ": the first number counts. */
function number(value: string | undefined): number | null {
  const first = value?.split(",")[0]?.trim() ?? "";
  return /^\d{1,12}(\.\d{1,6})?$/.test(first) ? Number(first) : null;
}

/** "Wed, 21 Oct 2026 07:28:00 GMT" (sent twice: the first one). */
function untilDate(value: string | undefined, nowMs: number): number | null {
  const date = /^[A-Za-z]{3}, [^,]{1,40}/.exec(value ?? "")?.[0];
  const at = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? null : at - nowMs;
}
