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

/** How many rows have which action type, most first. @param set as the summary names it. */
export function typeNotes(set: string, stats: Readonly<Record<string, unknown>>): string[] {
  const types = Object.entries(Object(stats["action_types"]) as Record<string, number>);
  const total = types.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return [];
  const shares = types.map(([type, n]) => `${type} ${n} (${((100 * n) / total).toFixed(1)} %)`);
  return [`${set}, action types of ${total} turns: ${shares.join(", ")}`];
}

/** What the card of a verifier set says: how many rejected actions came from where. */
export function originNotes(stats: Readonly<Record<string, unknown>>): string[] {
  const origins = Object.entries(Object(stats["rejected_origins"]) as Record<string, number>);
  const kinds = Object.entries(Object(stats["synthetic_kinds"]) as Record<string, number>);
  if (origins.length === 0) return [];
  const counts = [
    ...origins.filter(([name]) => name !== "synthetic"),
    ...kinds.map(([kind, n]) => [`synthetic (${kind})`, n] as const),
  ];
  const later = kinds.find(([kind]) => kind === "later")?.[1] ?? 0;
  return [
    `rejected actions by origin: ${counts.map(([name, n]) => `${name} ${n}`).join(", ")}`,
    ...(later > 0
      ? [
          `${later} rejected actions come from later turns of the same run, since no other run had one to offer: they can be told by what they know`,
        ]
      : []),
  ];
}

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
