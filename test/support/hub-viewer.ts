/** The viewer's routes of the loopback Hub: /is-valid, /splits, /size, /rows and /filter. */
import type { ServerResponse } from "node:http";
import type { HubDataset } from "./hub.ts";

export type HubViewer = {
  /** The commit whose rows are shown. */
  readonly commit: string;
  readonly config: string;
  readonly split: string;
  readonly rows: number;
  readonly row: (index: number) => Readonly<Record<string, unknown>>;
  /** Columns of a row that are cut short. */
  readonly truncated?: (index: number) => readonly string[];
  /** Only the first part of the set is shown. */
  readonly partial?: boolean;
  /** False: /filter answers that there is no index. */
  readonly filter?: boolean;
  /** What /size says a row takes, in bytes. */
  readonly rowBytes?: number;
};

export function serveViewer(
  datasets: Readonly<Record<string, HubDataset>>,
  url: URL,
  token: string | null,
  response: ServerResponse,
): void {
  const ask = url.searchParams;
  const name = ask.get("dataset") ?? "";
  const dataset = datasets[name];
  const viewer = dataset?.viewer;
  if (dataset === undefined || (dataset.token !== undefined && dataset.token !== token))
    return fail(response, 401, "the dataset does not exist, or is not accessible");
  if (viewer === undefined) return fail(response, 501, "The dataset viewer is disabled");
  const send = (value: unknown): void => {
    response.writeHead(200, { "content-type": "application/json", "x-revision": viewer.commit });
    response.end(JSON.stringify(value));
  };
  const { config, split } = viewer;
  switch (url.pathname.replace("/viewer", "")) {
    case "/is-valid":
      return send({ viewer: true, preview: true, search: true, filter: viewer.filter !== false });
    case "/splits":
      return send({ splits: [{ dataset: name, config, split }], pending: [], failed: [] });
    case "/size":
      return send({
        size: {
          splits: [
            {
              dataset: name,
              config,
              split,
              num_rows: viewer.rows,
              num_bytes_memory: viewer.rows * (viewer.rowBytes ?? 1000),
              num_bytes_parquet_files: viewer.rows * 400,
            },
          ],
        },
        pending: [],
        failed: [],
        partial: viewer.partial ?? false,
      });
    case "/rows":
    case "/filter":
      break;
    default:
      return fail(response, 404, "Not Found");
  }
  if (ask.get("config") !== config || ask.get("split") !== split)
    return fail(response, 404, "The split does not exist");
  const length = Number(ask.get("length") ?? 100);
  const offset = Number(ask.get("offset") ?? 0);
  if (length < 1 || length > 100) return fail(response, 422, "length must be between 1 and 100");
  const isFilter = url.pathname.endsWith("/filter");
  if (isFilter && viewer.filter === false)
    return fail(response, 501, "the split has no index for filtering");
  const matches = isFilter ? matching(viewer, ask.get("where") ?? "") : null;
  const indexes =
    matches ?? Array.from({ length: viewer.rows - offset }, (_, n) => offset + n).slice(0, length);
  const page = matches === null ? indexes : indexes.slice(offset, offset + length);
  send({
    features: [],
    rows: page.map((index) => rowOf(viewer, index)),
    num_rows_total: matches?.length ?? viewer.rows,
    num_rows_per_page: 100,
    partial: viewer.partial ?? false,
  });
}

// ---------------------------------------------------------------------------------------------

function rowOf(viewer: HubViewer, index: number): unknown {
  const cut = viewer.truncated?.(index) ?? [];
  const row = Object.entries(viewer.row(index)).map(([key, value]) => [
    key,
    cut.includes(key) ? JSON.stringify(value).slice(0, 20) : value,
  ]);
  return { row_idx: index, row: Object.fromEntries(row) as unknown, truncated_cells: cut };
}

/** Understands `"column"='text' OR "column"='text' ...`. */
function matching(viewer: HubViewer, where: string): number[] {
  const wanted = new Set(
    [...where.matchAll(/"instance_id"='((?:[^']|'')*)'/g)].map((match) =>
      (match[1] ?? "").replaceAll("''", "'"),
    ),
  );
  return [...Array(viewer.rows).keys()].filter((index) =>
    wanted.has(String(viewer.row(index)["instance_id"])),
  );
}

function fail(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error }));
}
