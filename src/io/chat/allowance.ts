/** A provider's allowance of requests and tokens a minute. */
import type { Usage } from "../../records/run-info.ts";
import type { OpenServer, World } from "./options.ts";
import { sleep } from "./sleep.ts";

const LOOK_AGAIN_MS = 500;

/** Waits until a call that can come to so much may go. */
export async function untilAllowed(
  { rules, clock, signal }: World,
  { provider, buckets }: OpenServer,
  most: Usage,
): Promise<void> {
  const { requests_per_minute, tokens_per_minute } = provider.settings;
  const wanted = [
    { name: "requests", perMinute: requests_per_minute, amount: 1 },
    { name: "tokens", perMinute: tokens_per_minute, amount: tokensOf(most) },
  ] as const;
  for (const { name, perMinute, amount } of wanted) {
    if (perMinute === undefined) continue;
    const nowMs = clock();
    const before = buckets.get(name) ?? rules.fullBucket(perMinute, nowMs);
    const after = rules.take(before, amount, nowMs);
    buckets.set(name, after);
    const ticket = { amount, position: after.taken };
    while (!signal.aborted) {
      const ms = rules.dueInMs(buckets.get(name) ?? after, ticket, clock());
      if (ms <= 0) break;
      // What others put back shortens the wait: look again soon.
      await sleep(Math.min(ms, LOOK_AGAIN_MS), signal);
    }
  }
}

/** What a call did not use of what was taken for it goes back. */
export function giveBack(
  { rules }: World,
  { buckets }: OpenServer,
  most: Usage,
  usage: Usage,
): void {
  const tokens = buckets.get("tokens");
  if (tokens === undefined) return;
  buckets.set("tokens", rules.giveBack(tokens, tokensOf(most) - tokensOf(usage)));
}

const tokensOf = (usage: Usage): number => usage.prompt_tokens + usage.completion_tokens;
