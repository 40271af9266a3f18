/** The rest of a list that nobody takes any more. */
import { expect, test } from "vitest";
import { countedToEnd } from "../../src/io/counted-rest.ts";

async function* numbers(count: number, ended: () => void = () => {}): AsyncGenerator<number> {
  try {
    for (let n = 0; n < count; n++) yield n;
  } finally {
    ended();
  }
}

async function taken(items: AsyncGenerator<number>, most: number): Promise<number[]> {
  const found: number[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length === most) break;
  }
  return found;
}

test.each([
  [3, [0, 1, 2], [3, 4, 5, 6]],
  [7, [0, 1, 2, 3, 4, 5, 6], []],
  [99, [0, 1, 2, 3, 4, 5, 6], []],
])("of seven items %i are taken, and what is left is counted", async (most, first, rest) => {
  const left: number[] = [];
  expect(
    await taken(
      countedToEnd(numbers(7), (item) => left.push(item)),
      most,
    ),
  ).toEqual(first);
  expect(left).toEqual(rest);
});

test("a list without an end is counted for a while, and then closed", async () => {
  let isClosed = false;
  const endless = numbers(Infinity, () => (isClosed = true));
  let left = 0;
  await taken(
    countedToEnd(endless, () => left++, 20),
    2,
  );
  expect(left).toBeGreaterThan(0);
  expect(isClosed).toBe(true);
});
