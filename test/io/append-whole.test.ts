/** Needs a disk that can be made full: where nothing can be mounted, the soak's own machine has to show it. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openJournal } from "../../src/io/journal.ts";
import { openLedger } from "../../src/io/ledger.ts";
import { appendWhole } from "../../src/io/store.ts";
import { NO_USAGE } from "../../src/records/run-info.ts";
import type { ChatRequest } from "../../src/work.ts";
import { replyOf } from "../support/chat.ts";
import { openDisk, type Disk } from "../support/soak/disk.ts";

function smallDisk(skip: (note: string) => never): Disk & { fill: (free: number) => void } {
  const disk = openDisk();
  onTestFinished(() => disk.close());
  const { fill } = disk;
  return fill === null ? skip("nothing can be mounted here") : { ...disk, fill };
}

const long = "x".repeat(50_000);

test("what a full disk takes in part is taken back, so that the next line stands on its own", ({
  skip,
}) => {
  const disk = smallDisk(skip);
  const path = join(disk.folder, "a.jsonl");
  const file = openSync(path, "a");
  appendWhole(file, "first\n");
  disk.fill(8192);
  expect(() => appendWhole(file, `${long}\n`)).toThrow("ENOSPC");
  appendWhole(file, "second\n");
  closeSync(file);
  expect(readFileSync(path, "utf8")).toBe("first\nsecond\n");
});

test("a ledger goes on where the disk was full for a while, and is whole", async ({ skip }) => {
  const disk = smallDisk(skip);
  const call = { stage: "king", role: "king", provider: "p", model: "m" } as const;
  const ledger = openLedger(disk.folder, () => new Date(0));
  await ledger.intent({ ...call, key: "a" }, NO_USAGE, null);
  disk.fill(8192);
  await expect(ledger.intent({ ...call, key: long }, NO_USAGE, null)).rejects.toThrow(
    /cannot write .*ledger\.jsonl: the disk is full/,
  );
  disk.empty();
  await ledger.intent({ ...call, key: "b" }, NO_USAGE, null);
  await ledger.close();
  const again = openLedger(disk.folder, () => new Date(0));
  expect(again.spent().unpriced).toBe(2);
  await again.close();
});

test("a reply that is kept after the disk was full is not lost with the one that did not fit", async ({
  skip,
}) => {
  const disk = smallDisk(skip);
  const request: ChatRequest = {
    provider: "p",
    model: "m",
    messages: [{ role: "user", content: "task" }],
    temperature: 1,
    max_tokens: 10,
    tag: { role: "king", history_hash: "h", attempt: 1 },
  };
  const journal = await openJournal(disk.folder);
  journal.open();
  disk.fill(8192);
  expect(() => journal.keep("king/a/1", request, replyOf(long))).toThrow("the disk is full");
  disk.empty();
  journal.keep("king/b/1", request, replyOf("short"));
  journal.close();
  const again = await openJournal(disk.folder);
  expect(again.take("king/b/1", request)).toEqual(replyOf("short"));
});
