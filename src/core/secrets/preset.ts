/**
 * secretlint's recommended preset, and what its rules cannot do without: calling it costs a tenth of a
 * millisecond whatever the text, so a text that has none of these is not handed over.
 */
import type { GramRule } from "./grams.ts";
import type { SecretRange } from "./rules.ts";

/** What stands in every match of a rule of the preset (version 11.7.1, read; a test names its rules). */
export type PresetRule = GramRule & { readonly needs: RegExp };

export const PRESET_RULES: readonly PresetRule[] = [
  { grams: ["s_k", "ssk"], needs: /(?:ACCESS|access|Access)_?(?:KEY|key|Key)/ },
  { grams: ["thT"], needs: /_authToken=/ },
  { grams: ["pm_"], needs: /npm_[A-Za-z0-9_]{36}/ },
  { grams: ["xox", "xap"], needs: /(?:xox[abopr]|xapp)-/ },
  { grams: ["oks"], needs: /hooks\.slack\.com/i },
  // Basic auth and the data bases' addresses: a user or none, and a password.
  { grams: ["://"], needs: /:\/\/[^:/\s]{0,256}:\S{1,256}@/ },
  { grams: ["x-o"], needs: /:x-oauth-basic@/ },
  { grams: ["T3B"], needs: /T3BlbkFJ/ },
  { grams: ["sk-"], needs: /sk-ant-api0/ },
  { grams: ["n_a"], needs: /lin_api_/ },
  { grams: ["VAT"], needs: /-----BEGIN[A-Z ]{0,12}PRIVATE KEY/ },
  { grams: ["SG."], needs: /SG\.\w{1,128}\.\w/ },
  { grams: ["shp"], needs: /shp(?:pa|ca|at|ss)_/ },
  { grams: ["hp_", "ho_", "hu_", "hs_", "hr_"], needs: /gh[porsu]_\w{36}/ },
  { grams: ["b_p"], needs: /github_pat_/ },
  { grams: ["ps_"], needs: /ops_ey/ },
];

/** The preset's findings, cut down to the secrets themselves. */
export async function presetSecrets(text: string): Promise<SecretRange[]> {
  // A comment in the text must not switch the search off ("secretlint-disable"): same length.
  const content = text.replaceAll("secretlint-", "secret_int-");
  linter ??= loadLinter();
  const { messages } = await (await linter)(content);
  return messages.flatMap((message) => {
    const [start, end] = rangeOf(message.range, message.data, content);
    const kind = KIND_OF[message.messageId] ?? snake(message.messageId);
    return secretPart(kind, text, start, end);
  });
}

// ---------------------------------------------------------------------------------------------

/** Loaded by the first text that needs it: most sets have none, and its modules take a tenth of a second. */
let linter: ReturnType<typeof loadLinter> | null = null;

async function loadLinter() {
  const [{ lintSource }, { secretLintProfiler }, { creator: recommended }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/profiler"),
    import("@secretlint/secretlint-rule-preset-recommend"),
  ]);
  // Its profiler keeps 36 marks a text for ever and searches them all at each: memory grows and time goes
  // with the square of the number of texts. Nobody reads these marks.
  secretLintProfiler.mark = () => {};
  const config = { rules: [{ id: "recommend", rule: recommended, options: {} }] };
  return (content: string) =>
    lintSource({
      source: { filePath: "text.txt", content, contentType: "text" },
      options: { config, noPhysicFilePath: true },
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
