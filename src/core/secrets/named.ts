/**
 * Secrets that only their surroundings tell: a header, a flag, a line of .netrc, a connection string,
 * an assignment to a name such as DB_PASSWORD. The value has to look drawn, not written: examples,
 * placeholders, code and plain words stay. Every pattern starts at a fixed word, and its repeats are bounded.
 */
import { FLAG_RULES } from "./flags.ts";
import type { Grams, GramWord } from "./grams.ts";
import { bitsOf, isBasic, isPlaceholder, looksChosen, looksDrawn, notCode } from "./looks.ts";
import { TOOL_RULES } from "./tools.ts";
import { NO_SECRET, type NamedRule } from "./named-rule.ts";
import { placesIn, secretsOf } from "./named-values.ts";
import type { SecretRange } from "./rules.ts";

/**
 * Matches by what stands before a value, in text order a rule; ranges may overlap. The words that matches begin
 * with are found in one pass, and the patterns tried there alone: a pass a rule took three times as long.
 * @param grams have looked at the text: rules that it cannot concern are passed over, and words that they
 * noted are not looked for again. null: every rule, over the whole text.
 */
export function namedSecrets(text: string, grams: Grams | null = null): SecretRange[] {
  const rules = grams === null ? NAMED_RULES : NAMED_RULES.filter(grams.holds);
  if (rules.length === 0) return [];
  const places = grams === null ? null : placesNoted(text, grams, rules);
  return rules.flatMap((rule) =>
    secretsOf(text, rule, places === null ? placesIn(text, rule.pattern) : placesOf(rule, places)),
  );
}

// ---------------------------------------------------------------------------------------------

/** What names of secrets begin with, as far as UPPER_NAME and ANY_NAME know them. */
const NAMES = ["password", "passwd", "passphrase", "_pwd", "-pwd", "token", "secret"].concat(
  ["api", "access", "private", "auth"].flatMap((of) => [`${of}key`, `${of}-key`, `${of}_key`]),
);

/** What stands behind a beginning that is common by itself. */
const BEHIND: Readonly<Record<string, string>> = {
  ac: "[0-9a-f]{32}",
  sk: "[0-9a-f]{32}",
  ";": "\\s{0,2}p(?:assword|wd)",
  "--": "(?:http-|ftp-|proxy-|db-)?password",
  machine: "\\s",
  default: "\\s",
  http: "s?\\b",
  sig: "=",
  env: "[ \\t]",
  user: "(?:name)?[ \\t]{0,2}[=:]",
  "host=": "\\S",
  "dbname=": "\\S",
};

const VALUE = String.raw`([^\s"'\`,;<>|&(){}\[\]\\]{6,512})`;
const QUOTED = String.raw`([^\s"'\`\\]{6,512})`;
/** Of a name: DB_PASSWORD, apiToken, client-secret. */
const UPPER_NAME =
  "(?:PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD|TOKEN|SECRET|SECRET_KEY|API_KEY|APIKEY|ACCESS_KEY|PRIVATE_KEY|AUTH_KEY|CREDENTIALS?)";
const ANY_NAME =
  "(?:password|passwd|passphrase|[-_]pwd|token|secret|secret[-_]?key|api[-_]?key|access[-_]?key|private[-_]?key|auth[-_]?key)";

/** Of the names in both lists, one a name and way of joining its words. */
const NAME_GRAMS: readonly string[] =
  "ssw sph pwd tok ecr pik i-k i_k ssk s-k s_k tek e-k e_k hke h-k h_k".split(" ");

/** Digits count as one. */
const hexAfter = (two: string): string[] => Array.from("0abcdef", (digit) => `${two}${digit}`);

export const NAMED_RULES: readonly NamedRule[] = [
  {
    kind: "bearer_token",
    grams: ["bea"],
    begins: ["bearer"],
    pattern: /(?<![A-Za-z0-9_])bearer[ \t]{1,4}([A-Za-z0-9._~+/=-]{8,4096})/iy,
    isReal: (value, whole) =>
      looksDrawn(value) || (looksChosen(value) && /\d/.test(value) && whole.startsWith("Bearer")),
  },
  {
    kind: "authorization_token",
    grams: ["riz"],
    begins: ["authorization"],
    pattern:
      /authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:token|apikey|api-key|digest|key)[ \t]{1,4}([A-Za-z0-9._~+/=-]{8,4096})/iy,
    isReal: looksChosen,
  },
  {
    kind: "basic_credentials",
    grams: ["asi"],
    begins: ["basic"],
    pattern: /(?<![A-Za-z0-9_])basic[ \t]{1,4}([A-Za-z0-9+/]{8,1024}={0,2})/iy,
    isReal: isBasic,
  },
  ...FLAG_RULES,
  {
    kind: "netrc_password",
    grams: ["ssw"],
    begins: ["machine", "default"],
    pattern:
      /\b(?:machine\s{1,8}\S{1,256}|default)\s{1,8}login\s{1,8}\S{1,128}\s{1,8}(?:account\s{1,8}\S{1,128}\s{1,8})?password\s{1,8}([^\s"'`\\]{3,256})/y,
    isReal: (value) => value.length >= 4,
  },
  {
    kind: "twilio_key",
    grams: hexAfter("SK"),
    begins: ["sk"],
    pattern: /(?<![A-Za-z0-9_])(SK[0-9a-f]{32})(?![A-Za-z0-9_])/y,
    isReal: (value) => bitsOf(value) >= 80,
  },
  {
    kind: "twilio_token",
    grams: ["twi", ...hexAfter("AC")],
    begins: ["twilio", "ac"],
    pattern:
      /(?:\bAC[0-9a-f]{32}["']?\s{0,4}[,:]\s{0,4}["']?|twilio[\w.]{0,24}(?:token|secret)["']?\s{0,4}[:=]\s{0,4}["']?)([0-9a-f]{32})(?![0-9a-f])/iy,
    isReal: (value) => bitsOf(value) >= 80,
  },
  {
    kind: "npm_token",
    grams: ["pm_"],
    begins: ["npm_"],
    pattern: /(?<![A-Za-z0-9_])(npm_[A-Za-z0-9]{30,80})/y,
    isReal: (value) => /\d/.test(value) && bitsOf(value) >= 90,
  },
  {
    kind: "pypi_token",
    grams: ["pyp"],
    begins: ["pypi-"],
    pattern: /(?<![A-Za-z0-9_]|[^\n]-)(pypi-[A-Za-z0-9_-]{40,512})/y,
    isReal: (value) => /[A-Z]/.test(value) && /\d/.test(value),
  },
  {
    kind: "connection_password",
    grams: ["ssw", "pwd"],
    begins: [";"],
    // ADO and ODBC: Server=db;Uid=app;Pwd=...; a semicolon before or behind tells it from code.
    pattern: /;\s{0,2}(?:password|pwd)\s?=\s?([^;\s"'`]{4,128})/iy,
    isReal: looksChosen,
  },
  {
    kind: "connection_password",
    grams: ["jdb"],
    begins: ["jdbc:"],
    pattern:
      /jdbc:[a-z][^\s"'`]{0,256}?(?:[?&;](?:password|pwd)=|:thin:[^\s/"']{1,64}\/)([^\s"'`&;@]{4,128})/iy,
    again: /[^\s"'`]{0,256}?[?&;](?:password|pwd)=([^\s"'`&;@]{4,128})/iy,
    isReal: (value) => !isPlaceholder(value),
  },
  {
    kind: "connection_key",
    grams: ["ntK", "ssK", "dSe", "sig"],
    begins: ["accountkey", "sharedaccesskey", "sharedsecret", "sig"],
    pattern:
      /(?:AccountKey|SharedAccessKey|SharedSecret|(?<=[?&])sig)=([A-Za-z0-9+/%]{20,512}={0,2})/y,
    isReal: (value) => bitsOf(value) >= 60,
  },
  {
    kind: "assigned_secret",
    grams: [...NAME_GRAMS, "PAS", "DEN"],
    begins: [...NAMES, "_pass", "credential"],
    // As a shell, .env, Dockerfile or YAML has it: no blank before the sign, or a name in quotes.
    pattern: new RegExp(
      `(?<![a-z])${UPPER_NAME}(?:_(?!${NO_SECRET}(?![A-Z0-9]))[A-Z0-9]{1,12})?(?:["'\\]]{0,2}[ \\t]{0,2}[:=][ \\t]{0,2}["']${QUOTED}(?=["'])|=${VALUE}(?![(\\[])|:[ \\t]${VALUE}(?![(\\[]))`,
      "y",
    ),
    isReal: looksChosen,
  },
  {
    kind: "assigned_secret",
    grams: NAME_GRAMS,
    begins: NAMES,
    pattern: new RegExp(
      `${ANY_NAME}["'\\]]{0,2}[ \\t]{0,2}[:=]>?[ \\t]{0,2}["']?${VALUE}(?![(\\[])`,
      "iy",
    ),
    isReal: (value) => looksDrawn(value) && notCode(value),
  },
  ...TOOL_RULES,
];

/** What `gramsOf` is given to note: three characters that each beginning begins with. */
export const NAMED_WORDS: readonly GramWord[] = [
  ...new Set(NAMED_RULES.flatMap(({ begins }) => begins)),
].flatMap((word) => {
  if (word === ";") return [];
  if (word.length > 2) return [{ word, grams: [word.slice(0, 3)] }];
  const grams = word === "--" ? ["--p", "--h", "--f", "--d"] : hexAfter(word);
  return [{ word, grams }];
});

/** `BEHIND` as sticky patterns. */
const BEHIND_AT: ReadonlyMap<string, RegExp> = new Map(
  Object.entries(BEHIND).map(([word, behind]) => [word, new RegExp(behind, "iy")]),
);

/** Where each beginning of these rules stands, ascending; what begins with a mark alone is looked for where its rule is in question. */
function placesNoted(
  text: string,
  grams: Grams,
  rules: readonly NamedRule[],
): ReadonlyMap<string, readonly number[]> {
  const wanted = new Set(rules.flatMap(({ begins }) => begins));
  const places = new Map<string, number[]>();
  const note = (word: string, at: number): void => {
    if (!wanted.has(word)) return;
    const behind = BEHIND_AT.get(word);
    if (behind !== undefined) {
      behind.lastIndex = at + word.length;
      if (!behind.test(text)) return;
    }
    const known = places.get(word);
    if (known === undefined) places.set(word, [at]);
    else known.push(at);
  };
  grams.eachWord(note);
  if (wanted.has(";")) {
    for (let at = text.indexOf(";"); at >= 0; at = text.indexOf(";", at + 1)) note(";", at);
  }
  return places;
}

const NONE: readonly number[] = [];

/** Where one of a rule's beginnings stands, ascending. */
function placesOf(
  { begins }: NamedRule,
  places: ReadonlyMap<string, readonly number[]>,
): readonly number[] {
  const found = begins.map((word) => places.get(word)).filter((some) => some !== undefined);
  return found.length < 2 ? (found[0] ?? NONE) : found.flat().sort((one, two) => one - two);
}
