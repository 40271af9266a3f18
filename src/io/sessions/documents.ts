/** JSON documents of agents, read whole, one at a time: the last one is kept for who reads it next. */
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { errorMessage } from "../../errors.ts";
import { diskError } from "../store.ts";

export type Document =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

/**
 * The parsed value of a `.json` or `.json.gz` file.
 * @throws UserError when the file cannot be read.
 */
export async function readDocument(path: string): Promise<Document> {
  if (last?.path === path) return last.document;
  const bytes = await readFile(path).catch((error: unknown) => {
    throw diskError(path, "read", error);
  });
  const document = await parse(path, bytes);
  last = { path, document };
  return document;
}

/** A document beside others, where there may be none; null also where it is no JSON. */
export async function readIfThere(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  const document = await parse(path, bytes);
  return document.ok ? document.value : null;
}

// ---------------------------------------------------------------------------------------------

let last: { readonly path: string; readonly document: Document } | null = null;

async function parse(path: string, bytes: Buffer): Promise<Document> {
  try {
    const text = path.endsWith(".gz") ? await promisify(gunzip)(bytes) : bytes;
    return { ok: true, value: JSON.parse(text.toString("utf8").replace(/^\uFEFF/, "")) };
  } catch (error) {
    return { ok: false, why: errorMessage(error) };
  }
}
