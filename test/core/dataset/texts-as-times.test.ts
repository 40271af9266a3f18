import { expect, test } from "vitest";
import { textsAsTimes } from "../../../src/core/dataset/texts-as-times.ts";

test.each([
  ["2026-01-02", true],
  ["2026-02-30", false],
  ["2026-01-02T23:59:59Z", true],
  ["2026-01-02 24:00", false],
  ["2026-01-02T03:04:05+23:59", true],
  ["2026-01-02T03:04:05-0930", true],
  ["2026-01-02T03:04:05+24:00", false],
  ["2026-01-02T03:04:05+99:99", false],
  ["2026-01-02T03:04:05+01:60", false],
  ["2026-01-02T03:04:05+99", false],
])("of a column of %s pyarrow makes times: %s", (text, isTime) => {
  const check = textsAsTimes({ content: "string" });
  check.see({ content: text });
  expect(check.found()).toEqual(isTime ? ["content"] : []);
});
