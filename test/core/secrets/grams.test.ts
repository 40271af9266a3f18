import fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { rules as preset } from "@secretlint/secretlint-rule-preset-recommend";
import { expect, test } from "vitest";
import { seededRng, type Rng } from "../../../src/core/random.ts";
import { gramsOf } from "../../../src/core/secrets/grams.ts";
import { addFound, maskSecrets, maskSecretsPlainly } from "../../../src/core/secrets/mask.ts";
import { NAMED_RULES } from "../../../src/core/secrets/named.ts";

test.each([
  ["tok", "a TOKEN", true],
  ["tok", "to k", false],
  ["x_1", "x_7", true],
  ["://", "http://x", true],
  ["://", "http:/ /x", false],
  [" -u", "curl\u00a0-u", true],
  [" -u", "curl\n-U", true],
  [" -u", "curl-u", false],
  ["curl", "a CURL", true],
  ["curl", "current", false],
  ["zip -", "zip\t-", false],
])("the gram %j in %j: %s", (gram, text, is) => {
  const rule = { grams: [gram] };
  const grams = gramsOf([rule]);
  expect(grams.look(text)).toBe(is);
  expect(grams.holds(rule)).toBe(is);
});

test("what a text holds is forgotten with the next", () => {
  const [a, b] = [{ grams: ["sk-"] }, { grams: ["hf_"] }];
  const grams = gramsOf([a, b]);
  grams.look("sk-1");
  grams.look("hf_1");
  expect([grams.holds(a), grams.holds(b)]).toEqual([false, true]);
});

// ---------------------------------------------------------------------------------------------

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const ALNUM = `${LOWER}${LOWER.toUpperCase()}0123456789`;
const HEX = "0123456789abcdef";

/** Of an alphabet, drawn. */
const of =
  (alphabet: string, length: number) =>
  (rng: Rng): string =>
    Array.from({ length }, () => alphabet[Math.floor(rng() * alphabet.length)]).join("");
const one =
  (...words: string[]) =>
  (rng: Rng): string =>
    words[Math.floor(rng() * words.length)] ?? "";
const all =
  (...parts: (string | ((rng: Rng) => string))[]) =>
  (rng: Rng): string =>
    parts.map((part) => (typeof part === "string" ? part : part(rng))).join("");

const pw = of(ALNUM, 14);
// Split, so that no scanner takes this file for a leak.
const SECRETS: Readonly<Record<string, (rng: Rng) => string>> = {
  hf: all("h", "f_", of(ALNUM, 34)),
  sk: all("s", "k-", of(ALNUM, 30)),
  payment: all(one("sk", "rk"), one("_live_", "_test_"), of(ALNUM, 24)),
  project: all("sk-", one("proj", "svcacct", "admin", "or", "ant", "lf"), "-", of(ALNUM, 40)),
  openai: all("sk-", of(ALNUM, 20), "T3Blb", "kFJ", of(ALNUM, 20)),
  anthropic: all("sk-ant-", "api03-", of(ALNUM, 93), "AA"),
  cpk: all("cp", "k_", of(ALNUM, 32)),
  jwt: all("ey", "J", of(ALNUM, 20), ".ey", "J", of(ALNUM, 30), ".", of(ALNUM, 30)),
  aws: all(one("AKIA", "ASIA"), of(LOWER.toUpperCase(), 16)),
  awsSecret: all(
    one("AWS_", "aws_", ""),
    one("SECRET_ACCESS_KEY", "secret_access_key", "SecretAccessKey", "secretaccesskey"),
    one("=", ": ", ' = "', "' => '"),
    of(ALNUM, 40),
  ),
  google: all("AI", "za", of(ALNUM, 35)),
  npmrc: all("//r.example/:_auth", "Token=", of(HEX, 36)),
  npm: all("np", "m_", of(ALNUM, 36)),
  gitlab: all("glp", "at-", of(ALNUM, 20)),
  github: all(one("ghp", "gho", "ghu", "ghs", "ghr"), "_", of(ALNUM, 36)),
  githubFine: all("github_", "pat_", of(ALNUM, 82)),
  slack: all(
    one("xoxb", "xoxp", "xapp", "xoxa", "xoxo", "xoxr"),
    "-",
    of(ALNUM, 11),
    "-",
    of(ALNUM, 24),
  ),
  webhook: all(
    "https://hooks.",
    "slack.com/services/T",
    of(ALNUM, 9),
    "/B",
    of(ALNUM, 9),
    "/",
    of(ALNUM, 24),
  ),
  linear: all("lin_", "api_", of(ALNUM, 40)),
  sendgrid: all("S", "G.", of(ALNUM, 22), ".", of(ALNUM, 43)),
  shopify: all(one("shppa", "shpca", "shpat", "shpss"), "_", of(HEX, 32)),
  onePassword: (rng) =>
    `op${"s_"}${Buffer.from(JSON.stringify({ a: of(ALNUM, 122)(rng) })).toString("base64")}`,
  pem: all(
    "-----BEGIN ",
    one("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "),
    "PRIVATE ",
    "KEY-----\nMII",
    of(ALNUM, 180),
    "\n-----END PRIVATE KEY-----",
  ),
  xOauth: all("https://", of(ALNUM, 30), ":x-oauth-", "basic@github.com/a/b"),
  basicAuth: all(one("http", "https", "ftp"), "://bob:", pw, "@ci.corp/a"),
  dataBase: all(
    one("postgres", "mysql", "mongodb+srv", "redis", "amqp"),
    "://",
    one("app", ""),
    ":",
    pw,
    one("", "/x", "@y"),
    "@db:1/x",
  ),
  bearer: all(one("Bearer", "bearer", "BEARER"), " ", of(ALNUM, 40)),
  tokenHeader: all(
    one("Authorization: ", '"authorization" = "'),
    one("token", "digest", "key"),
    " ",
    pw,
  ),
  basic: (rng) =>
    `${one("Basic", "basic")(rng)} ${Buffer.from(`bob:${pw(rng)}`).toString("base64")}`,
  curl: all(
    one("curl", "wget", "https"),
    " x",
    one(" -u ", " --user=", "\u00a0-u ", " -U ", " --proxy-user ", " -u\t"),
    "bob:",
    pw,
  ),
  flags: all(
    one("mysql -h db -p", "sshpass -p ", "redis-cli -a ", "mongosh -p ", "psql --password="),
    pw,
  ),
  curlAlone: all(
    "curl ",
    one("x", "'https://x;y'", '"a\nb"'),
    one(" -vu ", " -nsu ", "\u00a0-OLku\t", " -u", " -4u "),
    "bob:",
    pw,
  ),
  flagsBehind: all(
    one("mysql -p 3306 -p", "redis-cli -p 6379 -a ", "docker login -p 80:80 -p "),
    pw,
  ),
  joinedFlags: all(
    one("curl -Ou bob:", "http -va bob:", "mysql -NBsp", "ldapsearch -xw ", "unzip -oP "),
    pw,
    one("", ")", "|x"),
  ),
  passwordFlag: all("--", one("", "http-", "db-"), "password", one("=", " "), pw),
  netrc: all("machine h login bob ", one("", "account x "), "password ", pw),
  twilioKey: all("S", "K", of(HEX, 32)),
  twilio: all("A", "C", of(HEX, 32), '", "', of(HEX, 32)),
  twilioName: all("twilio_auth_token = '", of(HEX, 32)),
  pypi: all("pyp", "i-", of(ALNUM, 60)),
  ado: all("Server=db;", one("Password", "Pwd", "PWD"), one("=", " = "), pw, ";"),
  jdbc: all("jdbc:", one("mysql://h/d?user=a&password=", "oracle:thin:scott/"), pw),
  connectionKey: all(
    one("AccountKey", "SharedAccessKey", "SharedSecret", "?sig"),
    "=",
    of(ALNUM, 44),
  ),
  upperName: all(
    one("DB_", "MY_", ""),
    one(
      "PASSWORD",
      "PASSWD",
      "PASSPHRASE",
      "_PASS",
      "_PWD",
      "TOKEN",
      "SECRET",
      "SECRET_KEY",
      "API_KEY",
      "APIKEY",
      "ACCESS_KEY",
      "PRIVATE_KEY",
      "AUTH_KEY",
      "CREDENTIAL",
      "CREDENTIALS",
    ),
    one("=", '"] = "', ": "),
    pw,
    one('"', ""),
  ),
  setCalls: all(
    one("os.putenv('", 'm.setenv("', "environ.setdefault('"),
    one("API_TOKEN", "DB_PASSWORD", "APP_SECRET"),
    "', '",
    of(ALNUM, 24),
  ),
  setWords: all(
    one("ENV ", "set -x ", "set -gx ", "set -x -g ", "set --export ", "setx ", "setx /M "),
    one("API_TOKEN ", "DB_PASSWORD "),
    pw,
  ),
  environment: all('SetEnvironmentVariable("API_TOKEN", "', pw, '", "User")'),
  poetry: all("poetry config ", one("", "--local "), "http-basic.foo alice ", pw),
  literal: all(
    "--from-literal",
    one("=", " "),
    one("password", "db.key", "API_TOKEN"),
    "=",
    pw,
    "&x",
  ),
  rails: all("secret_key_base", one(": ", '": "', " = "), of(HEX, 128)),
  npmPassword: all(one("_password=", "//r.example/:_password="), pw),
  replicate: all("r8", "_", of(ALNUM, 37)),
  xai: all("xa", "i-", of(ALNUM, 80)),
  perplexity: all("ppl", "x-", of(ALNUM, 48)),
  nvidia: all("nvap", "i-", of(`${ALNUM}-_`, 64)),
  atlassian: all("ATAT", "T3x", of(`${ALNUM}-_`, 180), "=", of("0123456789ABCDEF", 8)),
  docker: all("dckr", "_pat_", of(`${ALNUM}-_`, 27)),
  figma: all("fig", "d_", of(`${ALNUM}-_`, 40)),
  sentry: all("sntry", "s_", "eyJ", of(ALNUM, 100), one("", "="), "_", of(ALNUM, 43)),
  telegram: all(of("123456789", 9), ":A", "A", of(`${ALNUM}-_`, 33)),
  discord: all(
    one("https://discord.com/api/", "https://discordapp.com/api/v10/"),
    "webhooks/",
    of("123456789", 18),
    "/",
    of(`${ALNUM}-_`, 68),
  ),
  settings: all(one("aws configure set ", "npm config set "), one("a_token ", "secret "), pw),
  npmAuth: (rng) => `_auth=${Buffer.from(`bob:${pw(rng)}`).toString("base64")}`,
  sections: all(one("username = bob\n", "user: bob, ", 'user="u" '), "password = ", pw),
  libpq: all(one("host=h ", "dbname=d ", "user=u "), one("", "port=5 "), "password=", pw),
  addressToken: all(one("http", "https"), "://", of(ALNUM, 40), "@h.org/a"),
  vendor: all(
    one("dap", "dop_v1_"),
    "i",
    of(HEX, 32),
    one("", "-3", " gsk_", " hvs.", " AGE-SECRET-KEY-1"),
    of(`${LOWER.toUpperCase()}0123456789`, 58),
  ),
  chosen: all(one("password", "Passphrase"), one('": "', " = '", '", "'), pw, one('"', "'")),
  anyName: all(
    one(
      "password",
      "Passwd",
      "passphrase",
      "my-pwd",
      "apiToken",
      "client_secret",
      "secret-key",
      "apikey",
      "api-key",
      "accesskey",
      "access_key",
      "private-key",
      "privatekey",
      "authKey",
      "auth-key",
      "AUTH_KEY",
    ),
    one(": ", " = ", '": "', "=> '"),
    of(ALNUM, 24),
  ),
};

const AROUND = [
  "",
  " ",
  "\n",
  "def f(x):\n    return ",
  "+",
  "-",
  "(",
  "é",
  "📦 ",
  'x = "',
  "the word is ",
];

test.each(Object.keys(SECRETS))(
  "drawn secrets (%s) are masked as by trying every rule",
  async (name) => {
    const rng = seededRng(7, name);
    let found = 0;
    for (let round = 0; round < 16; round++) {
      const around = one(...AROUND);
      const text = `${around(rng)}${SECRETS[name]?.(rng) ?? ""}${one("", "\n", " and so on", '"')(rng)}`;
      const plain = await maskSecretsPlainly(text, { emails: true });
      expect(await maskSecrets(text, { emails: true })).toEqual(plain);
      found += Object.keys(plain.found).length;
    }
    expect(found).toBeGreaterThan(0);
  },
);

test("texts made from the patterns are masked as by trying every rule", async () => {
  for (const { pattern } of NAMED_RULES) {
    const bare = pattern.source.replaceAll(
      /\(\?<?[!=](?:[^()[\]]|\[[^\]]*\]|\((?:[^()])*\))*\)|\\b/g,
      "",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.stringMatching(new RegExp(bare)),
        fc.constantFrom(...AROUND),
        fc.boolean(),
        async (made, around, isUpper) => {
          const text = `${around}${isUpper ? made.toUpperCase() : made}`.slice(0, 2000);
          expect(await maskSecrets(text)).toEqual(await maskSecretsPlainly(text));
        },
      ),
      { numRuns: 12, seed: 3 },
    );
  }
}, 60_000);

test("real texts, one by one, hold what trying every rule finds in all of them", async () => {
  let read = 0;
  for (const file of readdirSync("test/fixtures/real").filter((name) => name.endsWith(".jsonl"))) {
    const texts = new Set<string>();
    for (const line of readFileSync(`test/fixtures/real/${file}`, "utf8").trim().split("\n")) {
      JSON.parse(line, (_key, value: unknown) => {
        if (typeof value === "string" && value.length >= 8) texts.add(value);
        return value;
      });
    }
    const each = [];
    for (const text of texts) each.push((await maskSecrets(text)).found);
    const joined = await maskSecretsPlainly([...texts].join("\n\u0000\u0000\n"));
    expect({ file, ...addFound(each) }).toEqual({ file, ...joined.found });
    read += texts.size;
  }
  expect(read).toBeGreaterThan(5000);
}, 60_000);

test("the preset's rules are the ones whose patterns were read: look at them again when they change", () => {
  const require = createRequire(import.meta.url);
  const entry = require.resolve("@secretlint/secretlint-rule-preset-recommend/package.json");
  const { version } = JSON.parse(readFileSync(entry, "utf8")) as { version: string };
  expect(dirname(entry)).toContain("secretlint");
  expect(version).toBe("11.7.1");
  const names = preset.map(({ meta }) => meta.id.replace("@secretlint/secretlint-rule-", ""));
  expect(names.toSorted()).toEqual(
    "1password anthropic aws basicauth database-connection-string filter-comments gcp github linear npm openai privatekey sendgrid shopify slack".split(
      " ",
    ),
  );
});
