/**
 * Runs that agents log as one JSON file each: mini-swe-agent's *.traj.json (1 and 1.1), SWE-agent's
 * .traj, and plain .json files with one row or a list of rows.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { UserError, errorCode, errorMessage } from "../errors.ts";
import { diskError } from "./disk-faults.ts";
import type { OpenFile, OpenOptions } from "./source/types.ts";

/**
 * Opens a run or a list of rows. A run without an instance id takes it from its file name, or from
 * its folder where files are called "trajectory" or the like.
 * @throws UserError for a file that is not JSON, or holds neither an object nor a list of objects;
 *   with `skipBad` it counts as one bad line.
 */
export async function openTraj(path: string, options: OpenOptions): Promise<OpenFile> {
  const read = await rowsOf(path);
  if (!read.ok && !options.skipBad) {
    throw new UserError(
      `${path} is not JSON of a run: ${read.why}`,
      "mend or remove that file, or run again with --skip-bad to count such files and go on",
    );
  }
  const rows = read.ok ? read.rows : [];
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    rows: rows.length,
    groupRows: [],
    columns,
    badLines: read.ok ? 0 : 1,
    rowNumber: (row) => row,
    readTexts: async (column) =>
      rows.map((row) => (typeof row[column] === "string" ? row[column] : null)),
    // Read again rather than kept: a folder of runs is larger than memory.
    read: async (wanted) => {
      const again = await rowsOf(path);
      return wanted.map((row) => ({
        ok: true,
        row: (again.ok ? again.rows[row] : undefined) ?? {},
      }));
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Runs are a few megabytes. */
const MAX_RUN_BYTES = 256 << 20;

type Row = Readonly<Record<string, unknown>>;

async function rowsOf(
  path: string,
): Promise<{ ok: true; rows: readonly Row[] } | { ok: false; why: string }> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw diskError(path, "read", error);
  });
  let value: unknown;
  try {
    const text = (
      path.endsWith(".gz") ? gunzipSync(bytes, { maxOutputLength: MAX_RUN_BYTES }) : bytes
    ).toString("utf8");
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const isBomb = errorCode(error) === "ERR_BUFFER_TOO_LARGE";
    return { ok: false, why: isBomb ? "it unpacks to more than 256 MB" : errorMessage(error) };
  }
  if (Array.isArray(value)) {
    return value.every(isRecord)
      ? { ok: true, rows: value as readonly Row[] }
      : { ok: false, why: "the list holds something else than objects" };
  }
  if (!isRecord(value)) return { ok: false, why: "it is neither an object nor a list of objects" };
  return { ok: true, rows: [runOf(path, value)] };
}

/** SWE-agent keeps what the model saw in `history` (its `trajectory` is a list of steps). */
function runOf(path: string, run: Row): Row {
  const { trajectory: _steps, ...rest } = run;
  const info = isRecord(run["info"]) ? run["info"] : {};
  return {
    ...(Array.isArray(run["history"]) ? rest : run),
    instance_id: run["instance_id"] ?? info["instance_id"] ?? idFromPath(path),
  };
}

const FILE_NAMES = new Set(["trajectory", "traj", "run", "output", "last_mini_run"]);

function idFromPath(path: string): string {
  const stem = basename(path)
    .replace(/\.gz$/, "")
    .replace(/(\.traj)?\.json$|\.traj$/, "");
  return FILE_NAMES.has(stem) ? basename(dirname(path)) : stem;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
