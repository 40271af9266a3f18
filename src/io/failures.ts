/** What went wrong in a run, a line for each model and kind: how often, the last words, what to change. */
import type { ChatFailure, ToMend, WorkItem } from "../work.ts";

export type Failures = {
  add(item: WorkItem, failure: ChatFailure): void;
  /** In the order of their first. */
  lines(): readonly string[];
  /** What the settings are to blame for, each kind of words once a model. */
  toMend(): readonly ToMend[];
  /** The words of the first failure of a kind. */
  firstOf(kind: ChatFailure["kind"]): string | undefined;
};

export function countFailures(): Failures {
  const kinds = new Map<string, Counted>();
  return {
    add({ request: { model } }, failure) {
      const name = `${failure.kind} ${model}`;
      const known = kinds.get(name);
      if (known === undefined) kinds.set(name, { model, first: failure, last: failure, count: 1 });
      else {
        known.last = failure;
        known.count++;
      }
    },
    lines: () => [...kinds.values()].map(lineOf),
    toMend: () =>
      [...kinds.values()]
        .filter(({ last }) => last.kind === "settings")
        .map(({ model, last }) => ({
          message: `${model}: ${last.message}`,
          hint:
            last.hint ?? "`npm run doctor` tries every model of chain.toml and says what to change",
        })),
    firstOf(kind) {
      const found = [...kinds.values()].find(({ first }) => first.kind === kind);
      return found === undefined ? undefined : `${found.model}: ${found.first.message}`;
    },
  };
}

// ---------------------------------------------------------------------------------------------

type Counted = {
  readonly model: string;
  readonly first: ChatFailure;
  last: ChatFailure;
  count: number;
};

function lineOf({ model, last, count }: Counted): string {
  const times = count === 1 ? "" : ` (${count} times)`;
  return `${model}: ${last.message}${times}${AFTER[last.kind] ?? ""}`;
}

const AFTER: Partial<Record<ChatFailure["kind"], string>> = {
  context: ": over the server's limit; asked again in the next run, or once its limit grows",
};
