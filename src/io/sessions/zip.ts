/** Members of a ZIP file one by one, Zstandard's among them (method 93), which inspect writes. */
import { open, type FileHandle } from "node:fs/promises";
import { inflateRawSync } from "node:zlib";
import { decompress } from "fzstd";
import { UserError } from "../../errors.ts";
import { MAX_DOCUMENT_BYTES } from "../line-limits.ts";
import { diskError } from "../store.ts";

export type ZipMember = {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  /** As the directory says; it unpacks to no more than that. */
  readonly unpacked: number;
  readonly offset: number;
};

export type Zip = {
  readonly members: readonly ZipMember[];
  read(member: ZipMember): Promise<string>;
  close(): Promise<void>;
};

/** @throws UserError for a file that is cut short, or no ZIP; so does `read`, also for members that are too large. */
export async function openZip(path: string): Promise<Zip> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw diskError(path, "read", error);
  });
  try {
    const members = await directoryOf(path, file);
    return {
      members,
      read: (member) => readMember(path, file, member),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------

// Signatures and fields as APPNOTE.TXT has them.
const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const WIDE_LOCATOR = 0x07064b50;
const WIDE_LOCATOR_BYTES = 20;
const WIDE_END_BYTES = 56;
const IN_WIDE = 0xffffffff;
/** A comment of the longest length, and the locator before it. */
const TAIL_BYTES = 0xffff + END_BYTES + WIDE_LOCATOR_BYTES;

function broken(path: string): UserError {
  return new UserError(
    `${path} is no whole ZIP file`,
    "wait until the log is written to its end, or fetch the file again",
  );
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
}

async function directoryOf(path: string, file: FileHandle): Promise<ZipMember[]> {
  const { size } = await file.stat();
  const tailAt = Math.max(0, size - TAIL_BYTES);
  const tail = await bytesAt(file, tailAt, size - tailAt);
  let end = tail.length - END_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw broken(path);
  let length = tail.readUInt32LE(end + 12);
  let start = tail.readUInt32LE(end + 16);
  const locator = end - WIDE_LOCATOR_BYTES;
  if (start === IN_WIDE && locator >= 0 && tail.readUInt32LE(locator) === WIDE_LOCATOR) {
    const wideAt = Number(tail.readBigUInt64LE(locator + 8));
    if (wideAt + WIDE_END_BYTES > size) throw broken(path);
    const wide = await bytesAt(file, wideAt, WIDE_END_BYTES);
    length = Number(wide.readBigUInt64LE(40));
    start = Number(wide.readBigUInt64LE(48));
  }
  // What is announced is looked at before memory is taken for it.
  if (start + length > size) throw broken(path);
  const directory = await bytesAt(file, start, length);
  return membersOf(path, directory);
}

function membersOf(path: string, directory: Buffer): ZipMember[] {
  const members: ZipMember[] = [];
  let at = 0;
  while (at + ENTRY_BYTES <= directory.length) {
    if (directory.readUInt32LE(at) !== ENTRY) throw broken(path);
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const nameAt = at + ENTRY_BYTES;
    const extra = directory.subarray(nameAt + nameBytes, nameAt + nameBytes + extraBytes);
    const sizes = [
      directory.readUInt32LE(at + 24),
      directory.readUInt32LE(at + 20),
      directory.readUInt32LE(at + 42),
    ];
    const [unpacked = 0, packed = 0, offset = 0] = widened(sizes, extra);
    members.push({
      name: directory.toString("utf8", nameAt, nameAt + nameBytes),
      method: directory.readUInt16LE(at + 10),
      packed,
      unpacked,
      offset,
    });
    at = nameAt + nameBytes + extraBytes + directory.readUInt16LE(at + 32);
  }
  return members;
}

/** Sizes that do not fit stand in the extra field 1, in this order. */
function widened(sizes: readonly number[], extra: Buffer): number[] {
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1) {
    at += 4 + extra.readUInt16LE(at + 2);
  }
  let field = at + 4;
  return sizes.map((size) => {
    if (size !== IN_WIDE || field + 8 > extra.length) return size;
    field += 8;
    return Number(extra.readBigUInt64LE(field - 8));
  });
}

async function readMember(path: string, file: FileHandle, member: ZipMember): Promise<string> {
  const { name, method, unpacked, offset } = member;
  if (unpacked > MAX_DOCUMENT_BYTES) {
    throw new UserError(
      `${path}: ${name} unpacks to ${Math.round(unpacked / 1e6)} MB`,
      `split the log: a sample of more than ${MAX_DOCUMENT_BYTES >> 20} MB is not read`,
    );
  }
  const { size } = await file.stat();
  if (offset + LOCAL_BYTES > size) throw broken(path);
  const head = await bytesAt(file, offset, LOCAL_BYTES);
  const at = offset + LOCAL_BYTES + head.readUInt16LE(26) + head.readUInt16LE(28);
  if (at + member.packed > size) throw broken(path);
  const packed = await bytesAt(file, at, member.packed);
  if (![0, 8, 93].includes(method)) {
    throw new UserError(
      `${path}: ${name} is packed by method ${method}, which is not read`,
      "write the log anew as .json (inspect log convert --to json)",
    );
  }
  try {
    return unpack(packed, method, unpacked).toString("utf8");
  } catch {
    throw broken(path); // The unpackers know no other faults than those of the bytes.
  }
}

/** To so many bytes at most: what a member says of itself, a file made to fill a memory does not keep. */
function unpack(packed: Buffer, method: number, most: number): Buffer {
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed, { maxOutputLength: Math.max(1, most) });
  return Buffer.from(decompress(packed, new Uint8Array(most)));
}
