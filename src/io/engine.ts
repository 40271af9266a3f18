/**
 * The local engine: this process carries the work items out, many in flight. Items are taken from
 * the list only when there is room, so that memory does not grow with the number of items.
 */
import type { Chat, Engine, WorkItem, WorkReport } from "../work.ts";

export type LocalEngineOptions = {
  readonly chat: Chat;
  /** Items in hand at once, those that wait for a retry included. */
  readonly window: number;
  /** Aborted on Ctrl-C: nothing new is handed out, what is in flight is filed. */
  readonly signal: AbortSignal;
};

export function localEngine({ chat, window, signal }: LocalEngineOptions): Engine {
  return async (items, file) => {
    const run = new Map<symbol, Promise<void>>();
    const tally = { asked: 0, unanswered: 0, first: new Map<string, string>() };
    let stopped: WorkReport["stopped"] = null;
    let crash: { error: unknown } | null = null;

    const carryOut = async (first: WorkItem): Promise<void> => {
      const stack = [first];
      for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
        if (signal.aborted || stopped !== null) {
          tally.unanswered += 1 + stack.length;
          return;
        }
        const outcome = await chat(item.request, item);
        tally.asked++;
        if (!outcome.ok) {
          const { kind, message } = outcome.failure;
          if (kind !== "context_too_long" && kind !== "rejected") tally.unanswered++;
          if (kind === "budget") stopped ??= { why: "budget", message };
          const name = `${kind} ${item.request.model}`;
          if (!tally.first.has(name)) tally.first.set(name, `${item.request.model}: ${message}`);
        }
        stack.push(...(await file(item, outcome)));
      }
    };

    for await (const item of items) {
      if (signal.aborted || stopped !== null || crash !== null) {
        tally.unanswered++;
        continue;
      }
      const id = Symbol();
      run.set(
        id,
        carryOut(item)
          .catch((error: unknown) => {
            crash ??= { error };
          })
          .finally(() => run.delete(id)),
      );
      if (run.size >= window) await Promise.race(run.values());
    }
    await Promise.all(run.values());
    if (crash !== null) throw (crash as { error: unknown }).error;
    if (signal.aborted) stopped = { why: "interrupted", message: "stopped by Ctrl-C" };
    return {
      asked: tally.asked,
      unanswered: tally.unanswered,
      stopped,
      first_failures: [...tally.first.values()],
    };
  };
}
