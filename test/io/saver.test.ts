import { expect, test } from "vitest";
import { makeSaver } from "../../src/io/saver.ts";

function slowWriter(): {
  written: string[];
  write: (path: string, value: string) => Promise<void>;
  release: () => void;
} {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  return {
    written,
    write: (path, value) =>
      new Promise((resolve) => {
        waiting.push(() => {
          written.push(`${path}=${value}`);
          resolve();
        });
      }),
    release: () => waiting.shift()?.(),
  };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("versions of one file are written one after the other, overtaken ones not at all", async () => {
  const { written, write, release } = slowWriter();
  const save = makeSaver(write);
  const saves = [save("a", "1"), save("b", "1")];
  await tick();
  saves.push(save("a", "2"), save("a", "3"));
  for (let round = 0; round < 4; round++) {
    release();
    await tick();
  }
  await Promise.all(saves);
  expect(written).toEqual(["a=1", "b=1", "a=3"]);
});

test("versions that come in the same burst are one write", async () => {
  const { written, write, release } = slowWriter();
  const save = makeSaver(write);
  const saves = [save("a", "1"), save("a", "2"), save("b", "1"), save("a", "3")];
  for (let round = 0; round < 4; round++) {
    release();
    await tick();
  }
  await Promise.all(saves);
  expect(written).toEqual(["a=3", "b=1"]);
});

test("a write that fails is its caller's error, and the next version is written", async () => {
  const written: string[] = [];
  const save = makeSaver<string>(async (_path, value) => {
    if (value === "bad") throw new Error("disk full");
    written.push(value);
  });
  const bad = save("a", "bad");
  const failed = bad.catch(() => {});
  await tick();
  const results = await Promise.allSettled([bad, save("a", "good")]);
  await failed;
  expect(results.map((result) => result.status)).toEqual(["rejected", "fulfilled"]);
  await save("a", "later");
  expect(written).toEqual(["good", "later"]);
});
