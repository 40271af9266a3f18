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
  ["an hour, cut down", { "retry-after": "3600" }, RETRY_AFTER_CAP_MS],
  ["nothing", {}, null],
  ["an empty header", { "retry-after": "" }, null],
  ["words", { "retry-after": "in a while" }, null],
  ["a negative number", { "retry-after": "-5" }, null],
])("Retry-After is read: %s", (_name, headers, ms) => {
  expect(retryAfterMs(headers, nowMs)).toBe(ms);
});
