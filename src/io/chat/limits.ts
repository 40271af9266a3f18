/**
 * Context limits that a server lists (/v1/models), compared before a prompt is sent. Asked for only
 * where a refusal has shown that the limit matters: most runs never need the list.
 */
import type { CallRules } from "../../calls/rules.ts";
import type { ChatFailure, ModelRef } from "../../work.ts";
import type { Lane } from "./lane.ts";
import type { Provider } from "./provider.ts";

export type Limits = {
  /** From now on prompts to this model are compared with what its server lists. */
  matters(ref: ModelRef): void;
  /** Whether they are compared: most runs never look. */
  watches(ref: ModelRef): boolean;
  /** A failure for a prompt that is surely over the limit; null otherwise. */
  over(ref: ModelRef, bytes: number, lane: Lane, provider: Provider): Promise<ChatFailure | null>;
};

export function makeLimits(rules: CallRules): Limits {
  const watched = new Set<string>();
  const listed = new Map<string, Promise<number | null>>();
  const nameOf = ({ provider, model }: ModelRef): string => `${provider} ${model}`;
  return {
    matters: (ref) => void watched.add(nameOf(ref)),
    watches: (ref) => watched.size > 0 && watched.has(nameOf(ref)),
    async over(ref, bytes, lane, provider) {
      const name = nameOf(ref);
      const known = listed.get(name) ?? listedLimit(rules, ref.model, provider);
      listed.set(name, known);
      const limit = await known;
      if (limit === null || !rules.isSurelyOver(bytes, lane.bytesPerToken(), limit)) return null;
      const message = `not sent: some ${Math.round(bytes / (lane.bytesPerToken() ?? 4))} tokens, and the server lists a limit of ${limit} for ${ref.model}`;
      return { kind: "context", message, limit };
    },
  };
}

// ---------------------------------------------------------------------------------------------

async function listedLimit(
  rules: CallRules,
  model: string,
  provider: Provider,
): Promise<number | null> {
  const list = (await provider.models()) ?? [];
  const entry =
    list.find((one) => rules.modelId(one) === model) ?? (list.length === 1 ? list[0] : null);
  return rules.listedLimit(entry);
}
