/** The headers of the pages that a run of bytes holds, for what has to be known before they are decoded. */
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";

export type PageHeader = {
  /** Its values are numbers of the chunk's dictionary. */
  readonly usesDictionary: boolean;
  /** The packed part; null: nothing of it is packed. */
  readonly packed: Uint8Array | null;
  /** Bytes of the packed part when it is unpacked. */
  readonly size: number;
};

/** `bytes`: a run of whole pages. What comes after bytes that are no header is left out. */
export function pageHeaders(bytes: Uint8Array): PageHeader[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: 0 };
  const headers: PageHeader[] = [];
  try {
    while (reader.offset < bytes.length - 1) {
      const header = deserializeTCompactProtocol(reader);
      const { field_2: size, field_3: stored, field_5: v1, field_8: v2 } = header;
      // Version 2 pages begin with levels that are never packed.
      const levels = v2 === undefined ? 0 : v2.field_5 + v2.field_6;
      const body = bytes.subarray(reader.offset + levels, reader.offset + stored);
      headers.push({
        usesDictionary: DICTIONARY_ENCODINGS.has(v2?.field_4 ?? v1?.field_2),
        packed: v2?.field_7 === false ? null : body,
        size: size - levels,
      });
      reader.offset += stored;
    }
  } catch {
    // No page header: the Parquet reader comes to the same place, and names file and rows.
  }
  return headers;
}

// ---------------------------------------------------------------------------------------------

/** PLAIN_DICTIONARY and RLE_DICTIONARY. */
const DICTIONARY_ENCODINGS: ReadonlySet<unknown> = new Set([2, 8]);
