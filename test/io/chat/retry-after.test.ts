import { expect, test } from "vitest";
import { RETRY_AFTER_CAP_MS, retryAfterMs } from "../../../src/io/chat/retry-after.ts";

const nowMs = Date.parse("2026-11-21T10:00:00Z");

test.each([
  ["seconds", { "retry-after": "7" }, 7000],
  ["a fraction of a second", { "retry-after": "0.25" }, 250],
  ["milliseconds, which win", { "retry-after-ms": "120", "retry-after": "7" }, 120],
  ["a date", { "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT" }, 30_000],
  ["a date that has passed", { "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" }, 0],
  ["two headers of that name", { "retry-after": "3, 9" }, 3000],
  [
    "two dates",
    { "retry-after": "Sat, 21 Nov 2026 10:00:30 GMT, Sat, 21 Nov 2026 11:00:00 GMT" },
    30_000,
  ],
  ["seconds with their unit", { "retry-after": "3s" }, 3000],
  ["minutes and seconds", { "retry-after": "1m2.5s" }, 62_500],
  ["what a gateway hands on", { "llm_provider-retry-after": "2" }, 2000],
  ["what a gateway hands on in ms", { "llm_provider-retry-after-ms": "1200" }, 1200],
  [
    "the reset of the limit that is used up",
    {
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-tokens": "6m0s",
      "x-ratelimit-remaining-tokens": "300",
    },
    1000,
  ],
  [
    "the longer of two resets",
    { "x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "90ms" },
    1000,
  ],
  ["a reset as a moment in ms", { "x-ratelimit-reset": String(nowMs + 4000) }, 4000],
  ["a reset as a moment in s", { "x-ratelimit-reset": String(nowMs / 1000 + 4) }, 4000],
  [
    "a limit of one's own name",
    { "x-ratelimit-reset-tokens-minute": "11.5", "x-ratelimit-remaining-tokens-minute": "0" },
    11_500,
  ],
  [
    "a day's limit that is used up, cut down",
    {
      "x-ratelimit-reset-requests-day": "41203.2",
      "x-ratelimit-remaining-requests-day": "0",
      "x-ratelimit-reset-tokens-minute": "3",
      "x-ratelimit-remaining-tokens-minute": "900",
    },
    RETRY_AFTER_CAP_MS,
  ],
  [
    "Anthropic's moment",
    {
      "anthropic-ratelimit-requests-reset": "2026-11-21T10:00:08Z",
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-tokens-reset": "2026-11-21T10:01:00Z",
      "anthropic-ratelimit-tokens-remaining": "4000",
    },
    8000,
  ],
  ["a reset without x-", { "ratelimit-reset": "9", "ratelimit-remaining": "0" }, 9000],
  [
    "a reset behind a gateway",
    {
      "llm_provider-x-ratelimit-reset-requests": "2s",
      "llm_provider-x-ratelimit-remaining-requests": "0",
    },
    2000,
  ],
  ["a limit that is not used up", { "ratelimit-reset": "9", "ratelimit-remaining": "3" }, null],
  ["an hour, cut down", { "retry-after": "3600" }, RETRY_AFTER_CAP_MS],
  ["nothing", {}, null],
  ["an empty header", { "retry-after": "" }, null],
  ["words", { "retry-after": "in a while" }, null],
  ["a negative number", { "retry-after": "-5" }, null],
])("Retry-After is read: %s", (_name, headers, ms) => {
  expect(retryAfterMs(headers, nowMs)).toBe(ms);
});
