/** A work item as a line of a request file: the body that the local engine would send, and its name. */
import type { Said } from "../../calls/manner.ts";
import type { CallRules, Price } from "../../calls/rules.ts";
import type { Config } from "../../config.ts";
import { providerSection } from "../../config-schema/provider.ts";
import type { ProviderConfig } from "../../config-schema/schema.ts";
import type { Usage } from "../../records/run-info.ts";
import type { ModelRef, WorkItem } from "../../work.ts";
import { APIS, bodyOf } from "../chat/api.ts";
import { promptBytes } from "../chat/options.ts";
import { requestId } from "./identity.ts";

export type Line = {
  readonly item: WorkItem;
  readonly custom_id: string;
  readonly url: string;
  /** With its line feed. */
  readonly text: string;
  /** The most that the call can come to with the engine in force; `usd` null: unpriced. */
  readonly most: Usage;
  readonly usd: number | null;
};

export type Shaping = {
  readonly config: Config;
  readonly rules: CallRules;
  readonly stableJson: (value: unknown) => string;
  readonly doctored: (model: ModelRef) => Said | null;
};

export function lineOf({ config, rules, doctored, stableJson }: Shaping, item: WorkItem): Line {
  const { request, key } = item;
  const { model, temperature, max_tokens } = request;
  const settings = settingsOf(config, request.provider);
  const said = {
    ...(settings.calls === undefined ? {} : { native: settings.calls }),
    ...doctored(request),
  };
  const known = rules.wire.mannerOf(model, config.protocol.native, said);
  const systemToUser = known.systemToUser || settings.system_role === "user";
  const shaped = rules.wire.shape(request, { ...known, systemToUser });
  const body = bodyOf(settings, { model, ...shaped, temperature, max_tokens });
  const custom_id = requestId(key, body, stableJson);
  const url = `/v1${APIS[settings.api].path}`;
  const most = rules.upperBound(promptBytes(shaped), max_tokens);
  const price = settings.price[model];
  const usd = rules.costOf(most, price);
  return {
    item,
    custom_id,
    url,
    text: `${JSON.stringify({ custom_id, method: "POST", url, body })}\n`,
    most,
    usd: usd === null ? null : usd * batchShare(config.engine.name, price),
  };
}

/** What a provider takes for a call in a batch, as a share of its usual price. */
export function batchShare(engine: string | undefined, price: Price | undefined): number {
  return engine === "batch" ? (price?.batch ?? 1) : 1;
}

/** A file needs neither address nor key: a provider without a section is asked as any other. */
export function settingsOf(config: Config, provider: string): ProviderConfig {
  return config.provider[provider] ?? NO_SECTION;
}

const NO_SECTION: ProviderConfig = providerSection.parse({});
