/**
 * The workspace's budget: what all runs spent (from the ledger), plus the most that the calls in
 * flight can come to. No call is sent that could take the sum over it.
 */
import type { Price } from "../../calls/rules.ts";
import type { Config } from "../../config.ts";
import { UserError } from "../../errors.ts";
import type { Usage } from "../../records/run-info.ts";
import type { ChatFailure } from "../../work.ts";
import type { Ledger } from "../ledger.ts";

export type Budget = {
  /**
   * Calls `go` as soon as a call that can come to so much may be sent; `go` writes the intent, in
   * the same breath, so that nobody else takes the room. Waits while only calls in flight stand in
   * the way; a failure when the budget itself does.
   *
   * @param want asked anew whenever there may be room: what is known of the model grows meanwhile
   */
  begin<T>(want: () => Want, go: (want: Want) => T): Promise<T | ChatFailure>;
  /** A call ended: whoever waits for room looks again. */
  settled(isMeasured: boolean): void;
  /** @throws UserError when a budget in USD cannot hold, for want of a price. */
  checkPrice(provider: string, model: string, price: Price | undefined): void;
};

export type Want = {
  /** The most a call can come to; `usd` null: unpriced. */
  readonly most: Usage;
  readonly usd: number | null;
  /**
   * False while no call to this model has been counted: how far it goes over its completion limit is
   * not known yet, so such calls go one at a time.
   */
  readonly isMeasured: boolean;
};

export function makeBudget(limits: Config["budget"], ledger: Ledger): Budget {
  const isSet = limits.max_usd !== undefined || limits.max_tokens !== undefined;
  let waiting: (() => void)[] = [];
  let unmeasured = 0;
  const wake = (): void => {
    const due = waiting;
    waiting = [];
    for (const resolve of due) resolve();
  };
  return {
    settled(isMeasured) {
      if (isSet && !isMeasured) unmeasured--;
      wake();
    },
    async begin(want, go) {
      for (;;) {
        const wanted = want();
        const { most, usd, isMeasured } = wanted;
        const tokens = most.prompt_tokens + most.completion_tokens;
        const spent = ledger.spent();
        const alone = over(limits, spent.tokens + tokens, spent.usd + (usd ?? 0), spent);
        if (alone !== null) {
          wake();
          return alone;
        }
        const flying = ledger.reserved();
        const now = spent.tokens + flying.tokens + tokens;
        const fits = over(limits, now, spent.usd + flying.usd + (usd ?? 0), spent) === null;
        if (fits && (!isSet || isMeasured || unmeasured === 0)) {
          if (isSet && !isMeasured) unmeasured++;
          return go(wanted);
        }
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    checkPrice(provider, model, price) {
      if (limits.max_usd === undefined || price !== undefined) return;
      throw new UserError(
        `[budget].max_usd is set, but ${model} has no price, so the budget could not hold`,
        `add [provider.${provider}.price."${model}"] with input and output (USD per million tokens) to chain.toml, or use max_tokens; \`npm run prices\` asks the provider`,
      );
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Why nothing more may be asked when so much is spent or reserved; null: it may. */
export function over(
  { max_usd, max_tokens }: Config["budget"],
  tokens: number,
  usd: number,
  spent: { readonly tokens: number; readonly usd: number },
): ChatFailure | null {
  if (max_usd !== undefined && usd > max_usd) {
    const message = `the budget of $${max_usd} leaves no room for another call: $${spent.usd.toFixed(4)} are spent; raise [budget].max_usd to go on`;
    return { kind: "budget", message };
  }
  if (max_tokens !== undefined && tokens > max_tokens) {
    const message = `the budget of ${max_tokens} tokens leaves no room for another call: ${spent.tokens} are spent; raise [budget].max_tokens to go on`;
    return { kind: "budget", message };
  }
  return null;
}
