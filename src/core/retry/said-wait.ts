/** How long to wait, as the words of an error body say it. */

/** A longer wait is not waited for by an item that keeps its place. */
const CAP_MS = 120_000;

/**
 * Milliseconds, 0..120,000: "retryDelay": "37s", "estimated_time": 20.5, "try again in 1m7.66s", "retry
 * after 6 seconds". null when no words say it.
 */
export function saidWaitMs(text: string): number | null {
  for (const pattern of PATTERNS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const ms = inMs(found[1] ?? "");
    if (ms !== null) return Math.min(CAP_MS, Math.round(ms));
  }
  return null;
}

// ---------------------------------------------------------------------------------------------

const TIME =
  "((?:\\d+(?:\\.\\d+)?\\s?(?:milliseconds?|ms|hours?|h|minutes?|min|m|seconds?|secs?|s)\\s?)+)";
const PATTERNS: readonly RegExp[] = [
  new RegExp(`retry[_ -]?delay\\W{1,5}${TIME}`, "i"),
  new RegExp(`(?:again|retry|wait)\\b[^0-9.]{0,25}${TIME}`, "i"),
  /"(?:estimated_time|retry_after|retry_after_seconds)"\s*:\s*(\d+(?:\.\d+)?)\b/i,
];

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/(\d+(?:\.\d+)?)\s?(?:milliseconds?|ms)/gi, 1],
  [/(\d+(?:\.\d+)?)\s?(?:hours?|h)/gi, 3_600_000],
  [/(\d+(?:\.\d+)?)\s?(?:minutes?|min|m(?!s|i))/gi, 60_000],
  [/(\d+(?:\.\d+)?)\s?(?:seconds?|secs?|s)/gi, 1000],
];

function inMs(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  let sum = 0;
  for (const [unit, ms] of UNITS) {
    for (const [, value] of text.matchAll(unit)) sum += Number(value) * ms;
  }
  return sum > 0 ? sum : null;
}
