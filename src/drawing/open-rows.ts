/** Rows of any source that a flag names: local files by path, glob or folder, or a data set of the Hub. */
import type { Config } from "../config.ts";
import { layOut, locate } from "../core/sample/order.ts";
import { parseHubName } from "../io/hub/name.ts";
import { openWholeSet } from "../io/hub/whole.ts";
import { joinSources } from "../io/source/rows.ts";
import type { RawRow, RowSource } from "../io/source/types.ts";
import { openLogs } from "./logs/open.ts";

/**
 * Relative names start at the workspace. `key` says in errors whose the names are.
 * @throws UserError when a name matches nothing, or a file cannot be read or fetched.
 */
export async function openRows(
  config: Pick<Config, "root" | "env" | "source">,
  names: readonly string[],
  key: string,
  skipBad: boolean,
): Promise<RowSource> {
  const sources: RowSource[] = [];
  for (const pattern of names) {
    const hub = parseHubName(pattern, config.root);
    sources.push(
      hub === null
        ? (await openLogs({ root: config.root, pattern, key }, { skipBad, needsRuns: false }))
            .source
        : await openWholeSet(hub, { ...config, key, skipBad }),
    );
  }
  return joinSources(sources);
}

/** Every row in order, a few read at a time. Rows whose cells were cut are left out. */
export async function* allRows(source: RowSource): AsyncGenerator<{ row: RawRow; index: number }> {
  const extents = layOut(source.files);
  const total = extents.at(-1)?.end ?? 0;
  for (let from = 0; from < total; from += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, total - from) }, (_, n) => from + n);
    const read = await source.read(indices.map((index) => locate(extents, index)));
    for (const [n, one] of read.entries()) {
      if (one.ok) yield { row: one.row, index: from + n };
    }
  }
}

/** A sentence when --skip-bad passed over lines. */
export function badLineNotes(source: RowSource): readonly string[] {
  const bad = source.files.reduce((sum, file) => sum + file.badLines, 0);
  return bad === 0 ? [] : [`${bad} lines are not JSON and were left out (--skip-bad)`];
}

// ---------------------------------------------------------------------------------------------

/** Rows read at once. */
const BATCH = 64;
