/** Data sets for the loopback Hub, in the layouts of the real ones, small. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HubDataset } from "./hub.ts";
import { writeGrouped, writePaged, type TrajectoryRow } from "./parquet.ts";

export const TRAJECTORIES = "o/trajectories";
export const PULLS = "o/pulls";

/** Ten neighbouring rows are rollouts of one instance; contents long enough to have pages of their own. */
export function rolloutRow(index: number, rollouts = 10): TrajectoryRow {
  const instance = Math.floor(index / rollouts);
  const turns = 2 + (index % 4);
  const filler = (n: number): string =>
    Array.from({ length: 60 }, (_, k) => `${(index * 7919 + n * 104_729 + k * 31) % 99_991}`).join(
      " ",
    );
  return {
    instance_id: `owner${instance % 7}__name-${instance}`,
    repo: `owner${instance % 7}/name`,
    exit_status: index % 3 === 0 ? "incomplete" : "Submitted",
    messages: [
      { role: "system", content: "You are an agent." },
      { role: "user", content: `task of ${instance}: ${filler(0)}` },
      ...Array.from({ length: turns }, (_, n) => [
        { role: "assistant", content: `row ${index} turn ${n}\n\n\`\`\`bash\nls ${n}\n\`\`\`` },
        { role: "user", content: `Observation: ${filler(n + 1)}` },
      ]).flat(),
    ],
  };
}

export const pullRow = (instance: number): object => ({
  instance_id: `owner${instance % 7}__name-${instance}`,
  repo: `owner${instance % 7}/name`,
  base_commit: "abc",
  patch: `diff --git a/a${instance}.py b/a${instance}.py\n--- a/a${instance}.py\n+++ b/a${instance}.py\n@@ -1 +1 @@\n-x\n+y\n`,
  test_patch: "",
  problem_statement: `problem ${instance}`,
  created_at: 1_609_298_073_000 + instance,
  FAIL_TO_PASS: [`test_${instance}`],
  meta: { difficulty: "easy", n: instance },
});

export type SetOptions = {
  /** Rows of each file. */
  readonly files?: readonly number[];
  readonly pages: boolean;
  readonly viewer?: boolean;
  readonly truncated?: (index: number) => readonly string[];
  readonly filter?: boolean;
};

/** A trajectories set and its pull requests, ready for `testHub`. */
export async function hubSets(options: SetOptions): Promise<Record<string, HubDataset>> {
  const { files = [300, 200], pages } = options;
  const { commit, pulls, start, instances } = await filesOnce(files, pages);
  const viewer = (
    sha: string,
    rows: number,
    row: (n: number) => object,
  ): Pick<HubDataset, "viewer"> =>
    options.viewer === true
      ? {
          viewer: {
            commit: sha,
            config: "default",
            split: "train",
            rows,
            row: (n) => row(n) as Record<string, unknown>,
            ...(options.truncated === undefined || sha !== "t1"
              ? {}
              : { truncated: options.truncated }),
            ...(options.filter === undefined ? {} : { filter: options.filter }),
          },
        }
      : {};
  return {
    [TRAJECTORIES]: {
      refs: { main: "t1" },
      commits: { t1: { ...commit } },
      ...viewer("t1", start, rolloutRow),
    },
    [PULLS]: {
      refs: { main: "p1" },
      commits: { p1: { "data/train-00000-of-00001.parquet": { local: pulls } } },
      ...viewer("p1", instances, pullRow),
    },
  };
}

// ---------------------------------------------------------------------------------------------

type SetFiles = {
  readonly commit: Readonly<Record<string, { readonly local: string }>>;
  readonly pulls: string;
  /** Rows of all files. */
  readonly start: number;
  readonly instances: number;
};

const written = new Map<string, Promise<SetFiles>>();

/** Every test reads these files and none writes them: once a process, which takes them with it. */
function filesOnce(files: readonly number[], pages: boolean): Promise<SetFiles> {
  const key = JSON.stringify([files, pages]);
  const known = written.get(key) ?? writeFiles(files, pages);
  written.set(key, known);
  return known;
}

async function writeFiles(files: readonly number[], pages: boolean): Promise<SetFiles> {
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-hub-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const commit: Record<string, { local: string }> = {};
  let start = 0;
  for (const [n, rows] of files.entries()) {
    const local = join(folder, `t${n}.parquet`);
    const from = start;
    const row = (index: number): TrajectoryRow => rolloutRow(from + index);
    if (pages)
      await writePaged(local, rows, row, {
        groupRows: 100,
        pageBytes: 8192,
        codec: "UNCOMPRESSED",
      });
    else
      await writeGrouped(
        local,
        Array.from({ length: rows }, (_, index) => row(index)),
        { groupRows: 2048, codec: "snappy" },
      );
    commit[`data/train-0000${n}.parquet`] = { local };
    start += rows;
  }
  const pulls = join(folder, "pulls.parquet");
  const instances = Math.ceil(start / 10);
  await writeGrouped(
    pulls,
    Array.from({ length: instances }, (_, n) => pullRow(n)),
    { groupRows: 2048 },
  );
  return { commit, pulls, start, instances };
}
