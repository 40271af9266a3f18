/** Documents that would take all memory. */
import { createWriteStream, openSync, closeSync, ftruncateSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { expect, test } from "vitest";
import { MAX_DOCUMENT_BYTES } from "../../../src/io/line-limits.ts";
import { readDocument, readIfThere } from "../../../src/io/sessions/documents.ts";
import { readLogs } from "../../support/logs.ts";
import { tempProject } from "../../support/project.ts";

const SESSION = {
  info: { id: "ses_1", time: { created: 1 } },
  messages: [
    { info: { role: "user" }, parts: [{ type: "text", text: "fix" }] },
    {
      info: { role: "assistant", finish: "stop", time: { created: 2, completed: 3 } },
      parts: [{ type: "text", text: "done" }],
    },
  ],
};
const REASON =
  "longer than 256 MB, and such a file is read whole; write its runs as JSON Lines, or in several files";

/** A file with a hole: it takes no room on the disk. */
function longFile(path: string, beginning = ""): void {
  writeFileSync(path, beginning);
  const file = openSync(path, "r+");
  ftruncateSync(file, MAX_DOCUMENT_BYTES + 1);
  closeSync(file);
}

test("a session that is too long to be read whole is passed over and counted, the others are read", async () => {
  const root = tempProject({ "logs/good.json": SESSION });
  longFile(join(root, "logs/a.json"));
  longFile(join(root, "logs/history.log"), "TO LLM 2026-01-02T00:00:00\n");
  const { runs, found } = await readLogs(root, "logs");
  expect(runs.map(({ id }) => id)).toEqual(["ses_1"]);
  expect(Object.fromEntries(found.skipped)).toEqual({ too_large: 2 });
  expect(await readIfThere(join(root, "logs/a.json"))).toBeNull();
});

test("named by itself it is refused with the reason", async () => {
  const root = tempProject();
  longFile(join(root, "a.json"));
  await expect(readLogs(root, "a.json")).rejects.toThrow(`a.json holds no run: ${REASON}`);
});

test("a packed session is measured by what it unpacks to", async () => {
  const root = tempProject();
  const path = join(root, "a.json.gz");
  const packed = createGzip({ level: 1 });
  const file = packed.pipe(createWriteStream(path));
  const block = Buffer.alloc(16 << 20, " ");
  for (let left = MAX_DOCUMENT_BYTES + 1; left > 0; left -= block.length) {
    if (!packed.write(block)) await once(packed, "drain");
  }
  packed.end();
  await once(file, "close");
  expect(await readDocument(path)).toEqual({ ok: false, why: "too_large" });
});

test.each([
  ["a.json", "{"],
  ["a.json.gz", "no gzip"],
])("%s that holds %j is no JSON", async (name, text) => {
  const root = tempProject();
  writeFileSync(join(root, name), text);
  expect(await readDocument(join(root, name))).toEqual({ ok: false, why: "no_json" });
});
