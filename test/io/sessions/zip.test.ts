import { deflateRawSync } from "node:zlib";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openZip } from "../../../src/io/sessions/zip.ts";
import { tempProject } from "../../support/project.ts";
import { zip } from "../../support/zip.ts";

function withDirectory(bytes: number): Buffer {
  const file = zip(0, Buffer.from("{}"));
  file.writeUInt32LE(bytes, file.length - "end".length - 22 + 12);
  return file;
}

async function readOnly(bytes: Buffer): Promise<string> {
  const path = join(tempProject(), "log.eval");
  writeFileSync(path, bytes);
  const opened = await openZip(path);
  const [member] = opened.members;
  try {
    return member === undefined ? "" : await opened.read(member);
  } finally {
    await opened.close();
  }
}

test.each([
  ["as it is", 0, Buffer.from("{}")],
  ["deflated", 8, deflateRawSync(Buffer.from("{}"))],
])("a member that is packed %s is read", async (_, method, packed) => {
  expect(await readOnly(zip(method, packed))).toBe("{}");
});

test.each([
  [
    "a method that is not known",
    zip(12, Buffer.from("x")),
    /samples\/a\.json is packed by method 12, which is not read/,
  ],
  ["a file cut short", zip(0, Buffer.from("{}")).subarray(0, 40), /log\.eval is no whole ZIP file/],
  ["no ZIP at all", Buffer.from("hello"), /log\.eval is no whole ZIP file/],
  ["a directory of 4 GB", withDirectory(0xfffffff0), /log\.eval is no whole ZIP file/],
  [
    "a member that unpacks to more than it says",
    zip(8, deflateRawSync(Buffer.alloc(20_000_000))),
    /log\.eval is no whole ZIP file/,
  ],
  [
    "a member that says to be larger than memory should be",
    zip(8, deflateRawSync(Buffer.from("{}")), 900_000_000),
    /samples\/a\.json unpacks to 900 MB/,
  ],
  ["bytes that are not packed", zip(93, Buffer.from("hello")), /log\.eval is no whole ZIP file/],
])("%s is refused", async (_, bytes, message) => {
  await expect(readOnly(bytes)).rejects.toThrow(message);
});
