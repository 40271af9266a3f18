import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLineCache } from "../../src/io/line-cache.ts";
import { tempProject } from "../support/project.ts";

test("values come back after a restart, also when many were put at the same time", async () => {
  const path = join(tempProject(), "rows/a.jsonl");
  const cache = await openLineCache(path);
  const entries = Array.from(
    { length: 40 },
    (_, n) => [`k${n}`, { n, text: "é".repeat(n * 50) }] as const,
  );
  await Promise.all(entries.map((entry) => cache.put([entry])));
  for (const [key, value] of entries) expect(await cache.get(key)).toEqual(value);
  const again = await openLineCache(path);
  for (const [key, value] of entries) expect(await again.get(key)).toEqual(value);
  expect(again.has("none")).toBe(false);
  await again.remove();
});

test("a torn last line is cut off, and what comes after it is whole", async () => {
  const path = join(tempProject(), "a.jsonl");
  const cache = await openLineCache(path);
  await cache.put([["a", 1]]);
  appendFileSync(path, '{"k":"b","v":');
  const torn = await openLineCache(path);
  expect(torn.has("b")).toBe(false);
  await torn.put([["c", 3]]);
  const whole = await openLineCache(path);
  expect([await whole.get("a"), await whole.get("c")]).toEqual([1, 3]);
});
