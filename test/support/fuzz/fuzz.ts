/**
 * Every reader of foreign input, fed with bytes of chance and with real inputs that were cut, doubled and
 * edited. A reader may say no by a UserError; it may not crash, hang or take the memory.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { UserError } from "../../../src/errors.ts";

export type FuzzReader = {
  readonly name: string;
  /** Real inputs, to be edited. */
  readonly seeds: readonly Uint8Array[];
  /** Reads one input; throws a UserError for what it refuses. @param folder of its own, empty of others. */
  readonly read: (bytes: Uint8Array, folder: string) => unknown;
};

export type FuzzCount = {
  readonly reader: string;
  readonly inputs: number;
  /** Read, or refused by a UserError. */
  readonly read: number;
  readonly refused: number;
  /** Anything else that was thrown: the first few, with the input in base64. */
  readonly crashes: readonly string[];
  readonly slowestMs: number;
  /** CPU time of the process, threads and all: what an input takes on a machine that others use as well. */
  readonly slowestCpuMs: number;
  /** Which input took most of it, from 0: with the seed it can be made again. */
  readonly slowestInput: number;
  /** Of the process, after the last input. */
  readonly peakMb: number;
};

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
export const jsonLines = (values: readonly unknown[]): Buffer =>
  Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(""));

/** Writes the input where a reader finds it. */
export function put(bytes: Uint8Array, folder: string, name: string): string {
  const path = join(folder, name);
  if (name.includes("/")) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** Feeds a reader. Same seed, same inputs. @param onInput is told the number of each, from 0, before it is read */
export async function fuzz(
  reader: FuzzReader,
  inputs: number,
  seed: number,
  onInput: (input: number) => void = () => {},
): Promise<FuzzCount> {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "kingmaker-fuzz-"));
  const crashes: string[] = [];
  let [read, refused, slowestMs, slowestCpuMs, slowestInput] = [0, 0, 0, 0, 0];
  let input = 0;
  try {
    for (let from = 0; from < inputs; from += BATCH) {
      const numRuns = Math.min(BATCH, inputs - from);
      for (const bytes of fc.sample(inputsOf(reader.seeds), { seed: seed + from, numRuns })) {
        onInput(input);
        const start = performance.now();
        const cpu = process.cpuUsage();
        try {
          await reader.read(bytes, folder);
          read++;
        } catch (error) {
          if (error instanceof UserError) refused++;
          else if (crashes.length < 5) {
            crashes.push(
              `${String(error)}: ${Buffer.from(bytes).toString("base64").slice(0, 2000)}`,
            );
          }
        }
        slowestMs = Math.max(slowestMs, performance.now() - start);
        const { user, system } = process.cpuUsage(cpu);
        const cpuMs = (user + system) / 1000;
        if (cpuMs > slowestCpuMs) [slowestCpuMs, slowestInput] = [cpuMs, input];
        input++;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const slowest = { slowestMs, slowestCpuMs, slowestInput };
  return { reader: reader.name, inputs, read, refused, crashes, ...slowest, peakMb };
}

const BATCH = 250;
/** A disk in memory, where there is one: an input is a file that is read once. */
const MEMORY = "/dev/shm";

type Edit = readonly [kind: number, at: number, length: number, bytes: Uint8Array];

/** Bytes of chance, texts of chance, and edited seeds. */
function inputsOf(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const text = fc.string({ unit: "binary", maxLength: 100 }).map((one) => Buffer.from(one));
  const edits = fc.array(
    fc.tuple(fc.nat(5), fc.nat(1 << 20), fc.nat(64), fc.oneof(bytes, constants)),
    { minLength: 1, maxLength: 6 },
  );
  const edited = fc
    .tuple(fc.constantFrom(...seeds), edits)
    .map(([given, changes]) => changes.reduce(withEdit, Buffer.from(given)));
  return fc.oneof(
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: text },
    { weight: 4, arbitrary: edited },
  );
}

/** What parsers stumble over. */
const constants = fc
  .constantFrom(
    "{",
    "[[[[[[[[",
    '"',
    "\\",
    "\0",
    "\n",
    "\r\n",
    "null",
    "1e999",
    "__proto__",
    '{"a":',
    "\uFEFF",
    "\u2028",
    "9".repeat(40),
    "[".repeat(5000),
    '{"a":'.repeat(3000),
  )
  .map((one) => Buffer.from(one));

function withEdit(given: Buffer, [kind, place, length, bytes]: Edit): Buffer {
  const at = given.length === 0 ? 0 : place % given.length;
  const end = Math.min(given.length, at + length);
  switch (kind) {
    case 0:
      return given.subarray(0, at);
    case 1:
      return Buffer.concat([given.subarray(0, at), given.subarray(end)]);
    case 2:
      return Buffer.concat([given.subarray(0, at), bytes, given.subarray(at)]);
    case 3:
      return Buffer.concat([given.subarray(0, at), bytes, given.subarray(end)]);
    case 4:
      return Buffer.concat([given.subarray(0, end), given.subarray(at)]);
    default: {
      const flipped = Buffer.from(given);
      if (flipped.length > 0) flipped[at] = (flipped[at] ?? 0) ^ (1 << (length & 7));
      return flipped;
    }
  }
}
