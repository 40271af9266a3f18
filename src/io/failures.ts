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

/** @param note told of the 1st, 10th, 100th ... failure of a model and kind */
export function countFailures(note: (line: string) => void = () => {}): Failures {
  const kinds = new Map<string, Counted>();
  return {
    add({ request: { model } }, failure) {
      const name = `${failure.kind} ${model}`;
      const known = kinds.get(name);
      const now: Counted = known ?? { model, first: failure, last: failure, count: 0 };
      kinds.set(name, now);
      now.last = failure;
      now.count++;
      if (SAID_AT.includes(now.count)) note(`${lineOf(now)}${mendOf(failure)}`);
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

const SAID_AT: readonly number[] = [1, 10, 100, 1000, 10_000];

const mendOf = ({ hint }: ChatFailure): string => (hint === undefined ? "" : ` -> ${hint}`);

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
