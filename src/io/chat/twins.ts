/**
 * Who really answers. A server may serve any name with the one model it has loaded, and a gateway may
 * fall back to another; two judges that are one model would count one opinion twice.
 */
import type { ChatFailure, ModelRef } from "../../work.ts";

export type Twins = {
  /**
   * A judge's reply came, naming the model that answered. A failure when another judge's replies name
   * the same one: neither is asked on, unless it is the one that was meant.
   */
  judged(ref: ModelRef, answeredBy: string): ChatFailure | null;
  /** Why this judge is asked no more; null while it is. */
  refused(ref: ModelRef): ChatFailure | null;
};

/**
 * @param isSame whether a reply's model is the one that was asked for, under another spelling
 * @param named the key of chain.toml that names the judges
 */
export function makeTwins(
  isSame: (asked: string, answered: string) => boolean,
  named = "[judge].models",
): Twins {
  const first = new Map<string, ModelRef>();
  const refused = new Map<string, ChatFailure>();
  return {
    refused: (ref) => refused.get(nameOf(ref)) ?? null,
    judged(ref, answeredBy) {
      const other = first.get(answeredBy);
      if (other === undefined) {
        first.set(answeredBy, ref);
        return null;
      }
      if (nameOf(other) === nameOf(ref)) return refused.get(nameOf(ref)) ?? null;
      const failure: ChatFailure = {
        kind: "settings",
        message: `the judges ${other.model} and ${ref.model} are answered by one model, ${answeredBy}: one opinion would count twice`,
        hint: `look at ${named} and at what their servers have loaded; name judges that are different models`,
        closed: true,
      };
      for (const judge of [other, ref]) {
        if (!isSame(judge.model, answeredBy)) refused.set(nameOf(judge), failure);
      }
      return refused.get(nameOf(ref)) ?? null;
    },
  };
}

const nameOf = ({ provider, model }: ModelRef): string => `${provider} ${model}`;
