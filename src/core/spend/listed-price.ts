/** Prices as providers list them beside their models, in USD per million tokens. */
import type { Price } from "../../calls/rules.ts";
import { field } from "../retry/error-body.ts";

/**
 * null when the entry names no price. Providers list prices for a token or for a million tokens; no
 * model costs a tenth of a cent a token, and none so little for a million.
 */
export function listedPrice(entry: unknown): Price | null {
  const places = [
    field(entry, "pricing"),
    field(entry, "price"),
    field(field(entry, "metadata"), "pricing"),
    entry,
  ];
  for (const place of places) {
    const input = first(place, [
      "prompt",
      "input",
      "input_tokens",
      "prompt_tokens",
      "input_cost_per_token",
    ]);
    const output = first(place, [
      "completion",
      "output",
      "output_tokens",
      "completion_tokens",
      "output_cost_per_token",
    ]);
    if (input === null || output === null) continue;
    const cached = first(place, [
      "input_cache_read",
      "cached_input",
      "cache_read_tokens",
      "input_cache_reads",
    ]);
    const scale = Math.max(input, output) < PER_TOKEN_BELOW ? MILLION : 1;
    return {
      input: rounded(input * scale),
      ...(cached === null ? {} : { cached_input: rounded(cached * scale) }),
      output: rounded(output * scale),
    };
  }
  return null;
}

export type PriceRow = {
  readonly provider: string;
  readonly model: string;
  readonly price: Price;
};

/**
 * chain.toml with the prices in tables of their own, [provider.NAME.price."MODEL"]; tables that are there
 * are written anew, all else stays as it is. `date`: "2026-11-28".
 */
export function withPrices(text: string, rows: readonly PriceRow[], date: string): string {
  return rows.reduce((before, row) => withPrice(before, row, date), text);
}

// ---------------------------------------------------------------------------------------------

const MILLION = 1_000_000;
const PER_TOKEN_BELOW = 0.001;

const rounded = (usd: number): number => Math.round(usd * 1e6) / 1e6;

function first(place: unknown, names: readonly string[]): number | null {
  for (const name of names) {
    const value = field(place, name);
    const plain = typeof value === "object" ? field(value, "usd") : value;
    const usd = typeof plain === "string" && plain.trim() !== "" ? Number(plain) : plain;
    if (typeof usd === "number" && usd >= 0 && Number.isFinite(usd)) return usd;
  }
  return null;
}

function withPrice(text: string, { provider, model, price }: PriceRow, date: string): string {
  const header = `[provider.${/^[\w-]+$/.test(provider) ? provider : JSON.stringify(provider)}.price.${JSON.stringify(model)}]`;
  const table = [
    header,
    `input = ${decimal(price.input)}`,
    ...(price.cached_input === undefined ? [] : [`cached_input = ${decimal(price.cached_input)}`]),
    `output = ${decimal(price.output)}`,
    `date = ${JSON.stringify(date)}`,
  ];
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.trim() === header);
  if (at < 0) return `${text.trimEnd()}\n\n${table.join("\n")}\n`.replace(/^\n+/, "");
  const rest = lines.slice(at + 1).findIndex((line) => /^\s*\[/.test(line));
  const end = rest < 0 ? lines.length : at + 1 + rest;
  const gap = end < lines.length ? [""] : [];
  return [...lines.slice(0, at), ...table, ...gap, ...lines.slice(end)]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

/** TOML tells 1 from 1.0; a price is a decimal. */
const decimal = (usd: number): string => (Number.isInteger(usd) ? `${usd}.0` : String(usd));
