/** Masking all texts of a record, each by itself. */
import { addFound, maskSecrets, type Masked, type MaskOptions } from "./mask.ts";

/** A text, and the key under which it stands in a record: `{"password": "..."}` says what the text does not. */
export type NamedText = { readonly text: string; readonly key: string | null };

export type MaskedTexts = {
  /** In the order given. */
  readonly texts: readonly string[];
  /** How many of each kind. */
  readonly found: Readonly<Record<string, number>>;
};

export async function maskTexts(
  texts: readonly NamedText[],
  options: MaskOptions = {},
): Promise<MaskedTexts> {
  const each = [];
  for (const named of texts) each.push(await maskNamed(named, options));
  return { texts: each.map(({ text }) => text), found: addFound(each.map(({ found }) => found)) };
}

/** Masks a text, and all of it where its key says that it is a secret. */
export async function maskNamed(
  { text, key }: NamedText,
  options: MaskOptions = {},
): Promise<Masked> {
  const plain = await maskSecrets(text, options);
  if (key === null || !isTelling({ text, key }) || Object.keys(plain.found).length > 0)
    return plain;
  const before = `"${key}": "`;
  const { text: whole, found } = await maskSecrets(`${before}${text}"`, options);
  return { text: whole.slice(before.length, -1), found };
}

/** True where the key may make a secret of what is none by itself. */
export function isTelling({ text, key }: NamedText): boolean {
  return key !== null && text.length <= LONGEST && TELLING.test(key) && !/["\n]/.test(text);
}

/**
 * Every text of a value mapped, with the key under which it stands. Keys are texts as well, since models write
 * them into the arguments of calls. Texts come in the order in which they stand; those of a list have its key.
 */
export function mapTexts<T>(value: T, map: (text: string, key: string | null) => string): T {
  return mapped(value, map, null) as T;
}

// ---------------------------------------------------------------------------------------------

/** No secret that a name tells is longer. */
const LONGEST = 300;
const TELLING = /pass|pwd|secret|token|key|auth|cred/i;

function mapped(
  value: unknown,
  map: (text: string, key: string | null) => string,
  key: string | null,
): unknown {
  if (typeof value === "string") return map(value, key);
  if (Array.isArray(value)) return value.map((item: unknown) => mapped(item, map, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [map(name, null), mapped(inner, map, name)]),
  );
}
