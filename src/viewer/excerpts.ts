/** Where in a turn a search found its words: the first place in its own spelling, with the words marked. */
import type { Store } from "../io/store.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import { listedAnswer, type Entry } from "./entry.ts";
import type { Mark } from "./ranges.ts";
import { readable } from "./readable.ts";

export type Excerpt = {
  /** "king", "challenger", "reference", "a judge", "note", "name". */
  readonly where: string;
  readonly text: string;
  /** Offsets in `text`. */
  readonly marks: readonly Mark[];
};

/** The words of a search, lower case, each once. */
export function searchWords(q: string): string[] {
  return [...new Set(q.toLowerCase().split(/\s+/))].filter((word) => word !== "");
}

/** The rows of one page are read again for it: the list itself keeps their texts in lower case. */
export async function excerptsOf(
  store: Store,
  entries: readonly Entry[],
  q: string,
): Promise<ReadonlyMap<string, Excerpt>> {
  const words = searchWords(q);
  if (words.length === 0) return new Map();
  const found = await Promise.all(
    entries.map(async (entry) => {
      const excerpt = excerptOf(await textsOf(store, entry), words);
      return excerpt === null ? [] : [[entry.file, excerpt] as const];
    }),
  );
  return new Map(found.flat());
}

/** The text with most of the words in it, around the first of them; null: in none. */
export function excerptOf(
  texts: readonly (readonly [where: string, text: string])[],
  words: readonly string[],
): Excerpt | null {
  let best: { where: string; text: string; lower: string; n: number } | null = null;
  for (const [where, text] of texts) {
    const lower = text.toLowerCase();
    const n = words.filter((word) => lower.includes(word)).length;
    if (n > (best?.n ?? 0)) best = { where, text, lower, n };
  }
  if (best === null) return null;
  const { where, text, lower } = best;
  // A few letters change their length with their case: then the lower case itself is shown.
  const own = lower.length === text.length ? text : lower;
  const first = Math.min(...words.map((word) => lower.indexOf(word)).filter((at) => at !== -1));
  const from = Math.max(0, first - BEFORE);
  const cut = own.slice(from, from + LENGTH).replace(/\s/g, " ");
  const shownText = `${from > 0 ? "…" : ""}${cut}${from + LENGTH < own.length ? "…" : ""}`;
  return { where, text: shownText, marks: marksOf(shownText.toLowerCase(), words) };
}

// ---------------------------------------------------------------------------------------------

const BEFORE = 50;
const LENGTH = 180;

async function textsOf(store: Store, { file, path, row }: Entry): Promise<[string, string][]> {
  const answer = await readable(store.readIfThere(path, listedAnswer));
  const score = await readable(store.readIfThere(`score/${file}`, scoreSchema));
  const review = await readable(store.readIfThere(`review/${file}`, reviewSchema));
  return [
    ["challenger", answer?.challenger ?? ""],
    ["king", answer?.king ?? ""],
    ["reference", answer?.assistant ?? ""],
    ...(score?.judges ?? []).map(({ reason }): [string, string] => ["a judge", reason]),
    ["note", review?.note ?? ""],
    ["name", [file, row.instance_id, row.repo].join(" ")],
  ];
}

function marksOf(lower: string, words: readonly string[]): Mark[] {
  return words.flatMap((word) => {
    const marks: Mark[] = [];
    for (let at = lower.indexOf(word); at !== -1; at = lower.indexOf(word, at + word.length))
      marks.push({ start: at, end: at + word.length, name: "found" });
    return marks;
  });
}
