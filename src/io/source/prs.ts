/** Pull-request rows by instance id. Local sets are indexed by one pass over that single column. */
import type { RawRow, RowAddress, RowSource } from "./types.ts";

export type PullRequestRows = {
  /** Rows of those ids that are there; the first row where an id is there more than once. */
  find(instanceIds: readonly string[]): Promise<ReadonlyMap<string, RawRow>>;
};

export function localPullRequests(source: RowSource): PullRequestRows {
  let index: Promise<Map<string, RowAddress>> | null = null;
  return {
    async find(instanceIds) {
      index ??= indexIds(source);
      const known = await index;
      const wanted = [...new Set(instanceIds)].flatMap((id) => {
        const at = known.get(id);
        return at === undefined ? [] : [{ id, at }];
      });
      const rows = await source.read(wanted.map(({ at }) => at));
      const found = new Map<string, RawRow>();
      for (const [n, read] of rows.entries()) {
        const id = wanted[n]?.id;
        if (id !== undefined && read.ok) found.set(id, read.row);
      }
      return found;
    },
  };
}

// ---------------------------------------------------------------------------------------------

async function indexIds(source: RowSource): Promise<Map<string, RowAddress>> {
  const index = new Map<string, RowAddress>();
  for (const [file, of] of source.files.entries()) {
    if (of.rows === 0) continue;
    for (const [row, id] of (await source.readTexts(file, "instance_id")).entries()) {
      if (id !== null && !index.has(id)) index.set(id, { file, row });
    }
  }
  return index;
}
