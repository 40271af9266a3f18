/** evaluation/worth/: worth.json, and the same as pages. */
import type { Config } from "../config.ts";
import { masked } from "../core/exit/masker.ts";
import { svgFile } from "../core/report/charts/svg.ts";
import { htmlOf } from "../core/report/html.ts";
import { markdownOf } from "../core/report/markdown.ts";
import { deciderWords, effectWords, worthDocument } from "../core/worth/story.ts";
import type { Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { WORTH, WORTH_FOLDER, type Worth } from "../records/worth.ts";

/** What it says, in lines. */
export async function writeWorth(config: Config, store: Store, record: Worth): Promise<string[]> {
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
