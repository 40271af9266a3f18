/** The files of a finished set: those that dataset_stats.json lists, whole and readable. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError, errorCode, errorMessage } from "../../errors.ts";
import { readLines } from "../jsonl.ts";
import { literal } from "../sql.ts";
import { openDuckDb } from "./duckdb.ts";
import { CARD_FILE, STATS_FILE } from "./folder.ts";

export type SetFile = {
  /** Relative to the set's folder. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
};

export type TextLine = { readonly line: number; readonly text: string };

/**
 * Files of the set, card and statistics last. Others in the folder are not part of it.
 * @throws UserError when the folder holds no whole set, or a data file was cut or edited into no JSON.
 */
export async function setFiles(
  folder: string,
  checkOf: (name: string, says: unknown) => LineChecks,
): Promise<{
  readonly files: SetFile[];
  /** dataset_stats.json. */
  readonly says: unknown;
  /** README.md; "" where the set lists none. */
  readonly card: string;
}> {
  const { listed, says } = await listedFiles(folder);
  const files: SetFile[] = [];
  for (const { name, rows } of [...listed, { name: STATS_FILE, rows: 0 }]) {
    const path = join(folder, name);
    const found = await stat(path).catch((error: unknown) => {
      if (errorCode(error) === "ENOENT") return null;
      throw error;
    });
    if (found === null) {
      throw broken(folder, `${name} is missing`);
    }
    if (name.endsWith(".jsonl")) {
      const isData = name !== SKIPPED;
      await checkLines({ folder, name, rows }, isData ? checkOf(name, says) : null);
    }
    files.push({ name, path, bytes: found.size });
  }
  const card = files.find(({ name }) => name === CARD_FILE);
  return { files, says, card: card === undefined ? "" : await readFile(card.path, "utf8") };
}

/** What a loader would say of the rows of a file. */
export type LineChecks = {
  row(row: Readonly<Record<string, unknown>>): string | null;
  end(): string | null;
};

/** True for a folder that holds a whole set. */
export async function hasSet(folder: string): Promise<boolean> {
  return stat(join(folder, STATS_FILE)).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return false;
      throw error;
    },
  );
}

/** All texts of a file, in batches of about 100 kB, with their lines (rows of Parquet). */
export async function* scanTexts(file: SetFile): AsyncGenerator<readonly TextLine[]> {
  let batch: TextLine[] = [];
  let chars = 0;
  for await (const line of file.name.endsWith(".parquet")
    ? parquetRows(file.path)
    : lines(file.path)) {
    batch.push(line);
    chars += line.text.length;
    if (chars < BATCH_CHARS) continue;
    yield batch;
    batch = [];
    chars = 0;
  }
  if (batch.length > 0) yield batch;
}

// ---------------------------------------------------------------------------------------------

const BATCH_CHARS = 100_000;

/** Lines about rows that were left out: they are no rows. */
const SKIPPED = "skipped.jsonl";

async function listedFiles(
  folder: string,
): Promise<{ listed: { name: string; rows: number }[]; says: unknown }> {
  let text: string;
  try {
    text = await readFile(join(folder, STATS_FILE), "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR") throw error;
    throw new UserError(
      `publish: ${folder} holds no finished set: there is no ${STATS_FILE}`,
      "build one first, for example npm run stage:export; then name its folder: dataset/export",
    );
  }
  let says: { files?: unknown };
  try {
    says = Object(JSON.parse(text)) as { files?: unknown };
  } catch (error) {
    throw broken(folder, `${STATS_FILE} is not JSON: ${errorMessage(error)}`);
  }
  const { files } = says;
  if (!Array.isArray(files)) throw broken(folder, `${STATS_FILE} lists no files`);
  const listed = (files as unknown[]).map((file) => {
    const { name, rows } = Object(file) as { name?: unknown; rows?: unknown };
    if (typeof name !== "string" || name.startsWith("/") || name.split("/").includes("..")) {
      throw broken(folder, `${STATS_FILE} lists ${JSON.stringify(name) ?? "a nameless file"}`);
    }
    return { name, rows: typeof rows === "number" ? rows : 0 };
  });
  return { listed, says };
}

async function checkLines(
  { folder, name, rows }: { folder: string; name: string; rows: number },
  check: LineChecks | null,
): Promise<void> {
  let count = 0;
  for await (const { number, bytes } of readLines(join(folder, name))) {
    count++;
    let row: unknown;
    try {
      row = JSON.parse(bytes.toString("utf8"));
    } catch (error) {
      throw broken(folder, `${name} line ${number} is not JSON: ${errorMessage(error)}`);
    }
    const fault = check?.row(Object(row) as Record<string, unknown>) ?? null;
    if (fault !== null) throw refused(`${name} line ${number}: ${fault}`);
  }
  if (count !== rows) throw broken(folder, `${name} has ${count} rows, ${STATS_FILE} says ${rows}`);
  const fault = check?.end() ?? null;
  if (fault !== null) throw refused(`${name}: ${fault}`);
}

function refused(why: string): UserError {
  return new UserError(
    `publish: loaders would refuse this set: ${why}`,
    "build it again with --force, and leave its files as they are",
  );
}

function broken(folder: string, why: string): UserError {
  return new UserError(
    `publish: ${folder} is not a whole set: ${why}`,
    "build it again with --force, and leave its files as they are",
  );
}

/** Of JSON Lines the texts themselves: written as "\\nhf_..." a key has a letter before it. */
async function* lines(path: string): AsyncGenerator<TextLine> {
  for await (const { number, bytes } of readLines(path)) {
    const text = bytes.toString("utf8");
    yield { line: number, text: path.endsWith(".jsonl") ? jsonTexts(text) : text };
  }
}

function jsonTexts(text: string): string {
  const texts: string[] = [];
  JSON.parse(text, (key, value: unknown) => {
    if (key !== "" && !/^\d+$/.test(key)) texts.push(key);
    if (typeof value === "string") texts.push(value);
    return value;
  });
  return texts.join("\n");
}

/** Each row as JSON text. */
async function* parquetRows(path: string): AsyncGenerator<TextLine> {
  const { connection, close } = await openDuckDb("512MB");
  try {
    const result = await connection.stream(
      `SELECT to_json(t)::VARCHAR AS line FROM read_parquet(${literal(path)}) t`,
    );
    let line = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      for (const value of chunk.getColumnValues(0)) {
        line++;
        if (typeof value === "string") yield { line, text: jsonTexts(value) };
      }
    }
  } finally {
    close();
  }
}
