/**
 * Items over a server's context limit: report/waiting.json. A limit is the server's setting and may
 * grow, so such an item is asked once a run; refused alike in three runs it is set aside.
 */
import { z } from "zod";
import { SCHEMA, schemaField } from "../records/schema.ts";
import type { ChatFailure, ItemRef, ModelRef } from "../work.ts";
import type { Store } from "./store.ts";

const FILE = "report/waiting.json";

/** Runs that refuse an item alike before it is set aside. */
export const RUNS_ALIKE = 3;

const entrySchema = z.looseObject({
  provider: z.string(),
  model: z.string(),
  /** Runs in which it was refused. */
  runs: z.int(),
  /** Tokens, as the server named it; null where it named none. */
  limit: z.number().nullable(),
  /** Identity of the settings it was refused under. */
  settings: z.string(),
  message: z.string(),
});
const fileSchema = z.looseObject({ schema: schemaField, items: z.record(z.string(), entrySchema) });
type Entry = z.infer<typeof entrySchema>;

export type Waiting = {
  /** Whether an item of this model was refused in an earlier run. */
  knows(model: ModelRef): boolean;
  /**
   * What a context refusal comes to: "context" (pending), or "context_too_long" once it came in three
   * runs under the same settings.
   */
  refused(item: ItemRef, model: ModelRef, failure: ChatFailure, settings: string): ChatFailure;
  /** It was answered after all. */
  answered(item: ItemRef): void;
  /** Writes the file where something changed. */
  close(): Promise<void>;
};

export async function openWaiting(store: Store): Promise<Waiting> {
  const items = new Map(Object.entries((await store.readIfThere(FILE, fileSchema))?.items ?? {}));
  const known = new Set([...items.values()].map(modelName));
  const thisRun = new Set<string>();
  let changed = false;
  return {
    knows: (model) => known.has(modelName(model)),
    refused(item, { provider, model }, failure, settings) {
      const name = nameOf(item);
      const before = items.get(name);
      const isAlike = before?.model === model && before.settings === settings;
      const runs = (isAlike ? before.runs : 0) + (thisRun.has(name) && isAlike ? 0 : 1);
      const { message } = failure;
      items.set(name, { provider, model, runs, limit: failure.limit ?? null, settings, message });
      thisRun.add(name);
      changed = true;
      if (runs < RUNS_ALIKE) return failure;
      const said = `${message} (refused alike in ${runs} runs: set aside, --retry asks again)`;
      return { ...failure, kind: "context_too_long", message: said };
    },
    answered(item) {
      changed = items.delete(nameOf(item)) || changed;
    },
    async close() {
      if (!changed) return;
      if (items.size === 0) return store.remove(FILE);
      const sorted = [...items].sort(([a], [b]) => (a < b ? -1 : 1));
      return store.write(FILE, { schema: SCHEMA, items: Object.fromEntries(sorted) });
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** An item over all its askings: its key without the number of the attempt. */
const nameOf = ({ key }: ItemRef): string => key.replace(/\/\d+$/, "");

const modelName = ({ provider, model }: Pick<Entry, "provider" | "model">): string =>
  `${provider} ${model}`;
