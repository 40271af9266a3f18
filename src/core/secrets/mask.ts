/**
 * Finds keys, tokens, private keys, JWTs and passwords in addresses, and masks them: run over every
 * text that leaves the workspace. secretlint does the finding (it reads no disk when told that the
 * file is not a physical one), our own rules add what its recommended preset misses.
 */
import { gramsOf } from "./grams.ts";
import { NAMED_RULES, NAMED_WORDS, namedSecrets } from "./named.ts";
import { PRESET_RULES, presetSecrets } from "./preset.ts";
import { emailAddresses, OWN_RULES, ownSecrets, type SecretRange } from "./rules.ts";

export type Masked = {
  /** The text with each secret replaced by a plain word such as MASKED_GITHUB_TOKEN. */
  readonly text: string;
  /** How many of each kind, for the report: {"github_token": 2}. Empty when nothing was found. */
  readonly found: Readonly<Record<string, number>>;
};

export type MaskOptions = {
  /** Mask e-mail addresses as well ([audit].mask_emails). @default false */
  readonly emails?: boolean;
};

/**
 * Masks every secret of a text. The mask is one word of capitals, so that shell commands and JSON
 * stay well-formed; of an address only the password goes. Masking twice changes nothing more.
 * About 0.3 CPU ms for 100 kB of code without any. Same text in, same text out.
 */
export async function maskSecrets(text: string, options: MaskOptions = {}): Promise<Masked> {
  if (!GRAMS.look(text)) return masked(text, [], options);
  const own = ownSecrets(text, GRAMS.holds);
  const named = namedSecrets(text, GRAMS);
  const isForPreset = PRESET_RULES.some((rule) => GRAMS.holds(rule) && rule.needs.test(text));
  // Of two that find the same, the first names it: a token's own form says more than where it stands.
  return masked(
    text,
    [...own, ...(isForPreset ? await presetSecrets(text) : []), ...named],
    options,
  );
}

/** The same by trying every rule on every text, which takes ten times as long: for tests of the above. */
export async function maskSecretsPlainly(text: string, options: MaskOptions = {}): Promise<Masked> {
  const ranges = [...ownSecrets(text), ...(await presetSecrets(text)), ...namedSecrets(text)];
  return masked(text, ranges, options);
}

/** Adds up the `found` counts of several texts. */
export function addFound(
  counts: readonly Readonly<Record<string, number>>[],
): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const count of counts) {
    for (const [kind, n] of Object.entries(count)) sum[kind] = (sum[kind] ?? 0) + n;
  }
  return sum;
}

// ---------------------------------------------------------------------------------------------

/** Asked before the first await of a text alone: the next text overwrites what it saw. */
const GRAMS = gramsOf([...OWN_RULES, ...NAMED_RULES, ...PRESET_RULES], NAMED_WORDS);

function masked(text: string, ranges: readonly SecretRange[], options: MaskOptions): Masked {
  const emails = options.emails === true && text.includes("@") ? emailAddresses(text) : [];
  if (ranges.length === 0 && emails.length === 0) return { text, found: {} };
  const secrets = merge(ranges, text);
  // "bob:pw@host.io" reads as an address for mail as well: secrets come first.
  const all = merge([...secrets, ...emails.filter((email) => !touches(email, secrets))], text);
  const found: Record<string, number> = {};
  const parts: string[] = [];
  let at = 0;
  for (const { kind, start, end } of all) {
    parts.push(text.slice(at, start), `MASKED_${kind.toUpperCase()}`);
    found[kind] = (found[kind] ?? 0) + 1;
    at = end;
  }
  return { text: parts.length === 0 ? text : parts.join("") + text.slice(at), found };
}

const touches = (range: SecretRange, others: readonly SecretRange[]): boolean =>
  others.some((other) => range.start < other.end && other.start < range.end);

/** Sorted, without overlaps: the earlier (then the longer) range takes in what it touches. */
function merge(ranges: readonly SecretRange[], text: string): SecretRange[] {
  const sorted = ranges
    .filter(({ start, end }) => start >= 0 && end > start && end <= text.length)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: SecretRange[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last === undefined || range.start >= last.end) merged.push(range);
    else if (range.end > last.end) merged[merged.length - 1] = { ...last, end: range.end };
  }
  return merged;
}
