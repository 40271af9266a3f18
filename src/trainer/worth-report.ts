/** evaluation/worth/: worth.json, and the same as pages. */
import type { Config } from "../config.ts";
import { masked } from "../core/exit/masker.ts";
import { svgFile } from "../core/report/charts/svg.ts";
import { htmlOf } from "../core/report/html.ts";
import { markdownOf } from "../core/report/markdown.ts";
import type { Tally } from "../core/tally.ts";
import type { TrainSettings } from "../core/training/settings.ts";
import type { WorthSplit } from "../core/worth/arms.ts";
import { deciderWords, effectWords, worthDocument } from "../core/worth/story.ts";
import type { Told } from "../core/worth/told.ts";
import type { Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { SCHEMA } from "../records/schema.ts";
import { WORTH, WORTH_FOLDER, type Worth } from "../records/worth.ts";

/** Writes both; gives what they say, in lines. */
export async function writtenWorth(
  config: Config,
  store: Store,
  tally: Tally,
  about: {
    readonly settings: TrainSettings;
    readonly seeds: readonly number[];
    /** Arm -> rows that it was trained on. */
    readonly arms: Readonly<Record<string, number>>;
    readonly split: WorthSplit;
    /** Turns of buckets without a match. */
    readonly left: Readonly<Record<string, number>>;
    readonly told: Told;
    readonly gym: NonNullable<Worth["gym"]> | null;
    readonly notes: readonly string[];
  },
): Promise<string[]> {
  const { settings, seeds, arms, split, left, told, gym, notes } = about;
  const { dropped } = tally.summary("worth", null);
  const matched = Object.entries(left).map(([bucket, turns]) => [`no_match_${bucket}`, turns]);
  return writeWorth(config, store, {
    schema: SCHEMA,
    method: settings.method,
    model: settings.model,
    seeds: [...seeds],
    arms: { ...arms },
    held_out: {
      rows: split.held.length,
      repositories: new Set(split.held.map(({ repo }) => repo)).size,
    },
    dropped: { ...dropped, ...(Object.fromEntries(matched) as Record<string, number>) },
    ...told,
    ...(gym === null ? {} : { gym }),
    ...(notes.length === 0 ? {} : { notes: [...notes] }),
  });
}

// ---------------------------------------------------------------------------------------------

async function writeWorth(config: Config, store: Store, record: Worth): Promise<string[]> {
  const document = await masked(worthDocument(record), config);
  for (const block of document.blocks) {
    if (block.kind === "picture") {
      await writeChanged(store, `${WORTH_FOLDER}/${block.file}`, svgFile(block.chart));
    }
  }
  await writeChanged(store, `${WORTH_FOLDER}/report.html`, htmlOf(document));
  await writeChanged(store, `${WORTH_FOLDER}/report.md`, markdownOf(document));
  await store.write(WORTH, record);
  const words = record.effects.map((effect) => effectWords(effect, record.outcome));
  return [...words, deciderWords(record), `${WORTH_FOLDER}/report.md`];
}
