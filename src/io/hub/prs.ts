/**
 * Pull-request rows of a Hub set by instance id, without reading the set: the viewer's /filter where it
 * answers; else the row groups whose statistics allow the id, their id column scanned once and kept on
 * disk by commit; then only the rows needed.
 */
import { join } from "node:path";
import { inParallel } from "../in-parallel.ts";
import { openLineCache, type LineCache } from "../line-cache.ts";
import type { PullRequestRows } from "../source/prs.ts";
import type { RawRow, RowAddress, RowSource } from "../source/types.ts";
import type { HubSet } from "./set.ts";
import { FILTER_IDS } from "./viewer.ts";

const ID = "instance_id";

export type HubPullRequests = PullRequestRows & {
  /** The rows that were found are no longer wanted. */
  release(): Promise<void>;
};

/** `source`: the set, read the way that was planned for single rows. */
export async function hubPullRequests(set: HubSet, source: RowSource): Promise<HubPullRequests> {
  const found = await openLineCache(join(set.cacheDir, `pull-requests-${set.selection}.jsonl`));
  const index = createIdIndex(set);
  return {
    async find(instanceIds) {
      const ids = [...new Set(instanceIds)];
      const missing = ids.filter((id) => !found.has(id));
      const rest = await filtered(set, missing, found);
      const places = await index(rest);
      const known = rest.flatMap((id) => {
        const at = places.get(id);
        return at === undefined ? [] : [{ id, at }];
      });
      const rows = await source.read(known.map(({ at }) => at));
      await found.put(
        known.flatMap(({ id }, n) => {
          const row = rows[n];
          return row?.ok === true ? [[id, row.row] as const] : [];
        }),
      );
      const answer = new Map<string, RawRow>();
      for (const id of ids) {
        const row = await found.get(id);
        if (row !== null) answer.set(id, row as RawRow);
      }
      return answer;
    },
    release: () => found.remove(),
  };
}

// ---------------------------------------------------------------------------------------------

/** Asks the viewer's filter and files what it shows; gives back the ids that it could not settle. */
async function filtered(
  set: HubSet,
  ids: readonly string[],
  found: LineCache,
): Promise<readonly string[]> {
  if (!set.viewer.ok || !set.viewer.viewer.canFilter) return ids;
  const { viewer } = set.viewer;
  const batches = Array.from({ length: Math.ceil(ids.length / FILTER_IDS) }, (_, n) =>
    ids.slice(n * FILTER_IDS, (n + 1) * FILTER_IDS),
  );
  const open: string[] = [];
  await inParallel(batches, 4, async (batch) => {
    const reply = await viewer.filter(batch);
    if (reply === null) {
      open.push(...batch);
      return;
    }
    const rows = new Map<string, RawRow>();
    for (const row of reply.rows) {
      const id = String(row[ID]);
      if (!rows.has(id)) rows.set(id, row);
    }
    open.push(...batch.filter((id) => !rows.has(id) && reply.cut.includes(id)));
    // An id that the whole set does not have is settled as well: null.
    await found.put(
      batch
        .filter((id) => rows.has(id) || !reply.cut.includes(id))
        .map((id) => [id, rows.get(id) ?? null] as const),
    );
  });
  return open;
}

/** Where ids are. The groups that were scanned are kept on disk; the others are never read. */
function createIdIndex(
  set: HubSet,
): (ids: readonly string[]) => Promise<ReadonlyMap<string, RowAddress>> {
  const places = new Map<string, RowAddress>();
  const scanned = new Set<string>();
  let opened: Promise<LineCache> | null = null;

  const scan = async (file: number, group: number, cache: LineCache): Promise<void> => {
    const key = `${file}/${group}`;
    if (scanned.has(key)) return;
    scanned.add(key);
    const kept = await cache.get(key);
    const ids = (kept ?? (await set.readGroupTexts(file, group, ID))) as (string | null)[];
    if (kept === null) await cache.put([[key, ids]]);
    const first = set.groupStart(file, group);
    for (const [n, id] of ids.entries()) {
      const known = id === null ? undefined : places.get(id);
      const at = { file, row: first + n };
      if (id !== null && (known === undefined || isBefore(at, known))) places.set(id, at);
    }
  };

  return async (ids) => {
    if (ids.length === 0) return places;
    opened ??= openLineCache(join(set.cacheDir, `instance-ids-${set.selection}.jsonl`));
    const cache = await opened;
    const groups = set.groupsWith(ID, ids).filter(([f, g]) => !scanned.has(`${f}/${g}`));
    await inParallel(groups, 32, ([file, group]) => scan(file, group, cache));
    return places;
  };
}

function isBefore(a: RowAddress, b: RowAddress): boolean {
  return a.file < b.file || (a.file === b.file && a.row < b.row);
}
