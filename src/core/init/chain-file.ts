/** What `init` writes: a chain.toml that says what was asked and no more, and the .env.example beside it. */

export type Choices = {
  /** As [source].trajectories takes it; paths absolute, or below "~". */
  readonly trajectories: string;
  /** As [source].prs takes it; null: the runs need no pull requests ([challenger].hidden = "future"). */
  readonly prs: string | null;
  /** Turns to draw. */
  readonly count: number;
  /** The runs are a person's own sessions: several turns of each, home folders masked. */
  readonly isOwn: boolean;
  readonly provider: string;
  /** null: the built-in address of the provider. */
  readonly baseUrl: string | null;
  /** Variable of the key; null: the server wants none. */
  readonly keyEnv: string | null;
  readonly model: string;
  /** One or more. */
  readonly judges: readonly string[];
  /** null: no limit. */
  readonly maxUsd: number | null;
  readonly maxTokens: number | null;
};

export function chainFile(choices: Choices): string {
  const { trajectories, prs, count, isOwn, provider, model, judges } = choices;
  return [
    "# Every other key keeps its default; `npm run config` prints them all.",
    "",
    "[source]",
    `trajectories = ${text(trajectories)}`,
    ...(prs === null ? [] : [`prs = ${text(prs)}`]),
    `count = ${count}`,
    ...(isOwn
      ? [
          'mask = "secrets+home" # home folders and user names get stand-ins',
          'spread = "turns" # any turn of any session is as likely as another',
          "max_per_instance = 0 # as many turns of a session as are drawn",
        ]
      : []),
    "",
    ...providerLines(choices),
    "[king]",
    `provider = ${text(provider)}`,
    `model = ${text(model)}`,
    "",
    "[challenger]",
    `provider = ${text(provider)}`,
    `model = ${text(model)}`,
    ...(prs === null ? ['hidden = "future" # what the same run did later, instead of a PR'] : []),
    "",
    "[judge]",
    `provider = ${text(provider)}`,
    `models = [${judges.map(text).join(", ")}]`,
    "thinking_models = []",
    ...(judges.length < 2
      ? ["quorum = 1 # one judge alone: two or more would check each other"]
      : []),
    "",
    ...budgetLines(choices),
  ].join("\n");
}

/** A copy of it, filled in, is .env. */
export function envFile({ keyEnv }: Pick<Choices, "keyEnv">): string {
  const key =
    keyEnv === null
      ? ["# The server of chain.toml wants no key."]
      : [`# The key of chain.toml's provider.`, `${keyEnv}=`];
  return [
    "# Copy to .env beside chain.toml and fill in; the environment wins over it.",
    ...key,
    "",
    "# The Hugging Face Hub: for private data sets and for publishing.",
    "# HF_TOKEN=",
    "",
  ].join("\n");
}

// ---------------------------------------------------------------------------------------------

/** Escapes of JSON are escapes of TOML's basic strings; DEL alone has to be escaped in TOML. */
const text = (value: string): string => JSON.stringify(value).replaceAll("\u007f", "\\u007f");

/** Nothing for a provider that is known by name, at its own address, with the key that it is known to want. */
function providerLines({ provider, baseUrl, keyEnv }: Choices): string[] {
  if (baseUrl === null) return [];
  return [
    `[provider.${/^[\w-]+$/.test(provider) ? provider : text(provider)}]`,
    `base_url = ${text(baseUrl)}`,
    ...(keyEnv === null ? [] : [`api_key_env = ${text(keyEnv)}`]),
    "",
  ];
}

function budgetLines({ maxUsd, maxTokens }: Choices): string[] {
  if (maxUsd === null && maxTokens === null) return [];
  return [
    "[budget] # over all runs of this workspace",
    ...(maxUsd === null
      ? []
      : [`max_usd = ${maxUsd} # needs prices: \`npm run prices\` asks the provider for them`]),
    ...(maxTokens === null ? [] : [`max_tokens = ${maxTokens}`]),
    "",
  ];
}
