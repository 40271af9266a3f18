/**
 * Request files on a disk that is really full. Needs a disk that can be made full: where nothing can be mounted,
 * the soak's own machine has to show it.
 */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { batchProject, ledgerOf, requestsOf, runKing } from "../../support/batch-king.ts";
import { openFilesBelow } from "../../support/open-files.ts";
import { openDisk } from "../../support/soak/disk.ts";

const TURNS = 40;
/** From nothing to room for all: what fails first is the folder, a request, the map, the ledger. */
const FREE = [0, 4096, 8192, 16_384, 24_576, 32_768, 49_152, 65_536];

test("a request file that the disk has no room for leaves no file open, and the next run writes it", async ({
  skip,
}) => {
  const disk = openDisk();
  onTestFinished(() => disk.close());
  if (disk.fill === null) return skip("nothing can be mounted here");
  const from = batchProject(TURNS);
  const said = new Set<string>();
  for (const free of FREE) {
    const root = join(disk.folder, `w${free}`);
    mkdirSync(root);
    cpSync(from, root, { recursive: true });
    disk.fill(free);
    const failed = await runKing(root).then(
      () => null,
      (error: unknown) => error,
    );
    disk.empty();
    expect(openFilesBelow(root), `${free} bytes free`).toEqual([]);
    if (failed !== null) {
      if (!(failed instanceof UserError)) throw failed;
      said.add(
        failed.message.replace(/^cannot write .*\/w\d+\//, "").replace(/\.\d+\.\d+\.tmp/, ""),
      );
    }
    await runKing(root);
    // A file that never left gives its number away.
    const asked = [1, 2].flatMap((n) => requestsOf(root, n));
    expect(asked, `${free} bytes free`).toHaveLength(TURNS);
    const booked = ledgerOf(root);
    const neverSent = booked.filter(({ outcome }) => outcome === "not_sent");
    const intents = booked.filter(({ event }) => event === "intent");
    expect(intents.length - neverSent.length, `${free} bytes free`).toBe(TURNS);
    rmSync(root, { recursive: true });
  }
  const full = (name: string): string => `${name}: the disk is full (ENOSPC)`;
  expect([...said]).toEqual(
    expect.arrayContaining([
      full("engine/king/requests-1.jsonl.part"),
      full("engine/king/map-1.jsonl"),
      full("report/ledger.jsonl"),
    ]),
  );
});
