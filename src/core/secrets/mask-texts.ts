/** Masking all texts of a record in one search, which costs a twentieth of as many searches. */
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
  const { text, found } = await maskSecrets(texts.join(SEAM), options);
  const parts = text.split(SEAM);
  if (parts.length === texts.length) return { texts: parts, found };
  // A seam stood in a text, or a secret reached over one: text by text.
  const each = [];
  for (const one of texts) each.push(await maskSecrets(one, options));
  return { texts: each.map((one) => one.text), found: addFound(each.map((one) => one.found)) };
}

/** Every text of a value mapped, keys left alone; texts come in the order in which they stand. */
export function mapTexts<T>(value: T, map: (text: string) => string): T {
  return mapped(value, map) as T;
}

// ---------------------------------------------------------------------------------------------

const SEAM = "\n\u0000\u0000 seam \u0000\u0000\n";

function mapped(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapped(item, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner, map)]));
}
