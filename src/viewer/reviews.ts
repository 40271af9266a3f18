/** A person's verdicts: saved at once, one file a turn in review/, and undone one by one. */
import { isDeepStrictEqual } from "node:util";
import { pairHash } from "../core/turn/hash.ts";
import type { Store } from "../io/store.ts";
import { answerSchema, type Answer } from "../records/answer.ts";
import { BUCKETS, type Bucket } from "../records/exported.ts";
import { SCHEMA } from "../records/schema.ts";
import { reviewSchema, type Review } from "../records/review.ts";
import type { Undone } from "./query.ts";

export type Change =
  | { readonly kind: "verdict"; readonly verdict: 0 | 1 | 2 }
  | { readonly kind: "bucket"; readonly bucket: Bucket }
  | { readonly kind: "note"; readonly note: string };

export type Reviews = {
  /** Saves a change on top of what the file says. */
  save(
    file: { readonly name: string; readonly path: string },
    change: Change,
    tab?: string,
  ): Promise<void>;
  /**
   * Takes back the last change of a tab (pages without script are one tab, ""); null when none is left.
   * What others changed in the same review since stands; what they put in its place is not undone.
   */
  undo(tab?: string): Promise<{ readonly name: string; readonly undone: Undone } | null>;
};

export function openReviews(store: Store, mode: 1 | 2, now: () => Date): Reviews {
  const pasts = new Map<string, Step[]>();
  let last: Promise<unknown> = Promise.resolve();
  /** One change at a time, so that two quick keys do not overwrite each other. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => null);
    return next;
  };
  const pathOf = (name: string): string => `review/${name}`;

  return {
    save: ({ name, path }, change, tab = "") =>
      inTurn(async () => {
        const answer = await store.read(path, answerSchema);
        const hash = hashOf(answer, mode);
        const before = await store.readIfThere(pathOf(name), reviewSchema);
        // What was said about another pair of candidates is not carried over.
        const base: Review =
          before !== null && before.pair_hash === hash
            ? before
            : {
                schema: SCHEMA,
                file: name,
                verdict: null,
                bucket: null,
                note: before?.note ?? "",
                time: "",
                pair_hash: hash,
              };
        const after: Review = { ...base, ...changed(change), time: now().toISOString() };
        await keep(name, after);
        pastOf(tab).push({ name, before, after, kind: change.kind });
      }),
    undo: (tab = "") =>
      inTurn(async () => {
        const step = pastOf(tab).pop();
        if (step === undefined) return null;
        const { name, before, after, kind } = step;
        const current = await store.readIfThere(pathOf(name), reviewSchema);
        if (isDeepStrictEqual(current, isEmpty(after) ? null : after)) {
          await keep(name, before);
          return { name, undone: kind };
        }
        if (current?.pair_hash !== after.pair_hash || current[kind] !== after[kind])
          return { name, undone: "changed" };
        const was = before?.pair_hash === after.pair_hash ? before : NOTHING_SAID;
        await keep(name, { ...current, [kind]: was[kind], time: now().toISOString() });
        return { name, undone: kind };
      }),
  };

  function pastOf(tab: string): Step[] {
    const past = pasts.get(tab) ?? [];
    pasts.delete(tab);
    pasts.set(tab, past);
    for (const old of pasts.keys()) {
      if (pasts.size <= MAX_TABS) break;
      pasts.delete(old);
    }
    return past;
  }

  async function keep(name: string, review: Review | null): Promise<void> {
    if (review === null || isEmpty(review)) await store.remove(pathOf(name));
    else await store.write(pathOf(name), review);
  }
}

/** A form's fields as a change; null when they are none. `swapped`: the challenger stood left. */
export function changeOf(fields: ReadonlyMap<string, string>, swapped: boolean): Change | null {
  const value = fields.get("value") ?? "";
  switch (fields.get("kind") ?? "") {
    case "verdict": {
      const seat = SEATS.get(value);
      if (seat === undefined) return null;
      return { kind: "verdict", verdict: seat === 0 || !swapped ? seat : seat === 1 ? 2 : 1 };
    }
    case "bucket": {
      const bucket = BUCKETS.find((name) => name === value);
      return bucket === undefined ? null : { kind: "bucket", bucket };
    }
    case "note":
      return { kind: "note", note: value.slice(0, MAX_NOTE).replaceAll("\r\n", "\n") };
    default:
      return null;
  }
}

function hashOf(answer: Answer, mode: 1 | 2): string {
  const { king, king_message, assistant, assistant_message } = answer;
  const opponent =
    mode === 1
      ? { text: assistant, message: assistant_message }
      : { text: king, message: king_message };
  const challenger = { text: answer.challenger, message: answer.challenger_message };
  return pairHash(answer.messages, opponent, challenger);
}

// ---------------------------------------------------------------------------------------------

const MAX_NOTE = 10_000;
/** Tabs whose changes can be undone; those that were quiet longest are forgotten. */
const MAX_TABS = 256;

type Step = {
  readonly name: string;
  readonly before: Review | null;
  readonly after: Review;
  readonly kind: Change["kind"];
};

const NOTHING_SAID = { verdict: null, bucket: null, note: "" } as const;

function isEmpty({ verdict, bucket, note }: Review): boolean {
  return verdict === null && bucket === null && note === "";
}

const SEATS: ReadonlyMap<string, 0 | 1 | 2> = new Map([
  ["left", 1],
  ["right", 2],
  ["draw", 0],
]);

function changed(change: Change): Partial<Review> {
  switch (change.kind) {
    case "verdict":
      return { verdict: change.verdict };
    case "bucket":
      return { bucket: change.bucket };
    case "note":
      return { note: change.note };
  }
}
