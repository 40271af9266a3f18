/** How many rows of a set have which action type, source and origin of the rejected action. */
import type { Built } from "../dataset/example.ts";
import { counter } from "../dataset/stats.ts";

export type KindCounts = {
  add(built: Built): void;
  /** Fields of dataset_stats.json. */
  stats(): Readonly<Record<string, unknown>>;
};

const FIELDS = {
  action_type: "action_types",
  source: "sources",
  rejected_origin: "rejected_origins",
  synthetic_kind: "synthetic_kinds",
} as const;

export function kindCounts(): KindCounts {
  const counts = Object.keys(FIELDS).map((field) => ({ field, counter: counter() }));
  return {
    add(built) {
      if (!built.ok) return;
      for (const one of counts) {
        const value = built.example.metadata[one.field];
        if (typeof value === "string") one.counter.add(value);
      }
    },
    stats: () =>
      Object.fromEntries(
        Object.values(FIELDS)
          .map((name, at) => [name, counts[at]?.counter.counts() ?? {}] as const)
          .filter(([, found]) => Object.keys(found).length > 0),
      ),
  };
}
