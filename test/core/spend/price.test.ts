import { expect, test } from "vitest";
import { batchPrice, costOf, upperBound } from "../../../src/core/spend/price.ts";

const usage = {
  prompt_tokens: 1_000_000,
  cached_tokens: 400_000,
  completion_tokens: 100_000,
  reasoning_tokens: 50_000,
};

test.each([
  ["cached input at its own price", { input: 2, cached_input: 0.5, output: 10 }, 1.2 + 0.2 + 1],
  ["cached input like other input where it has no price", { input: 2, output: 10 }, 3],
  ["a free model", { input: 0, output: 0 }, 0],
])("cost counts %s; reasoning is part of the completion", (_name, price, usd) => {
  expect(costOf(usage, price)).toBeCloseTo(usd, 10);
});

test("a model without a price costs an unknown amount, not 0", () => {
  expect(costOf(usage, undefined)).toBeNull();
});

test("the upper bound takes two bytes for a token, which code and prose never need", () => {
  expect(upperBound(30_000, 1024)).toEqual({
    prompt_tokens: 15_064,
    cached_tokens: 0,
    completion_tokens: 1024,
    reasoning_tokens: 0,
  });
});

test("in a batch every price of a model is its share of it, and the whole where none is named", () => {
  const price = { input: 2, cached_input: 1, output: 8 };
  expect(batchPrice({ ...price, batch: 0.5 })).toMatchObject({
    input: 1,
    cached_input: 0.5,
    output: 4,
  });
  expect(batchPrice(price)).toMatchObject(price);
  expect(batchPrice(undefined)).toBeUndefined();
});
