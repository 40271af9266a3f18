/**
 * Prices: asks the providers of the configuration for their lists of models, and writes what they say
 * the models in use cost into chain.toml, with the date. Nothing is known from memory.
 */
import { parseConfig, type Config } from "../config.ts";
import { askedModels } from "../config/models.ts";
import { listedPrice, withPrices, type PriceRow } from "../core/spend/listed-price.ts";
import { callRules } from "../core/retry/rules.ts";
import { UserError } from "../errors.ts";
import { checkProvider, openProvider } from "../io/chat/provider.ts";
import type { Store } from "../io/store.ts";
import type { ModelRef } from "../work.ts";

export type Prices = {
  readonly found: readonly PriceRow[];
  /** Models whose provider lists no price, or lists them not at all. */
  readonly missing: readonly ModelRef[];
  /** Providers that gave no list of models. */
  readonly silent: readonly string[];
};

/** @throws UserError when chain.toml names prices in a way that tables cannot stand beside. */
export async function prices(config: Config, store: Store, now: () => Date): Promise<Prices> {
  const wanted = modelsOf(config);
  const found: PriceRow[] = [];
  const silent: string[] = [];
  for (const name of new Set(wanted.map(({ provider }) => provider))) {
    const list = await listOf(config, name, now);
    if (list === null) {
      silent.push(name);
      continue;
    }
    for (const { provider, model } of wanted) {
      const entry = list.find((one) => callRules.modelId(one) === model);
      const price = provider === name ? listedPrice(entry) : null;
      if (price !== null) found.push({ provider, model, price });
    }
  }
  if (found.length > 0) await save(store, found, now().toISOString().slice(0, 10));
  const missing = wanted.filter(
    (ref) => !found.some((row) => row.provider === ref.provider && row.model === ref.model),
  );
  return { found, missing, silent };
}

export function pricesLines({ found, missing, silent }: Prices): string[] {
  return [
    ...found.map(
      ({ provider, model, price }) =>
        `${provider} ${model}: input ${price.input}, ${price.cached_input === undefined ? "" : `cached ${price.cached_input}, `}output ${price.output} USD a million tokens`,
    ),
    ...missing.map(({ provider, model }) =>
      silent.includes(provider)
        ? `${provider} ${model}: nothing was learned; it stays as it is`
        : `${provider} ${model}: the provider lists no price; it stays unpriced`,
    ),
    ...silent.map(
      (provider) =>
        `${provider} gave no list of models: no answer, or a refusal -> look at [provider.${provider}].base_url and its key; npm run doctor says what is wrong`,
    ),
    found.length > 0 ? "written to chain.toml" : "nothing was written",
  ];
}

// ---------------------------------------------------------------------------------------------

function modelsOf(config: Config): ModelRef[] {
  const named = new Map(
    askedModels(config)
      .filter(({ provider }) => provider !== "offline")
      .map(({ provider, model }) => [`${provider} ${model}`, { provider, model }]),
  );
  return [...named.values()];
}

/** What the first of its servers that gives a list says. */
async function listOf(
  config: Config,
  name: string,
  now: () => Date,
): Promise<readonly unknown[] | null> {
  for (const baseUrl of checkProvider(config, name).baseUrls) {
    const provider = openProvider(config, name, baseUrl, 1, now);
    try {
      const list = await provider.models();
      if (list !== null) return list;
    } finally {
      await provider.close();
    }
  }
  return null;
}

async function save(store: Store, found: readonly PriceRow[], date: string): Promise<void> {
  const text = withPrices((await store.readText("chain.toml")) ?? "", found, date);
  try {
    parseConfig(text, "chain.toml");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      "prices: chain.toml names prices in a line of their provider's section, and tables cannot stand beside it",
      "take the line `price = { ... }` out of the section, and run it again",
      { cause: error },
    );
  }
  await store.writeText("chain.toml", text);
}
