/**
 * The Hub's viewer API: single rows and filters for the price of one request each. It shows one commit,
 * may show a part of a set only, and cuts long cells; each of that is told to the caller.
 */
import { UserError } from "../../errors.ts";
import type { RawRow, ReadRow } from "../source/types.ts";
import type { HubClient, JsonReply } from "./http.ts";
import { rowAsText } from "./json-cells.ts";

export type ViewerSpec = {
  /** "https://datasets-server.huggingface.co" */
  readonly url: string;
  readonly dataset: string;
  readonly config: string;
  readonly split: string;
  readonly commit: string;
  /** Rows that the files have; the viewer has to show as many. */
  readonly rows: number;
};

export type Viewer = {
  /** Bytes of a row in memory, on average; about what a request for it brings. */
  readonly rowBytes: number;
  readonly canFilter: boolean;
  /** `length` neighbouring rows, 1 to 100. */
  rows(offset: number, length: number): Promise<readonly ReadRow[]>;
  /** Rows by instance id; null: it cannot say. An id that has a row with a cut cell is in `cut`. */
  filter(instanceIds: readonly string[]): Promise<Filtered | null>;
};

export type Filtered = { readonly rows: readonly RawRow[]; readonly cut: readonly string[] };

export type ViewerState =
  | { readonly ok: true; readonly viewer: Viewer }
  /** Why the viewer cannot be used for this set. */
  | { readonly ok: false; readonly why: string };

/** Ids a /filter request asks for: with 100 bytes an id the address stays under 4 kB. */
export const FILTER_IDS = 20;

/** Asks, with `probe`, whether the viewer shows the whole split at that commit; reads with `client`. */
export async function openViewer(
  probe: HubClient,
  client: HubClient,
  spec: ViewerSpec,
): Promise<ViewerState> {
  const dataset = encodeURIComponent(spec.dataset);
  const valid = await probe.json(`${spec.url}/is-valid?dataset=${dataset}`);
  if (!isRecord(valid.value) || valid.value["viewer"] !== true)
    return no(`it is switched off for the set${said(valid)}`);
  const size = await probe.json(`${spec.url}/size?dataset=${dataset}`);
  const split = splitOf(size.value, spec);
  if (split === null) return no(`it does not show ${spec.config}/${spec.split}${said(size)}`);
  if (isRecord(size.value) && size.value["partial"] === true)
    return no("it shows a part of the set only");
  if (split.rows !== spec.rows)
    return no(`it shows ${split.rows} rows, the files have ${spec.rows}`);
  const revision = size.headers.get("x-revision");
  if (revision !== null && revision !== spec.commit) return no(`it shows the commit ${revision}`);
  return {
    ok: true,
    viewer: {
      rowBytes: split.rowBytes,
      canFilter: valid.value["filter"] === true,
      rows: (offset, length) => readRows(client, spec, offset, length),
      filter: (ids) => filter(client, spec, ids),
    },
  };
}

// ---------------------------------------------------------------------------------------------

const no = (why: string): ViewerState => ({ ok: false, why });

function splitOf(value: unknown, spec: ViewerSpec): { rows: number; rowBytes: number } | null {
  const size = isRecord(value) && isRecord(value["size"]) ? value["size"] : {};
  const splits = Array.isArray(size["splits"]) ? size["splits"].filter(isRecord) : [];
  const split = splits.find((one) => one["config"] === spec.config && one["split"] === spec.split);
  const rows = split?.["num_rows"];
  if (split === undefined || typeof rows !== "number") return null;
  const bytes = split["num_bytes_memory"];
  return { rows, rowBytes: typeof bytes === "number" && rows > 0 ? bytes / rows : 50_000 };
}

async function readRows(
  client: HubClient,
  spec: ViewerSpec,
  offset: number,
  length: number,
): Promise<ReadRow[]> {
  const reply = await ask(client, spec, "rows", {
    offset: String(offset),
    length: String(length),
  });
  const rows = shownRows(spec, reply);
  if (rows === null) {
    throw new UserError(
      `the viewer no longer shows rows of ${spec.dataset} at commit ${spec.commit}${said(reply)}`,
      'run the stage again with [source].read = "pages" or "groups" in chain.toml: it goes on where it was',
    );
  }
  const byIndex = new Map(rows.map((row) => [row.index, row]));
  return Array.from({ length }, (_, n) => {
    const row = byIndex.get(offset + n);
    return row === undefined || row.isCut
      ? { ok: false, reason: "truncated_cell" }
      : { ok: true, row: row.row };
  });
}

async function filter(
  client: HubClient,
  spec: ViewerSpec,
  instanceIds: readonly string[],
): Promise<Filtered | null> {
  const where = instanceIds.map((id) => `"instance_id"='${id.replaceAll("'", "''")}'`).join(" OR ");
  const reply = await ask(client, spec, "filter", { where, offset: "0", length: "100" });
  const rows = shownRows(spec, reply);
  if (rows === null) return null;
  return {
    rows: rows.filter((row) => !row.isCut).map((row) => row.row),
    cut: rows.filter((row) => row.isCut).map((row) => String(row.row["instance_id"])),
  };
}

type Shown = { readonly index: number; readonly row: RawRow; readonly isCut: boolean };

function ask(
  client: HubClient,
  spec: ViewerSpec,
  route: "rows" | "filter",
  parameters: Readonly<Record<string, string>>,
): Promise<JsonReply> {
  const { dataset, config, split } = spec;
  const query = new URLSearchParams({ dataset, config, split, ...parameters });
  return client.json(`${spec.url}/${route}?${query.toString()}`);
}

/** null: the reply holds no rows, or those of another commit. */
function shownRows(spec: ViewerSpec, { status, value, headers }: JsonReply): Shown[] | null {
  const revision = headers.get("x-revision");
  if (status >= 400 || (revision !== null && revision !== spec.commit)) return null;
  if (!isRecord(value) || !Array.isArray(value["rows"])) return null;
  return value["rows"].filter(isRecord).flatMap((shown) => {
    const cut = shown["truncated_cells"];
    return isRecord(shown["row"]) && typeof shown["row_idx"] === "number"
      ? [
          {
            index: shown["row_idx"],
            row: rowAsText(shown["row"], value["features"]),
            isCut: Array.isArray(cut) && cut.length > 0,
          },
        ]
      : [];
  });
}

function said(reply: JsonReply): string {
  const error = isRecord(reply.value) ? reply.value["error"] : null;
  return reply.status < 400
    ? ""
    : ` (HTTP ${reply.status}${typeof error === "string" ? `: ${error}` : ""})`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
