/**
 * Our own secret rules, beside secretlint's recommended preset, which misses Hugging Face, Chutes
 * and project keys of OpenAI's kind, JWTs, short private keys and passwords in addresses of other
 * schemes. Every pattern starts at a fixed word and has bounded or exclusive repeats: linear time.
 */

import type { GramRule } from "./grams.ts";
import { bitsOf } from "./looks.ts";

export type SecretRange = {
  /** A word for the count: "hf_token", "jwt", "private_key" ... */
  readonly kind: string;
  /** [start, end) in UTF-16 units. */
  readonly start: number;
  readonly end: number;
};

/**
 * Every match of our own rules, in text order a rule; ranges may overlap.
 * @param mayFind false: the text has nothing that the rule looks for.
 */
export function ownSecrets(
  text: string,
  mayFind: (rule: OwnRule) => boolean = () => true,
): SecretRange[] {
  return OWN_RULES.filter(mayFind).flatMap(({ find }) => find(text));
}

/** E-mail addresses; `git@host` (an SSH remote) and the reserved example domains are none. */
export function emailAddresses(text: string): SecretRange[] {
  return [...text.matchAll(EMAIL)]
    .filter((match) => !/^git@|^MASKED_|@(?:[\w-]+\.)*example\.(?:com|org|net)$/i.test(match[0]))
    .map((match) => ({ kind: "email", start: match.index, end: match.index + match[0].length }));
}

// ---------------------------------------------------------------------------------------------

/** Long enough, or mixed enough, to be no name. */
const isRandom = (token: string): boolean => token.length >= 33 || hasLetterAndDigit(token);

const hasLetterAndDigit = (token: string): boolean => /[A-Za-z]/.test(token) && /\d/.test(token);

/** Lengths are a little under the real ones (hf_ has 34 characters), so that cut keys are found. */
const TOKEN_RULES: readonly (GramRule & {
  kind: string;
  pattern: RegExp;
  isReal?: (token: string) => boolean;
})[] = [
  {
    kind: "hf_token",
    grams: ["hf_"],
    pattern: /(?<![A-Za-z0-9_])hf_[A-Za-z0-9]{20,}/g,
    isReal: isRandom,
  },
  {
    kind: "sk_key",
    grams: ["sk-"],
    pattern: /(?<![A-Za-z0-9_]|[^\n]-)sk-[A-Za-z0-9]{20,}/g,
    isReal: hasLetterAndDigit,
  },
  {
    kind: "sk_key",
    grams: ["sk_", "rk_"],
    pattern: /(?<![A-Za-z0-9_]|[^\n]-)[sr]k_live_[A-Za-z0-9]{16,}/g,
  },
  {
    kind: "sk_key",
    grams: ["sk_", "rk_"],
    pattern: /(?<![A-Za-z0-9_]|[^\n]-)[sr]k_test_[A-Za-z0-9]{16,}/g,
  },
  {
    kind: "sk_key",
    grams: ["sk-"],
    pattern: /(?<![A-Za-z0-9_]|[^\n]-)sk-(?:proj|svcacct|admin|or|ant|lf)-[A-Za-z0-9_-]{20,}/g,
    isReal: hasLetterAndDigit,
  },
  {
    kind: "cpk_key",
    grams: ["pk_"],
    pattern: /(?<![A-Za-z0-9_])cpk_[A-Za-z0-9]{16,}(?:\.[A-Za-z0-9]{16,}){0,3}/g,
    isReal: isRandom,
  },
  {
    kind: "jwt",
    grams: ["eyJ"],
    pattern:
      /(?<![A-Za-z0-9_]|[^\n]-)eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}/g,
  },
  {
    kind: "aws_access_key_id",
    grams: ["SIA"],
    pattern: /(?<![A-Z0-9])ASIA[A-Z0-9]{16}(?![A-Z0-9])/g,
  },
  {
    kind: "aws_access_key_id",
    grams: ["AKI"],
    pattern: /(?<![A-Z0-9])AKIA[A-Z0-9]{16}(?![A-Z0-9])/g,
  },
  {
    kind: "google_api_key",
    grams: ["AIz"],
    pattern: /(?<![A-Za-z0-9_]|[^\n]-)AIza[A-Za-z0-9_-]{35}/g,
  },
  {
    kind: "npm_token",
    grams: ["thT"],
    pattern: /(?<=_authToken=)[A-Za-z0-9+/=_-]{16,}/g,
    isReal: hasLetterAndDigit,
  },
  {
    kind: "gitlab_token",
    grams: ["lpa"],
    pattern: /(?<![A-Za-z0-9_]|[^\n]-)glpat-[A-Za-z0-9_-]{20,}/g,
  },
];

/**
 * Replicate, xAI, Perplexity, NVIDIA, Atlassian, Docker Hub, Figma, Sentry, Telegram; Discord's webhooks: a word that stands
 * in each, and its form. One rule for all: each rule more costs every text, a text without the word next to nothing.
 */
const VENDOR_KEYS: readonly (readonly [string, RegExp])[] = [
  ["r8_", /(?<![A-Za-z0-9_])r8_[A-Za-z0-9]{30,}/g],
  ["xai-", /(?<![A-Za-z0-9_]|[^\n]-)xai-[A-Za-z0-9]{40,}/g],
  ["pplx-", /(?<![A-Za-z0-9_]|[^\n]-)pplx-[A-Za-z0-9]{32,}/g],
  ["nvapi-", /(?<![A-Za-z0-9_]|[^\n]-)nvapi-[A-Za-z0-9_-]{40,}/g],
  ["ATATT3x", /(?<![A-Za-z0-9_]|[^\n]-)ATATT3x[A-Za-z0-9_-]{40,}(?:=[0-9A-F]{8})?/g],
  ["dckr_", /(?<![A-Za-z0-9_]|[^\n]-)dckr_[po]at_[A-Za-z0-9_-]{20,}/g],
  ["figd_", /(?<![A-Za-z0-9_]|[^\n]-)figd_[A-Za-z0-9_-]{30,}/g],
  [
    "sntrys_",
    /(?<![A-Za-z0-9_]|[^\n]-)sntrys_eyJ[A-Za-z0-9+/_-]{40,}={0,2}(?:_[A-Za-z0-9+/]{20,})?/g,
  ],
  [":AA", /(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g],
  [
    "/webhooks/",
    /(?<=discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{17,20}\/)[A-Za-z0-9_-]{60,80}/g,
  ],
];

function vendorKeys(text: string): SecretRange[] {
  return VENDOR_KEYS.filter(([word]) => text.includes(word)).flatMap(([, pattern]) =>
    [...text.matchAll(pattern)]
      .filter(([key]) => bitsOf(key) >= 90)
      .map((match) => ({
        kind: "vendor_key",
        start: match.index,
        end: match.index + match[0].length,
      })),
  );
}

const KEY_HEAD = /-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** A file of PEM blocks, also with "\n" written out (in JSON or Python text). */
const KEY_BODY = /(?:[A-Za-z0-9+/=:,\- \t]|\r|\n|\\n|\\r|"|')*/y;
const KEY_TAIL = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;

/** From the BEGIN line to the END line; without one, to where the key material stops. */
function privateKeys(text: string): SecretRange[] {
  const found: SecretRange[] = [];
  for (const head of text.matchAll(KEY_HEAD)) {
    if (head.index < (found.at(-1)?.end ?? 0)) continue;
    const bodyStart = head.index + head[0].length;
    const tailAt = text.indexOf("-----END ", bodyStart);
    const limit = tailAt < 0 || tailAt - bodyStart > 20_000 ? bodyStart + 20_000 : tailAt;
    KEY_BODY.lastIndex = 0;
    const body = KEY_BODY.exec(text.slice(bodyStart, limit))?.[0] ?? "";
    KEY_TAIL.lastIndex = bodyStart + body.length;
    const tail = KEY_TAIL.exec(text)?.[0] ?? "";
    const end = bodyStart + body.length + tail.length;
    // A header in prose ("a file that starts with -----BEGIN PRIVATE KEY-----") holds no key.
    if (body.replace(/[^A-Za-z0-9+/]/g, "").length >= 24) {
      found.push({ kind: "private_key", start: head.index, end });
    }
  }
  return found;
}

const ADDRESS =
  /(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,24}:\/\/[^\s:@/'"`<>]{0,64}:([^\s@/'"`]{3,128})@/gi;
/** Of data bases also with "/" or "@" in the password, which people forget to escape. */
const DATABASE_ADDRESS =
  /(?<![A-Za-z0-9])(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|mssql|sqlserver|oracle|clickhouse|cockroachdb|ldaps?|ftp|sftp)(?:\+[a-z0-9]{1,16})?:\/\/[^\s:@/'"`<>]{0,64}:([^\s'"`,;<>]{3,128})@/gi;
/** What examples write where a password would stand. */
const PLACEHOLDER =
  /^(?:pass(?:word|wd|phrase)?\d?|pwd?|pw|secret|changeme|example|user(?:name)?|test|foo|bar|x{3,}|\*{3,}|\.{3,}|token|api[_-]?key|[<{[%$(].*|.*[>}\])]|%[sd(].*|\$.*|MASKED_.*)$/i;

/** Characters around "://" that an address can reach: a scheme before, user and password behind. */
const BEFORE = 48;
const BEHIND = 3 + 64 + 1 + 128 + 1;

/**
 * The password alone: scheme, user and host stay readable. Looked for around each "://" alone: patterns that
 * begin with any letter took a quarter of the whole search.
 */
export function addressPasswords(text: string): SecretRange[] {
  const found: SecretRange[] = [];
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    const from = Math.max(0, at - BEFORE);
    const around = text.slice(from, at + BEHIND);
    for (const pattern of [ADDRESS, DATABASE_ADDRESS]) {
      for (const match of around.matchAll(pattern)) {
        // Others in sight may be cut off: they are found around their own.
        if (from + match.index + match[0].indexOf("://") !== at) continue;
        const password = match[1] ?? "";
        if (PLACEHOLDER.test(password)) continue;
        const end = from + match.index + match[0].length - 1;
        found.push({ kind: "address_password", start: end - password.length, end });
      }
    }
  }
  return found;
}

export type OwnRule = GramRule & { readonly find: (text: string) => SecretRange[] };

/** Each with what a text must hold for it to find anything. */
export const OWN_RULES: readonly OwnRule[] = [
  ...TOKEN_RULES.map(({ grams, kind, pattern, isReal }) => ({
    grams,
    find: (text: string) =>
      [...text.matchAll(pattern)]
        .filter((match) => isReal === undefined || isReal(match[0]))
        .map((match) => ({ kind, start: match.index, end: match.index + match[0].length })),
  })),
  { grams: ["VAT"], find: privateKeys },
  {
    grams: ["r8_", "xai", "plx", "vap", "T3x", "ckr", "gd_", "_ey", ":AA", "bho"],
    find: vendorKeys,
  },
  { grams: ["://"], find: addressPasswords },
];

const EMAIL =
  /(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_%+-])?@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,3}\.[A-Za-z]{2,12}(?![A-Za-z0-9_])/g;
