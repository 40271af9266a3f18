/**
 * A disk that is really full while commands write: what is known of files, tables, the report with turns.csv.
 * Needs a disk that can be made full: where nothing can be mounted, the soak's own machine has to show it.
 */
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeRepairLogs } from "../../bench/repair-logs.ts";
import { loadConfig } from "../../src/config.ts";
import { UserError } from "../../src/errors.ts";
import { openStore } from "../../src/io/store.ts";
import { exportTurns } from "../../src/stages/export.ts";
import { repair } from "../../src/stages/repair.ts";
import { report } from "../../src/stages/report.ts";
import { status } from "../../src/stages/status.ts";
import { tables } from "../../src/stages/tables.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { openFilesBelow } from "../support/open-files.ts";
import { openDisk, type Disk } from "../support/soak/disk.ts";
import { judgedWorkspace } from "../support/workspace.ts";

type Full = Disk & { readonly fill: (free: number) => void };

/** The workspace on a disk of its own. */
function onSmallDisk(from: string, skip: (note: string) => never): { root: string; disk: Full } {
  const disk = openDisk();
  onTestFinished(() => disk.close());
  const { fill } = disk;
  if (fill === null) return skip("nothing can be mounted here");
  cpSync(from, disk.folder, { recursive: true });
  return { root: disk.folder, disk: { ...disk, fill } };
}

const quiet = (root: string) =>
  testDeps(
    root,
    scriptedChat(() => ""),
  );
const files = (root: string, folder: string): string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    : [];
const half = (root: string): string[] =>
  ["answer", "score", "report", "final", "engine"].flatMap((folder) =>
    files(root, folder).filter((name) => name.endsWith(".tmp")),
  );

/** What the command ends with: its result, or what the person is told. */
async function told(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return "done";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.hint).toContain("free some space and run the stage again");
    return error.message;
  }
}

const FREE = [0, 65_536];

const COMMANDS = {
  report: (root: string) => report(loadConfig(root, {}), quiet(root), OPTIONS),
  tables: (root: string) => tables(loadConfig(root, {}), openStore(root)),
  export: (root: string) =>
    exportTurns(loadConfig(root, {}), quiet(root), {
      ...OPTIONS,
      refined: true,
      format: ["openai"],
    }),
  repair: (root: string) =>
    repair(loadConfig(root, {}), quiet(root), {
      ...OPTIONS,
      skipBad: false,
      format: ["chatml,openai"],
      input: ["logs.jsonl"],
    }),
};

test("status and its index: a full disk is no error, and the next look knows what it could keep", async ({
  skip,
}) => {
  const { root, disk } = onSmallDisk(await judgedWorkspace({}), skip);
  const alone = await status(openStore(root));
  for (const free of FREE) {
    for (const folder of ["answer", "score"])
      await openStore(root).remove(`${folder}/.facts.jsonl`);
    disk.fill(free);
    expect(await status(openStore(root))).toEqual(alone);
    disk.empty();
    expect(await status(openStore(root))).toEqual(alone);
  }
});

test.each([
  ["report", /cannot write .*: the disk is full \(ENOSPC\)/],
  ["tables", /the disk is full \(ENOSPC\)/],
  ["export", /the disk is full \(ENOSPC\)/],
  ["repair", /the disk is full \(ENOSPC\)/],
] as const)(
  "%s says that the disk is full, leaves no half file, and goes on",
  async (what, words) => {
    const run = (root: string) => (): Promise<unknown> => COMMANDS[what](root);
    const disk = openDisk();
    onTestFinished(() => disk.close());
    const { fill } = disk;
    if (fill === null) return;
    const from = await judgedWorkspace({});
    if (what === "export") await report(loadConfig(from, {}), quiet(from), OPTIONS);
    writeRepairLogs(join(from, "logs.jsonl"), 400);
    const said: string[] = [];
    for (const free of FREE) {
      const root = join(disk.folder, String(free));
      cpSync(from, root, { recursive: true });
      fill(free);
      said.push(await told(run(root)));
      expect(half(root)).toEqual([]);
      expect(openFilesBelow(root)).toEqual([]);
      disk.empty();
      expect(await told(run(root))).toBe("done");
    }
    expect(said[0]).toMatch(words);
  },
);
