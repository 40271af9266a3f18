/**
 * Which settings a recorded drop was made under. Another model, limit, address or body may do what
 * these could not: a drop made under other settings is asked again by itself.
 */
import { configHash } from "../turn/hash.ts";

/** What of a provider's section changes what a model answers; how fast it is asked does not. */
const ANSWERING = [
  "api",
  "base_url",
  "base_urls",
  "body",
  "exclude_body",
  "headers",
  "max_tokens_field",
  "stream",
  "system_role",
] as const;

/** @param own the role's own settings @param provider the sections of [provider], by name */
export function settingsHash(
  own: { readonly provider: string; readonly [key: string]: unknown },
  provider: Readonly<Record<string, unknown>>,
): string {
  const section = Object(provider[own.provider]) as Readonly<Record<string, unknown>>;
  return configHash({
    own,
    provider: Object.fromEntries(
      // "auto" is what held before there was a choice.
      ANSWERING.map((key) => [key, section[key] === "auto" ? null : (section[key] ?? null)]),
    ),
  });
}

/** True for a drop that other settings may undo. Older drops do not say how they were made: they stay. */
export function isOutdated(
  drop: { readonly settings?: string | undefined } | null | undefined,
  now: string,
): boolean {
  return drop?.settings !== undefined && drop.settings !== now;
}
