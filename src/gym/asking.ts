/** One reply at a time from the engine that stages hand their items to, so that budget, ledger and journal hold here too. */
import type { Engine, Outcome, WorkItem, WorkReport } from "../work.ts";

export type Asking = {
  /** The outcome of an item; null: it will not be asked in this run. */
  ask(item: WorkItem): Promise<Outcome | null>;
  /** Nothing more is asked. */
  end(): Promise<WorkReport>;
};

export function openAsking(engine: Engine): Asking {
  const queue: WorkItem[] = [];
  const waiting = new Map<string, (outcome: Outcome | null) => void>();
  let wake = (): void => {};
  let isOver = false;
  const answer = (key: string, outcome: Outcome | null): void => {
    waiting.get(key)?.(outcome);
    waiting.delete(key);
  };
  async function* items(): AsyncGenerator<WorkItem> {
    try {
      for (;;) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else if (isOver) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      // The engine stopped before the end: whoever waits is told so.
      isOver = true;
      for (const key of [...waiting.keys()].filter((one) => queue.some(({ key: k }) => k === one)))
        answer(key, null);
    }
  }
  const running = engine(
    items(),
    async (item, outcome) => {
      answer(item.key, outcome);
      return [];
    },
    (item) => answer(item.key, null),
  );
  return {
    ask(item) {
      if (isOver) return Promise.resolve(null);
      return new Promise((resolve) => {
        waiting.set(item.key, resolve);
        queue.push(item);
        wake();
      });
    },
    async end() {
      isOver = true;
      wake();
      return running;
    },
  };
}
