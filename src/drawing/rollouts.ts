/**
 * [audit].rollouts: other runs of the instances that were drawn, read once from the same sources as the
 * turns, by the same reader. Of each instance a small record is kept; its runs are not.
 */
import type { Config } from "../config.ts";
import { MAX_ROLLOUTS, rolloutsOf } from "../core/audit/rollouts.ts";
import { masked } from "../core/exit/masker.ts";
import { trajectoryOf } from "../core/sample/shapes.ts";
import type { Deps } from "../deps.ts";
import type { AnswerFile } from "../io/answers.ts";
import { readCommit } from "../io/commits.ts";
import { rolloutsPath } from "../io/rollouts.ts";
import type { RowAddress, RowSource } from "../io/source/types.ts";
import { answerSchema } from "../records/answer.ts";
import type { Message } from "../records/message.ts";
import { rolloutsSchema } from "../records/rollouts.ts";
import { SOURCE_STATE, sourceStateSchema } from "../records/source.ts";
import { openOne } from "./open-sources.ts";

/**
 * Writes commit/rollouts/<instance_id>.json for every instance of the answers that has a pull request and
 * no such file yet. Does nothing where [audit].rollouts is off.
 * @throws UserError as opening [source].trajectories does.
 */
export async function readRollouts(
  config: Config,
  { store, progress }: Pick<Deps, "store" | "progress">,
  files: readonly AnswerFile[],
): Promise<void> {
  if (!config.audit.rollouts) return;
  const wanted = new Set<string>();
  for (const { path } of files) {
    const { instance_id: id } = await store.read(path, answerSchema);
    if (wanted.has(id)) continue;
    const there = await store.readIfThere(rolloutsPath(id), rolloutsSchema);
    if (there === null && (await readCommit(store, id)) !== null) wanted.add(id);
  }
  if (wanted.size === 0) return;
  const before = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  const sources: RowSource[] = [];
  const opened: { release(): Promise<void> }[] = [];
  for (const text of [config.source.trajectories].flat()) {
    const part = await openOne(text, "trajectories", config, {
      target: wanted.size * MAX_ROLLOUTS,
      skipBad: true,
      purpose: "rollouts",
      concurrency: CONCURRENCY,
      before,
    });
    if (part.note !== null) progress.note(part.note);
    sources.push(part.source);
    opened.push(part);
  }
  const places = await placesOf(sources, wanted);
  let read = 0;
  for (const id of wanted) {
    const pr = await readCommit(store, id);
    if (pr === null) continue;
    const runs = await runsAt(places.get(id) ?? []);
    read += runs.length;
    await store.write(rolloutsPath(id), await masked(rolloutsOf(id, runs, pr), config));
  }
  for (const part of opened) await part.release();
  progress.note(`[audit].rollouts: ${read} other runs of ${wanted.size} instances were read`);
}

// ---------------------------------------------------------------------------------------------

const CONCURRENCY = 32;

type Place = { readonly source: RowSource; readonly at: RowAddress };

/** The rows of each instance, in order, at most as many as are read. */
async function placesOf(
  sources: readonly RowSource[],
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly Place[]>> {
  const found = new Map<string, Place[]>();
  for (const source of sources) {
    for (const [file, { columns }] of source.files.entries()) {
      if (!columns.includes("instance_id")) continue;
      const ids = await source.readTexts(file, "instance_id");
      for (const [row, id] of ids.entries()) {
        if (id === null || !wanted.has(id)) continue;
        const own = found.get(id) ?? [];
        if (own.length < MAX_ROLLOUTS) own.push({ source, at: { file, row } });
        found.set(id, own);
      }
    }
  }
  return found;
}

/** The conversations that can be read; rows that cannot are no runs. */
async function runsAt(places: readonly Place[]): Promise<readonly (readonly Message[])[]> {
  const runs: (readonly Message[])[] = [];
  for (const { source, at } of places) {
    const [read] = await source.read([at]);
    if (read?.ok !== true) continue;
    const trajectory = trajectoryOf(read.row, "keep");
    if (trajectory.ok) runs.push(trajectory.value.run.messages);
  }
  return runs;
}
