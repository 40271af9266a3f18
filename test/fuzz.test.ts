/** The short form of `npm run fuzz`: the same readers, fewer inputs. */
import { expect, test } from "vitest";
import { fuzz } from "./support/fuzz/fuzz.ts";
import { FUZZ_READERS } from "./support/fuzz/readers.ts";

test.each(FUZZ_READERS.map((reader) => [reader.name, reader] as const))(
  "whatever bytes %s are, the reader reads them or says what is wrong",
  async (_name, reader) => {
    const found = await fuzz(reader, 250, 1);
    expect(found.crashes).toEqual([]);
    expect(found.read + found.refused).toBe(found.inputs);
    expect(found.refused + found.read).toBeGreaterThan(0);
  },
  120_000,
);
