/** ZIP files of one member, whole or wrong. */
/** One member, packed as told, that says what it unpacks to, with a comment behind. */
export function zip(method: number, packed: Buffer, unpacked = 2): Buffer {
  const name = "samples/a.json";
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(unpacked, 24);
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
