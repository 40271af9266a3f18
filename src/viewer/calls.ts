/** The model calls of one turn: what the ledger says of each, and the requests where an engine kept them. */
import { parseLine, readLines } from "../io/jsonl.ts";
import { mapPath, numbersIn, readMap, requestsPath } from "../io/batch/maps.ts";
import type { Store } from "../io/store.ts";
import { ledgerLineSchema, type LedgerLine } from "../records/ledger.ts";

export type Calls = {
  /** Calls that ended, in their order. */
  readonly ended: readonly LedgerLine[];
  /** Calls whose outcome was never written. */
  readonly open: number;
  /** The lines of request files that are about the turn; [] where the engine keeps none. */
  readonly requests: readonly KeptRequest[];
};

export type KeptRequest = {
  /** "king/a.json/1". */
  readonly key: string;
  readonly stage: string;
  readonly file: string;
  readonly text: string;
};

/** @param file an answer file's name */
export async function readCalls(store: Store, file: string): Promise<Calls> {
  const lines = await ledgerLines(store, file);
  const ended = lines.filter(({ event }) => event === "outcome");
  const done = new Set(ended.map(({ id }) => id));
  const open = new Set(lines.map(({ id }) => id).filter((id) => !done.has(id))).size;
  const requests: KeptRequest[] = [];
  for (const stage of STAGES) requests.push(...(await requestsOf(store, stage, file)));
  return { ended, open, requests };
}

// ---------------------------------------------------------------------------------------------

const STAGES = ["king", "challenger", "validate"] as const;

const LEDGER = "report/ledger.jsonl";

/** Lines that do not name the file are not parsed: a ledger has some hundred thousand. */
async function ledgerLines(store: Store, file: string): Promise<LedgerLine[]> {
  if (!(await store.has(LEDGER))) return [];
  const found: LedgerLine[] = [];
  const wanted = Buffer.from(JSON.stringify(`/${file}/`).slice(1, -1));
  for await (const { bytes } of readLines(store.path(LEDGER))) {
    if (!bytes.includes(wanted)) continue;
    const line = parseLine(bytes);
    const parsed = ledgerLineSchema.safeParse(line.ok ? line.value : null);
    if (parsed.success) found.push(parsed.data);
  }
  return found;
}

async function requestsOf(
  store: Store,
  stage: (typeof STAGES)[number],
  file: string,
): Promise<KeptRequest[]> {
  const found: KeptRequest[] = [];
  for (const n of await numbersIn(store, stage)) {
    const map = (await store.has(mapPath(stage, n))) ? await readMap(store, stage, n) : null;
    const keys = new Map(
      (map?.entries ?? [])
        .filter(({ key }) => key.includes(`/${file}/`))
        .map(({ key, custom_id }) => [custom_id, key]),
    );
    const path = requestsPath(stage, n);
    if (keys.size === 0 || !(await store.has(path))) continue;
    for await (const { bytes } of readLines(store.path(path))) {
      const line = parseLine(bytes);
      const key = line.ok ? keys.get(String(line.value["custom_id"])) : undefined;
      if (!line.ok || key === undefined) continue;
      const text = JSON.stringify(line.value["body"] ?? line.value, null, 2);
      found.push({ key, stage, file: path, text });
    }
  }
  return found;
}
