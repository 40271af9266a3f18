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
  ["an hour, cut down", { "retry-after": "3600" }, RETRY_AFTER_CAP_MS],
  ["nothing", {}, null],
  ["an empty header", { "retry-after": "" }, null],
  ["words", { "retry-after": "in a while" }, null],
  ["a negative number", { "retry-after": "-5" }, null],
])("Retry-After is read: %s", (_name, headers, ms) => {
  expect(retryAfterMs(headers, nowMs)).toBe(ms);
});
