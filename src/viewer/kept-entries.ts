/**
 * Entries of the list that were made before: kept among the facts, so that a viewer of many turns need not
 * read them all again, with the places of what the search looks through. Bound to the content of the three
 * files and to the rules; what does not fit is read anew.
 */
import type { z as Zod } from "zod";
import { z } from "zod";
import { errorMessage, UserError } from "../errors.ts";
import type { AnswerFile } from "../io/answers.ts";
import { keptRow } from "../core/report/kept-turn.ts";
import { sharedRows } from "../core/report/shared-parts.ts";
import { keyOver, openFacts, type FactKind, type Facts } from "../io/facts/facts.ts";
import type { TextPlace, Texts } from "../io/facts/texts.ts";
import type { Store } from "../io/store.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import { entryOf, listedAnswer, searchTexts, type Entry, type EntryRules } from "./entry.ts";

export type Indexed = {
  readonly entry: Entry;
  /** Of the answer's own words, and of what judges and people said. */
  readonly places: readonly TextPlace[];
};

export type EntryReading = {
  readonly rules: EntryRules;
  readonly all: boolean;
  readonly keep: boolean;
};

export type EntryReader = {
  /** `before`: how it was, so that words that are the same are not put down twice. */
  read(
    answer: AnswerFile,
    before?: { readonly indexed: Indexed; readonly isSameAnswer: boolean },
  ): Promise<Indexed>;
  /** Puts down what is new, for the next viewer; where that cannot be done, it reads all again. */
  save(): Promise<void>;
};

/**
 * `all`: what was kept is read in, for a look at every turn; else it is only added to. `keep`: what is new is put
 * down at all.
 */
export function entryReader(
  store: Store,
  texts: Texts,
  { rules, all, keep }: EntryReading,
): EntryReader {
  const facts = openFacts(store, all ? [LISTED] : [], all ? "" : null);
  const rowOf = sharedRows();
  return {
    async read({ name, path }, before) {
      const kept = all ? await keptEntry({ facts, texts, rules }, { name, path }) : null;
      if (kept !== null) {
        const { entry, places } = kept;
        return { entry: { ...entry, file: name, path, row: rowOf(entry.row) }, places };
      }
      const broken: string[] = [];
      const tryRead = async <T>(
        file: string,
        schema: Zod.ZodType<T>,
      ): Promise<{ value: T | null; hash: string }> => {
        try {
          return (await facts.read(file, schema)) ?? { value: null, hash: "" };
        } catch (error) {
          broken.push(errorMessage(error));
          return { value: null, hash: "" };
        }
      };
      const answer = await tryRead(path, listedAnswer);
      const score = await tryRead(`score/${name}`, scoreSchema);
      const review = await tryRead(`review/${name}`, reviewSchema);
      const input = {
        file: name,
        path,
        answer: answer.value,
        score: score.value,
        review: review.value,
        broken,
      };
      const made = entryOf(input, rules);
      const entry = { ...made, row: rowOf(made.row) };
      const [own, said] = searchTexts(input);
      const known = before?.isSameAnswer === true ? before.indexed.places[0] : undefined;
      const places = [known ?? texts.put(own), texts.put(said)];
      if (keep && broken.length === 0) {
        const key = keyOver([answer.hash, score.hash, review.hash, rules]);
        facts.keep(LISTED, path, key, { entry, places });
      }
      return { entry, places };
    },
    async save() {
      texts.flush();
      if (keep) await facts.save();
    },
  };
}

// ---------------------------------------------------------------------------------------------

const place = z.object({ block: z.string(), at: z.int(), bytes: z.int() });

const keptEntrySchema = z.object({
  file: z.string(),
  path: z.string(),
  row: keptRow,
  pairHash: z.string().nullable(),
  lengths: z.tuple([z.int(), z.int()]),
  opponent: z.enum(["king", "reference"]),
  commands: z.tuple([z.string(), z.string()]),
  broken: z.array(z.string()),
});

/** Kept as it is, whatever else it holds: this very build made it. */
const LISTED: FactKind<Indexed> = {
  name: "listed",
  folder: "answer",
  schema: z.object({
    entry: z.custom<Entry>((value) => keptEntrySchema.safeParse(value).success),
    places: z.array(place).length(2),
  }),
};

/** null: nothing fits, or a file has a fault that reading it will name. */
async function keptEntry(
  {
    facts,
    texts,
    rules,
  }: { readonly facts: Facts; readonly texts: Texts; readonly rules: EntryRules },
  { name, path }: AnswerFile,
): Promise<Indexed | null> {
  if (!facts.has(LISTED, path)) return null;
  try {
    const files = [path, `score/${name}`, `review/${name}`];
    const hashes: string[] = [];
    for (const file of files) hashes.push(await facts.hash(file));
    const kept = facts.known(LISTED, path, keyOver([...hashes, rules]));
    return kept !== null && kept.places.every((at) => texts.has(at)) ? kept : null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return null;
  }
}
