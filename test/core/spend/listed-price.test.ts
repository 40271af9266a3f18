import { expect, test } from "vitest";
import { parseConfig } from "../../../src/config.ts";
import { listedPrice, withPrices } from "../../../src/core/spend/listed-price.ts";

test.each([
  [
    "texts for a token",
    {
      id: "m",
      pricing: { prompt: "0.0000006", completion: "0.0000025", input_cache_read: "0.00000015" },
    },
    { input: 0.6, cached_input: 0.15, output: 2.5 },
  ],
  ["numbers for a million", { pricing: { input: 0.6, output: 2.5 } }, { input: 0.6, output: 2.5 }],
  [
    "USD apart",
    { price: { input: { usd: 0.6 }, output: { usd: 2.5 } } },
    { input: 0.6, output: 2.5 },
  ],
  [
    "under metadata",
    { metadata: { pricing: { input_tokens: 3, output_tokens: 15 } } },
    { input: 3, output: 15 },
  ],
  [
    "a gateway's costs for a token",
    { input_cost_per_token: 6e-7, output_cost_per_token: 2.5e-6 },
    { input: 0.6, output: 2.5 },
  ],
  ["no price", { id: "m" }, null],
  ["half a price", { pricing: { prompt: "0.0000006" } }, null],
  ["a price that is less than nothing", { pricing: { prompt: "-1", completion: "-1" } }, null],
])("a listed price is read: %s", (_name, entry, price) => {
  expect(listedPrice(entry)).toEqual(price);
});

const rows = [
  { provider: "loop", model: "org/m", price: { input: 1, cached_input: 0.25, output: 4 } },
];

test("prices become tables with their date, and what else stands in chain.toml stays", () => {
  const text = '# mine\n[provider.loop]\nbase_url = "http://h/v1" # here\n';
  const written = withPrices(text, rows, "2026-11-28");
  expect(written).toBe(
    `${text}\n[provider.loop.price."org/m"]\ninput = 1.0\ncached_input = 0.25\noutput = 4.0\ndate = "2026-11-28"\n`,
  );
  expect(parseConfig(written, "chain.toml").provider["loop"]?.price["org/m"]).toMatchObject({
    input: 1,
    output: 4,
    date: "2026-11-28",
  });
});

test("a table that is there is written anew, in its place", () => {
  const old =
    '[provider.loop.price."org/m"]\ninput = 9.0\noutput = 9.0\n\n[king]\nmodel = "org/m"\n';
  const written = withPrices(old, rows, "2026-11-28");
  expect(written).toContain('date = "2026-11-28"\n\n[king]\nmodel = "org/m"\n');
  expect(written).not.toContain("9.0");
});
