/** Writers killed with SIGKILL while a line is being written, again and again onto the same file. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { readFactLines } from "../../src/io/facts/fact-lines.ts";
import { openJournal } from "../../src/io/journal.ts";
import { seededRng } from "../../src/core/random.ts";
import type { ChatRequest } from "../../src/work.ts";

export const WRITERS = ["facts", "journal"] as const;
export type Writer = (typeof WRITERS)[number];

export type Torn = {
  readonly kills: number;
  /** Kills that left a line without its end. */
  readonly torn: number;
  /** Short lines, each added by one writer after what the one before left, that are found in the end. */
  readonly found: number;
  /** Long lines that are found and are not as they were written. */
  readonly spoiled: number;
};

/** The request under which a writer keeps a reply. */
export const askedOf = (task: string): ChatRequest => ({
  provider: "p",
  model: "m",
  messages: [{ role: "user", content: task }],
  temperature: 1,
  max_tokens: 10,
  tag: { role: "king", history_hash: "h", attempt: 1 },
});

export async function tornBy(writer: Writer, kills: number, seed: number): Promise<Torn> {
  const root = mkdtempSync(join(tmpdir(), "kingmaker-torn-"));
  const path = join(root, "answer", writer === "facts" ? ".facts.jsonl" : ".replies.jsonl");
  const rng = seededRng(seed, `torn ${writer}`);
  let torn = 0;
  try {
    for (let n = 0; n < kills; n++) {
      await killAmid(writer, { root, path, n, grown: Math.floor(rng() * LONG_BYTES * 2) });
      if (lastByte(path) !== LINE_FEED) torn++;
      // Each kill leaves tens of megabytes.
      if (statSync(path).size > MOST_BYTES) break;
    }
    return {
      kills,
      torn,
      ...(await (writer === "facts" ? inFacts(path) : inJournal(root, kills))),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

// ---------------------------------------------------------------------------------------------

const LONG_BYTES = 32 << 20;
const MOST_BYTES = 8e9;
const LINE_FEED = 10;

type Round = {
  readonly root: string;
  readonly path: string;
  readonly n: number;
  /** Bytes that the file has grown by when the kill is sent. */
  readonly grown: number;
};

async function killAmid(writer: Writer, { root, path, n, grown }: Round): Promise<void> {
  const before = sizeOf(path);
  const args = ["kingmaker.cjs", "bench/torn-writer", writer, root, String(n)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // The size grows while a write goes on: what is seen here is a write under way.
  while (sizeOf(path) - before <= grown + SHORT_BYTES && child.exitCode === null)
    await setImmediate();
  child.kill("SIGKILL");
  await ended;
}

/** A short line is behind us when the file has grown by more. */
const SHORT_BYTES = 4096;

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

function lastByte(path: string): number {
  const file = openSync(path, "r");
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, statSync(path).size - 1);
  closeSync(file);
  return byte[0] ?? 0;
}

async function inFacts(path: string): Promise<Pick<Torn, "found" | "spoiled">> {
  let found = 0;
  let spoiled = 0;
  readFactLines(path, new Set(["k"]), ([, name, , value]) => {
    if (name.startsWith("short")) found++;
    else if (typeof value !== "string" || value.length !== LONG_BYTES) spoiled++;
  });
  return { found, spoiled };
}

async function inJournal(root: string, kills: number): Promise<Pick<Torn, "found" | "spoiled">> {
  const journal = await openJournal(root);
  const taken = (name: string): string | undefined =>
    journal.take(`king/${name}/1`, askedOf(name))?.content;
  let found = 0;
  let spoiled = 0;
  for (let n = 0; n < kills; n++) {
    if (taken(`short ${n}`) === `short ${n}`) found++;
    for (let at = 0; at < 6; at++) {
      const long = taken(`long ${n}.${at}`);
      if (long !== undefined && long.length !== LONG_BYTES) spoiled++;
    }
  }
  return { found, spoiled };
}
