/**
 * Finds keys, tokens, private keys, JWTs and passwords in addresses, and masks them: run over every
 * text that leaves the workspace. secretlint does the finding (it reads no disk when told that the
 * file is not a physical one), our own rules add what its recommended preset misses.
 */
import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { creator as recommended } from "@secretlint/secretlint-rule-preset-recommend";
import { namedSecrets } from "./named.ts";
import { emailAddresses, ownSecrets, type SecretRange } from "./rules.ts";

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
 * About 2.5 CPU ms for 100 kB. Same text in, same text out.
 */
export async function maskSecrets(text: string, options: MaskOptions = {}): Promise<Masked> {
  const own = ownSecrets(text);
  const emails = options.emails === true ? emailAddresses(text) : [];
  // Of two that find the same, the first names it: a token's own form says more than where it stands.
  const secrets = merge([...own, ...(await presetSecrets(text)), ...namedSecrets(text)], text);
  // "bob:pw@host.io" reads as an address for mail as well: secrets come first.
  const ranges = merge([...secrets, ...emails.filter((email) => !touches(email, secrets))], text);
  const found: Record<string, number> = {};
  const parts: string[] = [];
  let at = 0;
  for (const { kind, start, end } of ranges) {
    parts.push(text.slice(at, start), `MASKED_${kind.toUpperCase()}`);
    found[kind] = (found[kind] ?? 0) + 1;
    at = end;
  }
  return { text: parts.length === 0 ? text : parts.join("") + text.slice(at), found };
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

// Its profiler keeps 36 marks a text for ever and searches them all at each: memory grows and time goes
// with the square of the number of texts. Nobody reads these marks.
secretLintProfiler.mark = () => {};

const CONFIG = { rules: [{ id: "recommend", rule: recommended, options: {} }] };

async function presetSecrets(text: string): Promise<SecretRange[]> {
  // A comment in the text must not switch the search off ("secretlint-disable"): same length.
  const content = text.replaceAll("secretlint-", "secret_int-");
  const { messages } = await lintSource({
    source: { filePath: "text.txt", content, contentType: "text" },
    options: { config: CONFIG, noPhysicFilePath: true },
  });
  return messages.flatMap((message) => {
    const [start, end] = rangeOf(message.range, message.data, content);
    const kind = KIND_OF[message.messageId] ?? snake(message.messageId);
    return secretPart(kind, text, start, end);
  });
}

/**
 * The range of the secret itself. A rule that captures a part of its match (AWS) reports the match's
 * start with the part's length, so that the end of the secret would stay: the part is looked up.
 */
function rangeOf(
  range: readonly [number, number] | readonly number[],
  data: unknown,
  content: string,
): readonly [number, number] {
  const [start = 0, end = 0] = range;
  const secret = Object.values(Object(data)).find(
    (value): value is string => typeof value === "string" && value.length === end - start,
  );
  if (secret === undefined || content.startsWith(secret, start)) return [start, end];
  const at = content.indexOf(secret, start);
  return at < 0 ? [start, end] : [at, at + secret.length];
}

/** secretlint's ids in our words, so that one kind of secret is counted under one name. */
const KIND_OF: Readonly<Record<string, string>> = {
  PrivateKey: "private_key",
  BasicAuth: "address_password",
  PostgreSQLConnection: "address_password",
  MySQLConnection: "address_password",
  MongoDBConnection: "address_password",
  OPENAI_API_KEY: "sk_key",
  ANTHROPIC_API_KEY: "sk_key",
  AWSSecretAccessKey: "aws_secret_access_key",
  NPM_ACCESS_TOKEN: "npm_token",
};

/** Cuts a found range down to the secret itself: the password of an address, the value of a name. */
function secretPart(kind: string, text: string, start: number, end: number): SecretRange[] {
  const found = text.slice(start, end);
  if (kind === "address_password") {
    const scheme = found.indexOf("://");
    const at = found.lastIndexOf("@");
    const colon = found.indexOf(":", scheme + 3);
    if (scheme < 0 || at < 0 || colon < 0 || colon > at) return [{ kind, start, end }];
    if (found.startsWith("MASKED_", colon + 1)) return [];
    return [{ kind, start: start + colon + 1, end: start + at }];
  }
  if (found.includes("MASKED_")) return [];
  return [{ kind, start, end }];
}

function snake(id: string): string {
  return id
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
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
