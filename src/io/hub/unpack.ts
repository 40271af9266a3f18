/**
 * Pages unpacked on zlib's threads before the Parquet reader asks for them: it unpacks where it stands,
 * on the one thread that every request and every row waits for.
 */
import { promisify } from "node:util";
import { brotliDecompress, brotliDecompressSync, gunzip, gunzipSync } from "node:zlib";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";

type Unpacker = {
  readonly soon: (input: Uint8Array, options: { chunkSize: number }) => Promise<Uint8Array>;
  readonly now: (input: Uint8Array, options: { chunkSize: number }) => Uint8Array;
};

const UNPACKERS: Readonly<Record<string, Unpacker>> = {
  GZIP: { soon: promisify(gunzip), now: gunzipSync },
  BROTLI: { soon: promisify(brotliDecompress), now: brotliDecompressSync },
};

/** By buffer and offset of what is packed; gone with the buffer. */
const unpacked = new WeakMap<ArrayBufferLike, Map<number, Uint8Array>>();

/**
 * Unpacks the pages that `bytes`, a run of whole pages, holds. Nothing happens for a codec without
 * threads. What cannot be unpacked is left for `unpack`, which says why.
 */
export async function unpackAhead(bytes: Uint8Array, codec: string): Promise<void> {
  const unpacker = UNPACKERS[codec];
  if (unpacker === undefined) return;
  const found = new Map<number, Uint8Array>();
  await Promise.all(
    packedBodies(bytes).map(async ({ body, size }) => {
      const page = await unpacker.soon(body, chunkFor(size)).catch(() => null);
      if (page !== null) found.set(body.byteOffset, page);
    }),
  );
  unpacked.set(bytes.buffer, found);
}

/** For the Parquet reader: what was unpacked ahead, or else unpacks it. */
export function unpack(codec: "GZIP" | "BROTLI", input: Uint8Array, size: number): Uint8Array {
  const ahead = unpacked.get(input.buffer)?.get(input.byteOffset);
  return ahead ?? UNPACKERS[codec]?.now(input, chunkFor(size)) ?? input;
}

// ---------------------------------------------------------------------------------------------

/** A chunk as long as the page: zlib's own 16 kB would be copied together sixty times over. */
const chunkFor = (size: number): { chunkSize: number } => ({ chunkSize: size + 64 });

/** The packed part of every page. Version 2 pages begin with levels that are never packed. */
function packedBodies(bytes: Uint8Array): { body: Uint8Array; size: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: 0 };
  const bodies: { body: Uint8Array; size: number }[] = [];
  try {
    while (reader.offset < bytes.length - 1) {
      const header = deserializeTCompactProtocol(reader);
      const { field_2: size, field_3: packed, field_8: v2 } = header;
      const levels = v2 === undefined ? 0 : v2.field_5 + v2.field_6;
      const body = bytes.subarray(reader.offset + levels, reader.offset + packed);
      if (v2?.field_7 !== false) bodies.push({ body, size: size - levels });
      reader.offset += packed;
    }
  } catch {
    // No page header: the Parquet reader comes to the same place, and names file and rows.
  }
  return bodies;
}
