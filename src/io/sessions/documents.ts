/** JSON documents of agents, read whole, one at a time: the last one is kept for who reads it next. */
import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { errorCode } from "../../errors.ts";
import { MAX_DOCUMENT_BYTES } from "../line-limits.ts";
import { diskError } from "../store.ts";
import { streamJson } from "./json-stream.ts";

export type Document =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: "no_json" | "too_large" };

/**
 * The parsed value of a `.json` or `.json.gz` file.
 * @throws UserError when the file cannot be read.
 */
export async function readDocument(path: string): Promise<Document> {
  if (last?.path === path) return last.document;
  // The one before need not lie beside this one.
  last = null;
  const document = await parse(path);
  last = { path, document };
  return document;
}

/** A document beside others, where there may be none; null also where it is no JSON. */
export async function readIfThere(path: string): Promise<unknown> {
  const document = await parse(path).catch(() => null);
  if (document === null) return null;
  return document.ok ? document.value : null;
}

/** True for a file that is not read whole. */
export async function isTooLarge(path: string): Promise<boolean> {
  return (await stat(path)).size > MAX_DOCUMENT_BYTES;
}

// ---------------------------------------------------------------------------------------------

let last: { readonly path: string; readonly document: Document } | null = null;

/** Neither a file nor what it unpacks to takes more memory than the limit lets it. */
async function parse(path: string): Promise<Document> {
  const isPacked = path.endsWith(".gz");
  try {
    const { size } = await stat(path);
    if (size > MAX_DOCUMENT_BYTES) return { ok: false, why: "too_large" };
    if (size > (isPacked ? LARGE_PACKED_BYTES : LARGE_BYTES)) {
      return await streamJson(path, MAX_DOCUMENT_BYTES);
    }
    const bytes = await readFile(path);
    const text = isPacked
      ? await unpack(bytes, { maxOutputLength: MAX_DOCUMENT_BYTES }).catch(unpackFault)
      : bytes;
    return typeof text === "string" ? { ok: false, why: text } : parsed(text);
  } catch (error) {
    throw diskError(path, "read", error);
  }
}

/** From here on memory counts more than time. */
const LARGE_BYTES = 16 << 20;
const LARGE_PACKED_BYTES = 2 << 20;

const unpack = promisify(gunzip);

function unpackFault(error: unknown): "no_json" | "too_large" {
  return errorCode(error) === "ERR_BUFFER_TOO_LARGE" ? "too_large" : "no_json";
}

function parsed(text: Buffer): Document {
  try {
    return { ok: true, value: JSON.parse(text.toString("utf8").replace(/^\uFEFF/, "")) };
  } catch {
    return { ok: false, why: "no_json" };
  }
}
