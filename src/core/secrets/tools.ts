/**
 * Secrets in the ways of writing that tools have of their own: calls that set a variable, settings of a command line
 * tool, sections of an upload tool's file, keyword strings of a database, and keys that say whose they are.
 */
import {
  areWords,
  bitsOf,
  classesOf,
  isBase64,
  isBasic,
  looksChosen,
  looksDrawn,
  notCode,
} from "./looks.ts";
import { NO_SECRET, type NamedRule } from "./named-rule.ts";

/** Tokens are counted, and tokenizers are programs. */
const UPPER_NAME = `[A-Z0-9_]{0,40}(?:PASSWORD|PASSWD|_PASS|_PWD|TOKEN(?!S|IZ)|SECRET|_KEY|CREDENTIALS?)[A-Z0-9_]{0,12}(?<!_${NO_SECRET})`;
const VALUE = String.raw`([^\s"'\`,;<>|&(){}\[\]\\]{6,512})`;

export const TOOL_RULES: readonly NamedRule[] = [
  {
    kind: "assigned_secret",
    grams: ["env", "efa"],
    begins: ["setenv", "putenv", "setdefault"],
    pattern: new RegExp(
      `(?:setenv(?:ironmentvariable)?|putenv|setdefault)(?:\\(["']| )${UPPER_NAME}["']?(?:,| )\\s{0,4}["']?${VALUE}`,
      "iy",
    ),
    isReal: (value) =>
      !areWords(value) && (looksDrawn(value) || (looksChosen(value) && /\d/.test(value))),
  },
  {
    kind: "assigned_secret",
    grams: ["env", "et ", "etx"],
    begins: ["env", "set -", "setx"],
    // Dockerfiles, fish, Windows.
    pattern: new RegExp(
      `(?<![\\w./-])(?:ENV|set(?:[ \\t]{1,4}(?:-[gxUeLl]{1,4}|--(?:export|global|universal|local))){1,4}|setx(?:[ \\t]{1,4}/[mM])?)[ \\t]{1,4}${UPPER_NAME}[ \\t]{1,4}["']?${VALUE}`,
      "y",
    ),
    isReal: looksChosen,
  },
  {
    kind: "assigned_secret",
    grams: ["ssw", "sph"],
    begins: ["password", "passwd", "passphrase"],
    // In quotes, and of three kinds of characters: what people choose where a rule asks for it.
    pattern:
      /(?:password|passwd|passphrase)\\?["'\]]{0,2}[ \t]{0,2}(?:[:=]>?|,)[ \t]{0,2}\\?["']([^\s"'`\\]{8,128})(?=\\?["'])/iy,
    isReal: (value) =>
      looksChosen(value) && classesOf(value) >= 3 && /\d/.test(value) && !areWords(value),
  },
  {
    kind: "assigned_secret",
    grams: ["fig"],
    begins: ["configure set", "config set"],
    pattern: new RegExp(
      `config(?:ure)? set ["']?[\\w.:/-]{0,80}(?:password|token(?!s|iz)|secret|_key|_auth)[\\w-]{0,16}["']?[ =]["']?${VALUE}`,
      "iy",
    ),
    isReal: (value) => looksChosen(value) && !areWords(value),
  },
  {
    kind: "assigned_secret",
    grams: ["oet"],
    begins: ["poetry config"],
    pattern:
      /poetry config (?:--local )?http-basic\.[\w-]{1,64}[ \t]{1,4}["']?[^\s"']{1,64}["']?[ \t]{1,4}["']?([^\s"'`;|&-][^\s"'`;|]{3,127})/y,
    isReal: (value) => value.length >= 4,
  },
  {
    kind: "assigned_secret",
    grams: ["-li"],
    begins: ["--from-literal"],
    pattern:
      /--from-literal[= ]["']?[\w.-]{0,40}(?:passw(?:or)?d|_pass|pwd|token(?!s)|secret|key|credentials?)[\w.-]{0,12}=["']?([^\s"'`]{6,256})/iy,
    isReal: looksChosen,
  },
  {
    kind: "assigned_secret",
    grams: ["y_b"],
    begins: ["secret_key_base"],
    // Rails.
    pattern:
      /secret_key_base\\?["']?[ \t]{0,2}[:=]>?[ \t]{0,2}\\?["']?([0-9a-f]{30,256})(?![0-9A-Za-z])/iy,
    isReal: (value) => bitsOf(value) >= 80,
  },
  {
    kind: "basic_credentials",
    grams: ["_au", "_pa"],
    begins: ["_auth", "_password"],
    // Of npm: "user:password" in base64, or the password alone.
    pattern:
      /(?<![A-Za-z0-9.])(?:_auth|_password)[ \t]{0,2}=[ \t]{0,2}["']?([A-Za-z0-9+/]{8,1024}={0,2})/y,
    isReal: (value, whole) =>
      isBasic(value) || (whole.startsWith("_password") && looksChosen(value) && isBase64(value)),
  },
  {
    kind: "basic_credentials",
    grams: ["_pa"],
    begins: ["_password"],
    // As npm writes it: a line of its own, or behind an address.
    pattern: /(?<=^|[\n:])_password=["']?([A-Za-z0-9+/]{8,1024}={0,2})(?![A-Za-z0-9+/=.([_])/y,
    isReal: looksChosen,
  },
  {
    kind: "connection_password",
    grams: ["ser"],
    begins: ["user"],
    // .pypirc and its kin, and JAAS: a user, and the password right behind.
    pattern:
      /\buser(?:name)?[ \t]{0,2}[=:][ \t]{0,2}["']?[^\s"'=]{1,64}["']?[,;]?\s{1,8}["']?password["']?[ \t]{0,2}[=:][ \t]{0,2}["']?([^\s"'`,;(){}[\]]{4,128})(?![([])/iy,
    isReal: (value) => looksChosen(value) && /\d/.test(value) && notCode(value),
  },
  {
    kind: "connection_password",
    grams: ["ost", "nam", "ser"],
    begins: ["host=", "dbname=", "user"],
    // libpq: host=db user=app password=...
    pattern:
      /\b(?:host|dbname|user)=[^\s="']{1,128}(?:[ \t]{1,4}[a-z_]{2,24}=[^\s="']{1,128}){0,8}?[ \t]{1,4}password=["']?([^\s"'`;&]{4,128})/y,
    isReal: looksChosen,
  },
  {
    kind: "address_token",
    grams: ["://"],
    begins: ["http"],
    pattern: /https?:\/\/([A-Za-z0-9_-]{16,255})@[A-Za-z0-9-]{1,63}[.:/]/y,
    isReal: looksDrawn,
  },
  {
    kind: "vendor_key",
    grams: ["op_", "dap", "gsk", "sa_", "hvs", "e-s"],
    begins: ["dop_v1_", "dapi", "gsk_", "glsa_", "hvs", "age-secret-key-1"],
    // DigitalOcean, Databricks, Groq, Grafana, Vault, age.
    pattern:
      /(?<![A-Za-z0-9_-])(dop_v1_[0-9a-f]{64}|dapi[0-9a-f]{32}(?:-\d)?|gsk_[A-Za-z0-9]{40,64}|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|hvs\.[A-Za-z0-9_-]{24,256}|AGE-SECRET-KEY-1[0-9A-Z]{58})(?![A-Za-z0-9_-])/y,
    isReal: (value) => /\d/.test(value),
  },
];
