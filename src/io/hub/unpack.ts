/**
 * Pages unpacked on zlib's threads before the Parquet reader asks for them: it unpacks where it stands,
 * on the one thread that every request and every row waits for.
 */
import { promisify } from "node:util";
import { brotliDecompress, brotliDecompressSync, gunzip, gunzipSync } from "node:zlib";
import { pageHeaders } from "./page-headers.ts";

type Unpacker = {
  readonly soon: (input: Uint8Array, options: ReturnType<typeof chunkFor>) => Promise<Uint8Array>;
  readonly now: (input: Uint8Array, options: ReturnType<typeof chunkFor>) => Uint8Array;
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
    pageHeaders(bytes).map(async ({ packed, size }) => {
      if (packed === null) return;
      const page = await unpacker.soon(packed, chunkFor(size)).catch(() => null);
      if (page !== null) found.set(packed.byteOffset, page);
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

/**
 * A chunk as long as the page: zlib's own 16 kB would be copied together sixty times over. A page that
 * unpacks to more than it said is broken, or made to fill the memory.
 */
const chunkFor = (size: number): { chunkSize: number; maxOutputLength: number } => ({
  chunkSize: Math.min(size + 64, MAX_CHUNK),
  maxOutputLength: size + 64,
});

const MAX_CHUNK = 16 << 20;
