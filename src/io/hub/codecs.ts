/** Decompressors for Parquet pages: zlib's own where it has one, pure JavaScript for the others. */
import type { FileMetaData } from "hyparquet";
import { compressors, type CompressionCodec, type Compressors } from "hyparquet-compressors";
import { UserError } from "../../errors.ts";
import { unpack } from "./unpack.ts";

/** SNAPPY is hyparquet's own. */
export const CODECS: Compressors = {
  ...compressors,
  GZIP: (input, size) => unpack("GZIP", input, size),
  BROTLI: (input, size) => unpack("BROTLI", input, size),
};

/** @throws UserError for a file with a codec that nothing here can unpack. */
export function checkCodecs(path: string, metadata: FileMetaData): void {
  for (const group of metadata.row_groups) {
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined || isKnown(chunk.codec)) continue;
      throw new UserError(
        `${path}: the codec ${chunk.codec} of column ${chunk.path_in_schema.join(".")} is not supported`,
        `supported are ${[...SUPPORTED].join(", ")}; convert the file, or name other files`,
      );
    }
  }
}

// ---------------------------------------------------------------------------------------------

const SUPPORTED: ReadonlySet<string> = new Set([
  "UNCOMPRESSED",
  "SNAPPY",
  "GZIP",
  "BROTLI",
  "LZ4",
  "LZ4_RAW",
  "ZSTD",
] satisfies CompressionCodec[]);

const isKnown = (codec: string): boolean => SUPPORTED.has(codec);
