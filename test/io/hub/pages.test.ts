import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import type { SchemaElement } from "hyparquet";
import { ParquetWriter, fileWriter } from "hyparquet-writer";
import pLimit from "p-limit";
import { expect, test } from "vitest";
import { checkCodecs } from "../../../src/io/hub/codecs.ts";
import { createDictionaries, type Dictionaries } from "../../../src/io/hub/dictionaries.ts";
import { groupFacts, readTail, type RemoteFile, type Tail } from "../../../src/io/hub/footers.ts";
import { readByGroup } from "../../../src/io/hub/groups.ts";
import { hubClient, type HubClient } from "../../../src/io/hub/http.ts";
import { leafValue, mergeRows } from "../../../src/io/hub/leaves.ts";
import { createSmallLeaves, readByPage } from "../../../src/io/hub/pages.ts";
import { resolveUrl } from "../../../src/io/hub/repo.ts";
import { packTexts } from "../../../src/io/hub/texts.ts";
import { testHub, type Hub } from "../../support/hub.ts";
import { rolloutRow } from "../../support/hub-sets.ts";
import { writeGrouped, writePaged, type PagedOptions } from "../../support/parquet.ts";
import { tempProject } from "../../support/project.ts";

type Remote = { hub: Hub; client: HubClient; file: RemoteFile; tail: Tail; folder: string };

async function serve(local: string, folder: string): Promise<Remote> {
  const bytes = readFileSync(local);
  const hub = await testHub({
    "o/d": { refs: { main: "c" }, commits: { c: { "a.parquet": bytes } } },
  });
  const client = hubClient({ endpoint: hub.url, token: null });
  const url = resolveUrl(hub.url, "o/d", "c", "a.parquet");
  const file = { path: "a.parquet", url, size: bytes.length };
  return { hub, client, file, tail: await readTail(client, file, folder), folder };
}

async function paged(rows: number, options: PagedOptions): Promise<Remote> {
  const folder = tempProject();
  const local = join(folder, "a.parquet");
  await writePaged(local, rows, (n) => rolloutRow(n), options);
  return serve(local, folder);
}

const COLUMNS = ["instance_id", "repo", "messages", "exit_status"];

test.each([
  ["SNAPPY", 100, 4096],
  ["GZIP", 150, 1 << 20],
  ["UNCOMPRESSED", 1000, 2048],
] as const)(
  "rows come back as written: %s, groups of %i rows, pages of %i bytes",
  async (codec, groupRows, pageBytes) => {
    const { client, file, tail } = await paged(400, { codec, groupRows, pageBytes });
    const rows = [0, 1, 2, 99, 100, 399, 250];
    const decoded = createSmallLeaves();
    const read = await readByPage(file, tail, rows, COLUMNS, {
      client,
      decoded,
      dictionaries: createDictionaries(),
      columns: COLUMNS,
      limit: pLimit(4),
    });
    expect(read).toEqual(rows.map((n) => ({ ok: true, row: rolloutRow(n) })));
  },
);

// test/fixtures/parquet/zstd-pages.parquet: rolloutRow(0..329) as pyarrow 25 writes them with
// compression="zstd", dictionary_pagesize_limit=4096, data_page_size=8192, write_batch_size=10, write_page_index=True: dictionary pages
// first, then plain ones. Nothing that can be installed with npm writes zstd.
test("pages as pyarrow writes them, zstd with a page index, are read one by one", async () => {
  const local = join(import.meta.dirname, "../../fixtures/parquet/zstd-pages.parquet");
  const { client, file, tail } = await serve(local, tempProject());
  expect(tail.metadata.row_groups[0]?.columns[4]?.meta_data?.codec).toBe("ZSTD");
  const content = groupFacts(tail)[0]?.chunks[4];
  expect(content?.pages).toBeGreaterThan(20);
  const reader = {
    client,
    decoded: createSmallLeaves(),
    dictionaries: createDictionaries(),
    columns: COLUMNS,
    limit: pLimit(4),
  };
  const before = client.stats.bytes;
  const rows = [250, 3, 299, 0];
  const read = await readByPage(file, tail, rows, COLUMNS, reader);
  expect(read).toEqual(rows.map((n) => ({ ok: true, row: rolloutRow(n) })));
  expect(client.stats.bytes - before).toBeLessThan((content?.bytes ?? 0) / 2);
});

test("a few rows of a large file cost a few pages, and the footer is read once a commit", async () => {
  const { hub, client, file, tail, folder } = await paged(2000, {
    codec: "UNCOMPRESSED",
    groupRows: 1000,
    pageBytes: 8192,
  });
  const before = client.stats.bytes;
  const decoded = createSmallLeaves();
  const dictionaries = createDictionaries();
  const reader = { client, decoded, dictionaries, columns: COLUMNS, limit: pLimit(4) };
  await readByPage(file, tail, [5, 1500], COLUMNS, reader);
  expect(client.stats.bytes - before).toBeLessThan(file.size / 10);
  const requests = hub.requests.length;
  await readTail(client, file, folder);
  expect(hub.requests.length).toBe(requests);
  expect(groupFacts(tail).map((group) => group.rows)).toEqual([1000, 1000]);
});

test("small leaves are kept up to a size, not up to a number of row groups", async () => {
  const { hub, client, file, tail } = await paged(400, { codec: "GZIP", groupRows: 100 });
  const reads = async (chars: number): Promise<number> => {
    const own = { decoded: createSmallLeaves(chars), dictionaries: createDictionaries() };
    const reader = { client, ...own, columns: COLUMNS, limit: pLimit(1) };
    for (const row of [0, 100, 0]) await readByPage(file, tail, [row], ["instance_id"], reader);
    const before = hub.requests.length;
    await readByPage(file, tail, [1], ["instance_id"], reader);
    return hub.requests.length - before;
  };
  expect([await reads(1 << 20), (await reads(1)) > 0]).toEqual([0, true]);
});

test("a codec that nothing here can unpack is an error with the column", async () => {
  const folder = tempProject();
  const local = join(folder, "a.parquet");
  const schema: SchemaElement[] = [
    { name: "root", num_children: 1 },
    {
      name: "instance_id",
      type: "BYTE_ARRAY",
      converted_type: "UTF8",
      repetition_type: "OPTIONAL",
    },
  ];
  const writer = new ParquetWriter({
    writer: fileWriter(local),
    schema,
    codec: "LZO",
    compressors: { LZO: (input) => input },
  });
  await writer.write({ columnData: [{ name: "instance_id", data: ["a", "b"] }] });
  await writer.finish();
  const { tail } = await serve(local, folder);
  expect(() => checkCodecs("a.parquet", tail.metadata)).toThrow(
    "a.parquet: the codec LZO of column instance_id is not supported",
  );
});

test("a dictionary is fetched for the first page that needs it, and kept; other pages come alone", async () => {
  const local = join(import.meta.dirname, "../../fixtures/parquet/zstd-pages.parquet");
  const { hub, client, file, tail } = await serve(local, tempProject());
  const dictionaries = createDictionaries();
  const decoded = createSmallLeaves();
  const reader = { client, decoded, dictionaries, columns: COLUMNS, limit: pLimit(4) };
  const read = async (...rows: number[]): Promise<string[]> => {
    const before = hub.requests.length;
    expect(await readByPage(file, tail, rows, ["messages"], reader)).toEqual(
      rows.map((n) => ({ ok: true, row: { messages: rolloutRow(n).messages } })),
    );
    return hub.requests
      .slice(before)
      .flatMap(({ path, range }) => (path.startsWith("/cdn/") ? [range ?? ""] : []));
  };
  const [dictionary, small] = ["bytes=584-2195", "bytes=4-583"];
  // Pages of rows 0-2, 250 and 299; the first one alone is written with numbers of the dictionary.
  expect(await read(299)).not.toContain(dictionary);
  const first = await read(1, 2, 250);
  expect(first.filter((range) => range === dictionary)).toHaveLength(1);
  expect(first).not.toContain(small);
  expect(await read(0)).toHaveLength(1);
});

/** Contents of 4 kB, a hundred of them in all: every page needs the dictionary. */
function repeatedRow(n: number): ReturnType<typeof rolloutRow> {
  const numbers = Array.from({ length: 1000 }, (_, at) => `${(n % 100) * 7919 + at * at}`);
  const content = numbers.map((text) => text.slice(-4)).join("");
  return {
    ...rolloutRow(n),
    messages: Array.from({ length: 8 }, () => ({ role: "user", content })),
  };
}

test.each(["GZIP", "UNCOMPRESSED"] as const)(
  "a dictionary that all pages need is fetched once a chunk, also by reads at the same time: %s",
  async (codec) => {
    const folder = tempProject();
    const local = join(folder, "a.parquet");
    await writePaged(local, 600, repeatedRow, { codec, groupRows: 300, pageBytes: 256 });
    const { client, file, tail } = await serve(local, folder);
    const { bytes, rows } = groupFacts(tail)[0]?.chunks[3]?.dictionary ?? { bytes: NaN, rows: 0 };
    expect(rows).toBe(300);
    const decoded = createSmallLeaves();
    const read = async (dictionaries: Dictionaries, asked: readonly number[]): Promise<number> => {
      const reader = { client, decoded, dictionaries, columns: ["messages"], limit: pLimit(4) };
      const before = client.stats.bytes;
      expect(await readByPage(file, tail, asked, ["messages"], reader)).toEqual(
        asked.map((n) => ({ ok: true, row: { messages: repeatedRow(n).messages } })),
      );
      return client.stats.bytes - before;
    };
    const asked = [299, 5, 150, 70, 400, 599];
    const [kept, unkept] = [createDictionaries(), createDictionaries(0)];
    const first = await read(kept, asked);
    const again = await read(kept, asked);
    // The first read has the small leaves as well.
    expect(first - again).toBeGreaterThanOrEqual(2 * bytes);
    expect(again).toBeLessThan(bytes);
    await read(unkept, [5]);
    expect(await read(unkept, [70])).toBeGreaterThan(bytes);
    expect(await read(kept, [70])).toBeLessThan(bytes);
  },
);

test("a footer that is longer than the first guess is read whole", async () => {
  const remote = await paged(1200, { codec: "UNCOMPRESSED", groupRows: 1, pageBytes: 2048 });
  expect(remote.tail.bytes.length).toBeGreaterThan(1 << 16);
  expect(groupFacts(remote.tail)).toHaveLength(1200);
});

const list: SchemaElement[] = [
  { name: "messages", repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", repetition_type: "OPTIONAL", num_children: 1 },
  { name: "role", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
];

test.each([
  ["values", [[["user"], ["assistant"]]], [{ role: "user" }, { role: "assistant" }]],
  ["a null field", [[[null]]], [{ role: null }]],
  ["a null element", [[[]]], [null]],
  ["an empty list", [[]], []],
  ["a null list", [], null],
])("a leaf of a list with %s becomes its column's value", (_what, nested, value) => {
  expect(leafValue(list, nested)).toEqual(value);
});

test("two views of a row are one row", () => {
  expect(
    mergeRows(
      { id: "a", messages: [{ role: "user" }, { role: "assistant" }] },
      { messages: [{ content: "x" }, { content: null }], repo: "r" },
    ),
  ).toEqual({
    id: "a",
    messages: [
      { role: "user", content: "x" },
      { role: "assistant", content: null },
    ],
    repo: "r",
  });
});

test("a row group of 10,000 rows without a page index is read whole, for the columns asked alone", async () => {
  const folder = tempProject();
  const local = join(folder, "a.parquet");
  const rows = Array.from({ length: 10_000 }, (_, n) => rolloutRow(n));
  await writeGrouped(local, rows, { groupRows: 10_240 });
  const { client, file, tail } = await serve(local, folder);
  expect(groupFacts(tail).map((group) => group.rows)).toEqual([10_000]);
  const asked = [9999, 0, 4711];
  const reader = { client, copyDir: join(folder, "copies"), parallel: 4 };
  const before = client.stats.bytes;
  const read = await readByGroup(file, tail, asked, COLUMNS, reader);
  expect(read).toEqual(asked.map((n) => ({ ok: true, row: rows[n] })));
  const bytes = groupFacts(tail)[0]?.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  expect(client.stats.bytes - before).toBe(bytes);
  await readByGroup(file, tail, [17], COLUMNS, reader);
  expect(client.stats.bytes - before).toBe(bytes);
});

test("a page that is damaged is an error with the file and the rows", async () => {
  const folder = tempProject();
  const local = join(folder, "a.parquet");
  await writePaged(local, 200, (n) => rolloutRow(n), {
    codec: "GZIP",
    groupRows: 200,
    pageBytes: 8192,
  });
  const bytes = readFileSync(local);
  bytes.fill(0, 4, bytes.length - 4000);
  writeFileSync(local, bytes);
  const { client, file, tail } = await serve(local, folder);
  const decoded = createSmallLeaves();
  const dictionaries = createDictionaries();
  const reader = { client, decoded, dictionaries, columns: COLUMNS, limit: pLimit(4) };
  await expect(readByPage(file, tail, [199], COLUMNS, reader)).rejects.toThrow(
    /a\.parquet cannot be read at rows \d+ to 199: /,
  );
});

test("packed texts come back by their place, empty ones as well, and none past the end", () => {
  const packed = packTexts(["a", "", "\u{1F600}é", "null"]);
  expect([0, 1, 2, 3, 4].map((n) => packed.at(n))).toEqual([
    "a",
    "",
    "\u{1F600}é",
    "null",
    undefined,
  ]);
  expect([packed.length, packed.chars, packTexts([]).at(0)]).toEqual([4, 8, undefined]);
});
