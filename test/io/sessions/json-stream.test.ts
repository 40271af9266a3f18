/** Large documents read piece by piece give what JSON.parse gives. */
import fc from "fast-check";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readDocument } from "../../../src/io/sessions/documents.ts";
import { streamJson } from "../../../src/io/sessions/json-stream.ts";
import { readLogs } from "../../support/logs.ts";
import { tempProject } from "../../support/project.ts";

const LIMIT = 64 << 20;

function written(name: string, text: string | Buffer): string {
  const path = join(tempProject(), name);
  writeFileSync(path, text);
  return path;
}

test("any JSON gives the same value", async () => {
  const path = written("a.json", "");
  await fc.assert(
    fc.asyncProperty(fc.json({ depthSize: "medium" }), async (text) => {
      writeFileSync(path, text);
      const value: unknown = JSON.parse(text);
      expect(await streamJson(path, LIMIT)).toStrictEqual({ ok: true, value });
    }),
    { numRuns: 100, seed: 7 },
  );
});

test.each([
  [
    "escapes and surrogates",
    String.raw`{"a":"\u00e9\ud83d\ude00\ud83d \\n\n","é😀":[1e3,-0.5,12345678901234567890]}`,
  ],
  ["keys twice and __proto__", '{"a":1,"a":2,"__proto__":{"b":1}}'],
  ["a mark of the order of bytes", '\uFEFF{"a":[]}'],
  ["a text alone", '"a"'],
  ["null", "null"],
])("%s are read as JSON.parse reads them", async (_, text) => {
  const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
  for (const path of [written("a.json", text), written("a.json.gz", gzipSync(text))]) {
    expect(await streamJson(path, LIMIT)).toStrictEqual({ ok: true, value });
  }
});

test.each([
  ["a.json", ""],
  ["a.json", '{"a":[1,2'],
  ["a.json", '{"a":1} x'],
  ["a.json", "{'a':1}"],
  ["a.json", "\u0000\u0001"],
  ["a.json.gz", "no gzip"],
  ["a.json.gz", gzipSync('{"a":"b"}').subarray(0, 20)],
])("%s that holds %j is no JSON", async (name, text) => {
  expect(await streamJson(written(name, text), LIMIT)).toEqual({ ok: false, why: "no_json" });
});

test("what unpacks to more than a document may have is too large, and a file that is gone is a fault", async () => {
  const path = written("a.json.gz", gzipSync(JSON.stringify("x".repeat(1 << 20))));
  expect(await streamJson(path, 1 << 19)).toEqual({ ok: false, why: "too_large" });
  await expect(streamJson(`${path}.none`, LIMIT)).rejects.toThrow("ENOENT");
});

test("a session of 20 MB is read, packed or not", async () => {
  const name = "ses_ddebb5edbffelkWHHFINd1TJHH.json";
  const session = readFileSync(`test/fixtures/formats/opencode/${name}`, "utf8");
  // Numbers of this kind pack badly.
  const noise = Array.from({ length: 2_000_000 }, (_, n) => (n * 2654435761) % 4294967296).join();
  const long = { ...(JSON.parse(session) as object), noise };
  const root = tempProject({ "logs/long.json": long });
  writeFileSync(join(root, "packed.json.gz"), gzipSync(JSON.stringify(long), { level: 1 }));
  expect(statSync(join(root, "logs/long.json")).size).toBeGreaterThan(16 << 20);
  expect(statSync(join(root, "packed.json.gz")).size).toBeGreaterThan(2 << 20);
  const { runs } = await readLogs(root, "logs");
  expect(runs).toEqual((await readLogs("test/fixtures/formats/opencode", name)).runs);
  expect(await readDocument(join(root, "packed.json.gz"))).toEqual({ ok: true, value: long });
});
