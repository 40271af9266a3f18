/**
 * What has to change, and at which address, until a model answers the first question.
 */
import type { Config } from "../config.ts";
import { REMEDIES } from "../core/doctor/remedies.ts";
import type { Tried } from "../core/doctor/tried.ts";
import { UserError } from "../errors.ts";
import type { Call } from "../io/chat/call.ts";
import { checkProvider, type Provider } from "../io/chat/provider.ts";
import { open, tryOnce, type Asked, type DoctorDeps } from "./try-once.ts";

/** The first call that passed, with what had to be changed for it. */
export type Passing = {
  readonly tried: Tried;
  readonly change: string | null;
  readonly provider: Provider;
  readonly call: Partial<Call>;
  readonly over: object;
};

/** The provider's addresses, or what is missing to ask anybody. */
export function addressesOf(
  config: Config,
  name: string,
): { readonly urls: readonly string[]; readonly missing: Tried | null } {
  try {
    return { urls: checkProvider(config, name).baseUrls, missing: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, hint } = error;
    return { urls: [], missing: { ok: false, message, hint, isSettings: true, isPassing: false } };
  }
}

/** The first address where the question passes, and what came of it at the others. */
export async function firstThatPasses(
  config: Config,
  deps: DoctorDeps,
  asked: Asked,
  urls: readonly string[],
): Promise<{ passing: Passing; elsewhere: readonly string[] }> {
  const [first = "", ...others] = urls;
  let passing = await untilPassing(config, deps, asked, first);
  let at = first;
  const elsewhere: string[] = [];
  const isLost = (url: string, tried: Tried, { redact }: Provider): void => {
    if (tried.ok) return;
    const said = `[provider.${asked.provider}].base_urls: ${url}: ${tried.message} -> ${tried.hint}`;
    elsewhere.push(redact(said));
  };
  for (const url of others) {
    if (passing.tried.ok) {
      const other = open(config, deps, asked, url, passing.over);
      isLost(url, await tryOnce(deps, asked, other, passing.call), other);
      await other.close();
    } else {
      isLost(at, passing.tried, passing.provider);
      await passing.provider.close();
      passing = await untilPassing(config, deps, asked, url);
      at = url;
    }
  }
  return { passing, elsewhere };
}

// ---------------------------------------------------------------------------------------------

async function untilPassing(
  config: Config,
  deps: DoctorDeps,
  asked: Asked,
  url: string,
): Promise<Passing> {
  const provider = open(config, deps, asked, url, {});
  const tried = await tryOnce(deps, asked, provider, {});
  const plain = { tried, change: null, provider, call: {}, over: {} };
  if (tried.ok || !tried.isSettings) return plain;
  for (const { line, over, call } of REMEDIES) {
    const changed = open(config, deps, asked, url, over);
    const again = await tryOnce(deps, asked, changed, call);
    if (again.ok) {
      await provider.close();
      return { tried: again, change: line(asked.provider), provider: changed, call, over };
    }
    await changed.close();
  }
  return plain;
}
