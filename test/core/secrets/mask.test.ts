import fc from "fast-check";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { addFound, maskSecrets } from "../../../src/core/secrets/mask.ts";

// Put together here so that no scanner takes this file for a leak.
const hf = `hf_${"aBcDeFgHiJkLmNoPqRsTuVwXyZ".repeat(2).slice(0, 34)}`;
const jwt = `eyJhbGciOiJIUzI1NiJ9.${"eyJzdWIiOiIxMjM0NTY3ODkwIn0"}.${"dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"}`;
const pem = (kind: string, body: string): string =>
  `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----`;
const body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB";

test.each([
  ["a Hugging Face token", `token=${hf}`, "token=MASKED_HF_TOKEN", "hf_token"],
  ["an sk- key", `key sk-${"a1B2".repeat(12)} end`, "key MASKED_SK_KEY end", "sk_key"],
  ["a project key", `'sk-proj-${"a1_B".repeat(12)}'`, "'MASKED_SK_KEY'", "sk_key"],
  ["a shorter sk- key", `sk-${"a1B2".repeat(6)}`, "MASKED_SK_KEY", "sk_key"],
  ["a payment key", `sk_live_${"a1B2".repeat(6)}`, "MASKED_SK_KEY", "sk_key"],
  [
    "a fine-grained GitHub token",
    `github_pat_${"a1B2".repeat(5)}ab_${"c3D4".repeat(14)}efg`,
    "MASKED_GITHUB_TOKEN",
    "github_token",
  ],
  ["a Chutes key", `cpk_${"0a1b".repeat(8)}.${"c2d3".repeat(8)}`, "MASKED_CPK_KEY", "cpk_key"],
  ["a JWT", `Bearer ${jwt}`, "Bearer MASKED_JWT", "jwt"],
  ["a GitHub token", `ghp_${"a1B2".repeat(9)}`, "MASKED_GITHUB_TOKEN", "github_token"],
  [
    "an AWS key id",
    `id AKIA${"ABCDEFGH".repeat(2)}`,
    "id MASKED_AWS_ACCESS_KEY_ID",
    "aws_access_key_id",
  ],
  ["a short private key", pem("OPENSSH PRIVATE KEY", body), "MASKED_PRIVATE_KEY", "private_key"],
  [
    "a private key in a JSON string",
    `"${pem("PRIVATE KEY", body).replaceAll("\n", "\\n")}"`,
    '"MASKED_PRIVATE_KEY"',
    "private_key",
  ],
  [
    "a private key cut off before its end",
    `x -----BEGIN RSA PRIVATE KEY-----\n${body}`,
    "x MASKED_PRIVATE_KEY",
    "private_key",
  ],
  [
    "the password of a database address",
    "postgres://app:s3cr3tpw@db.internal:5432/main",
    "postgres://app:MASKED_ADDRESS_PASSWORD@db.internal:5432/main",
    "address_password",
  ],
  [
    "the password of a redis address",
    "redis://:hunter22@cache:6379",
    "redis://:MASKED_ADDRESS_PASSWORD@cache:6379",
    "address_password",
  ],
  [
    "an AWS secret, to its last character",
    `AWS_SECRET_ACCESS_KEY = "${"wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEZab"}" # mine`,
    'AWS_SECRET_ACCESS_KEY = "MASKED_AWS_SECRET_ACCESS_KEY" # mine',
    "aws_secret_access_key",
  ],
  [
    "an npm token, and not the rest of the line",
    "echo '//npm.corp.example/:_authToken=0a1b2c3d-4e5f-6a7b' > .npmrc",
    "echo '//npm.corp.example/:_authToken=MASKED_NPM_TOKEN' > .npmrc",
    "npm_token",
  ],
  [
    "the password of a web address",
    "git clone https://bob:hunter22@github.com/a/b",
    "git clone https://bob:MASKED_ADDRESS_PASSWORD@github.com/a/b",
    "address_password",
  ],
])("%s is masked and counted", async (_name, text, masked, kind) => {
  expect(await maskSecrets(text)).toEqual({ text: masked, found: { [kind]: 1 } });
});

test.each([
  "git clone https://github.com/a/b and ssh git@github.com:a/b.git",
  "http://user:password@localhost/ and https://user:${TOKEN}@host/x and http://a:{pw}@b",
  "hf_model_name_or_path_for_the_whole_pipeline = hf_hub_download",
  "sk-learn-contrib and sk-estimator-checks-for-every-class",
  "a file that starts with -----BEGIN RSA PRIVATE KEY----- is refused",
  "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "def decode(token): return token.split('.')  # eyJ is the start of {",
])("ordinary text is left alone: %s", async (text) => {
  expect(await maskSecrets(text)).toEqual({ text, found: {} });
});

test("a comment that tells secretlint to stop does not stop it", async () => {
  const text = `# secretlint-disable\n${`ghp_${"a1B2".repeat(9)}`}`;
  expect((await maskSecrets(text)).text).toBe("# secretlint-disable\nMASKED_GITHUB_TOKEN");
});

test("e-mail addresses are masked only when asked for", async () => {
  const text =
    "write to jane.doe+x@mail.corp.io, not git@github.com or a@example.com or @pytest.mark";
  expect((await maskSecrets(text)).found).toEqual({});
  const masked = await maskSecrets(text, { emails: true });
  expect(masked).toEqual({
    text: "write to MASKED_EMAIL, not git@github.com or a@example.com or @pytest.mark",
    found: { email: 1 },
  });
});

test("masking what is masked already finds nothing more", async () => {
  const text = `${hf} ${jwt} https://bob:hunter22@github.com/a ${pem("RSA PRIVATE KEY", body)} a.b@corp.io AWS_SECRET_ACCESS_KEY=${"wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEZab"}`;
  const once = await maskSecrets(text, { emails: true });
  expect(Object.values(once.found)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(await maskSecrets(once.text, { emails: true })).toEqual({ text: once.text, found: {} });
});

test("real turns hold no secret that our own rules would invent", async () => {
  const lines = readFileSync("sample/turns.jsonl", "utf8").trim().split("\n");
  const found = addFound(
    await Promise.all(lines.map(async (line) => (await maskSecrets(line)).found)),
  );
  expect(found).toEqual({});
});

test("any text comes back whole around what is masked", async () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom(
      hf,
      jwt,
      "\u0000",
      "\uD800",
      "://",
      "https://a:",
      "-----BEGIN PRIVATE KEY-----",
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const masked = await maskSecrets(pieces.join(" "), { emails: true });
      expect(masked.text).not.toContain(hf);
      const total = Object.values(masked.found).reduce((sum, n) => sum + n, 0);
      if (total === 0) expect(masked.text).toBe(pieces.join(" "));
    }),
    { numRuns: 100 },
  );
});

test.each([
  "sk-",
  "hf_",
  "eyJ",
  "eyJaaaaaaaa.",
  "-----BEGIN PRIVATE KEY-----\n",
  "https://a:",
  "a.",
  "a@",
  "cpk_a1",
  "x://aaaa:bbb",
])(
  "a long run of %j is read in one pass",
  async (word) => {
    const text = word.repeat(Math.ceil(300_000 / word.length));
    expect(typeof (await maskSecrets(text, { emails: true })).text).toBe("string");
  },
  10_000,
);
