/** Masking all texts of a record, each by itself. */
import { addFound, maskSecrets, type MaskOptions } from "./mask.ts";

export type MaskedTexts = {
  /** In the order given. */
  readonly texts: readonly string[];
  /** How many of each kind. */
  readonly found: Readonly<Record<string, number>>;
};

export async function maskTexts(
  texts: readonly string[],
  options: MaskOptions = {},
): Promise<MaskedTexts> {
  const each = [];
  for (const text of texts) each.push(await maskSecrets(text, options));
  return { texts: each.map(({ text }) => text), found: addFound(each.map(({ found }) => found)) };
}

/** Every text of a value mapped, keys left alone; texts come in the order in which they stand. */
export function mapTexts<T>(value: T, map: (text: string) => string): T {
  return mapped(value, map) as T;
}

// ---------------------------------------------------------------------------------------------

function mapped(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapped(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner, map)]));
}
