import { expect, test } from "vitest";
import { createLru } from "../../../src/io/hub/cache.ts";

test("values are kept up to their weight in all, the least recently used given up first", async () => {
  const loads: string[] = [];
  const lru = createLru<string>(10, (text) => text.length);
  const get = (key: string, value: string): Promise<string> =>
    lru.get(key, () => {
      loads.push(key);
      return Promise.resolve(value);
    });
  await get("a", "1234");
  await get("b", "1234");
  await get("a", "1234");
  await get("c", "1234");
  expect(await get("a", "?")).toBe("1234");
  await get("b", "12");
  expect(loads).toEqual(["a", "b", "c", "b"]);
  await get("larger than all", "12345678901");
  await get("b", "12");
  expect(loads.slice(4)).toEqual(["larger than all", "b"]);
});

test("callers at the same time share one load, and one that fails is tried again", async () => {
  const lru = createLru<number>(2);
  let loads = 0;
  const load = async (): Promise<number> => {
    loads++;
    await Promise.resolve();
    if (loads === 1) throw new Error("away");
    return loads;
  };
  const both = await Promise.allSettled([lru.get("a", load), lru.get("a", load)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await Promise.all([lru.get("a", load), lru.get("a", load)])).toEqual([2, 2]);
});
