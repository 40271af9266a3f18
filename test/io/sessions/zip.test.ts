import { deflateRawSync } from "node:zlib";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openZip } from "../../../src/io/sessions/zip.ts";
import { tempProject } from "../../support/project.ts";

/** One member, packed as told, with a comment behind. */
function zip(method: number, packed: Buffer, name = "samples/a.json"): Buffer {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt16LE(name.length, 28);
  const start = local.length + name.length + packed.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(start, 16);
  end.writeUInt16LE(3, 20);
  return Buffer.concat([
    local,
    Buffer.from(name),
    packed,
    entry,
    Buffer.from(name),
    end,
    Buffer.from("end"),
  ]);
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
])("%s is refused", async (_, bytes, message) => {
  await expect(readOnly(bytes)).rejects.toThrow(message);
});
