/** Lines and files of strangers that would take all memory. */
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { createGzip, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { rowReader } from "../../src/io/dataset/lines.ts";
import { spans } from "../../src/io/dataset/spans.ts";
import { openJsonl, parseLine, readLines } from "../../src/io/jsonl.ts";
import { LONG_LINE, MAX_LINE_BYTES } from "../../src/io/line-limits.ts";
import { openTraj } from "../../src/io/traj.ts";
import { tempProject } from "../support/project.ts";

const BLOCK = Buffer.alloc(1 << 20, "x");

/** A good line, one of so many megabytes, and a good one. */
async function longFile(megabytes: number, packed: boolean): Promise<string> {
  const path = join(tempProject(), packed ? "a.jsonl.gz" : "a.jsonl");
  const file = createWriteStream(path);
  const sink = packed ? createGzip({ level: 1 }) : file;
  if (packed) sink.pipe(file);
  const write = async (bytes: Buffer | string): Promise<void> => {
    if (!sink.write(bytes)) await once(sink, "drain");
  };
  await write('{"a": 1}\n{"text": "');
  // Not all alike: it is the line that is too long here, not what it unpacks to.
  for (let n = 0; n < megabytes; n++) {
    if (packed)
      for (let at = 0; at < BLOCK.length; at += 64)
        BLOCK.writeUInt32LE((at * 2654435761) >>> 0, at);
    await write(
      BLOCK.map((byte) => (byte < 32 || byte === 34 || byte === 92 ? 65 : byte)) as Buffer,
    );
  }
  await write('"}\n{"b": 2}\n');
  sink.end();
  await once(file, "close");
  return path;
}

test.each([false, true])(
  "a line over the limit is passed over and named, the others are read (packed: %s)",
  async (packed) => {
    const path = await longFile((MAX_LINE_BYTES >> 20) + 8, packed);
    const seen: (string | null)[] = [];
    for await (const { number, bytes } of readLines(path)) {
      const line = parseLine(bytes);
      seen[number - 1] = line.ok ? JSON.stringify(line.value) : line.why;
    }
    expect(seen).toEqual(['{"a":1}', "it is longer than 64 MB", '{"b":2}']);
    await expect(openJsonl(path, { skipBad: false })).rejects.toThrow(
      /a\.jsonl(?:\.gz)? line 2 is not JSON: it is longer than 64 MB/,
    );
    expect(await openJsonl(path, { skipBad: true })).toMatchObject({ rows: 2, badLines: 1 });
    const reader = rowReader(true);
    const rows: unknown[] = [];
    for await (const batch of reader.rows(path)) for (const { row } of batch) rows.push(row);
    expect(rows).toEqual([{ a: 1 }, { b: 2 }]);
    expect(reader.badLines).toBe(1);
  },
  120_000,
);

test("a line over the limit at the end of a file, without a line feed, is one line", () => {
  const path = join(tempProject({}), "a.jsonl");
  writeFileSync(path, Buffer.concat([Buffer.from("{}\n"), Buffer.alloc(MAX_LINE_BYTES + 9, "x")]));
  const found = [...spans(path)].map(({ number, bytes }) => [number, bytes === LONG_LINE]);
  expect(found).toEqual([
    [1, false],
    [2, true],
  ]);
}, 60_000);

test("a file that unpacks to hundreds of times its size is refused while it is read", async () => {
  const path = join(tempProject(), "bomb.jsonl.gz");
  writeFileSync(path, gzipSync(Buffer.alloc(200 << 20, "x"), { level: 9 }));
  const read = async (): Promise<void> => {
    for await (const line of readLines(path)) expect(line.bytes).toBe(LONG_LINE);
  };
  await expect(read()).rejects.toMatchObject({
    message: expect.stringMatching(
      /bomb\.jsonl\.gz unpacks to more than 250 times its size: \d+ MB from 0\.2 MB so far/,
    ) as string,
    hint: expect.stringContaining("unpack it by hand") as string,
  });
}, 60_000);

test("a packed run that unpacks to far too much is a bad file with its name", async () => {
  const path = join(tempProject(), "run.traj.json.gz");
  writeFileSync(path, gzipSync(Buffer.alloc(300 << 20, " "), { level: 1 }));
  await expect(openTraj(path, { skipBad: false })).rejects.toThrow(
    /run\.traj\.json\.gz is not JSON of a run: it unpacks to more than 256 MB/,
  );
}, 60_000);
