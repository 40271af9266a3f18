/**
 * Verdicts that lie beside runs, in files of those who judged them: SWE-bench's reports (of an instance or of
 * a whole batch) and the result of Harbor's trial. They speak of the runs of their own folder and below.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { sideDocument } from "../../core/formats/detect.ts";
import type { Run, Verdict } from "../../core/formats/run.ts";
import { harborVerdict, reportVerdict, type ReadVerdict } from "../../core/formats/verdict.ts";
import { readIfThere } from "../../io/sessions/documents.ts";

/** The run with the verdict that lies beside it; what was said already stays. */
export async function withVerdict(run: Run, path: string): Promise<Run> {
  if (run.verdict !== undefined || run.kind === "subagent") return run;
  if (run.attempt !== undefined) return run;
  const verdict = (await trialVerdict(path)) ?? (await reportedVerdict(run, path));
  if (verdict === null) return run;
  return verdict === "unreadable"
    ? { ...run, drops: { ...run.drops, verdict_unreadable: 1 } }
    : { ...run, verdict };
}

// ---------------------------------------------------------------------------------------------

/** Folders above a run that a batch's report is looked for in: `<batch>/<instance>/<instance>.traj`. */
const LEVELS = 2;
/** A folder with more files that may be reports is one of runs. */
const MOST_FILES = 20;
const MOST_BYTES = 64 << 20;

/** Of Harbor's trial, whatever agent's log lies in its folder `agent`. A trial in steps says nothing of one. */
async function trialVerdict(path: string): Promise<ReadVerdict> {
  const [before, ...after] = path.split(/\/agent(?=\/)/);
  if (before === undefined || after.length === 0) return null;
  const isStep = basename(dirname(before)) === "steps";
  return isStep ? null : harborVerdict(await readIfThere(join(before, "result.json")));
}

/** The nearest folder's reports that name the instance; where they differ nothing is known. */
async function reportedVerdict({ instance_id }: Run, path: string): Promise<ReadVerdict> {
  if (instance_id === undefined) return null;
  let folder = dirname(path);
  for (let level = 0; level < LEVELS; level++) {
    const said = new Set<Verdict | "unreadable">();
    for (const report of await reportsIn(folder)) {
      const verdict = reportVerdict(report, instance_id);
      if (verdict !== null) said.add(verdict);
    }
    const [first, ...others] = said;
    if (first !== undefined) return others.length === 0 ? first : "unreadable";
    folder = dirname(folder);
  }
  return null;
}

/** The last folders' reports: runs that lie beside each other are read one after the other. */
const known = new Map<string, Promise<readonly unknown[]>>();
const MOST_KNOWN = 4;

function reportsIn(folder: string): Promise<readonly unknown[]> {
  const before = known.get(folder);
  if (before !== undefined) return before;
  const found = readReports(folder);
  known.set(folder, found);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return found;
}

async function readReports(folder: string): Promise<readonly unknown[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const files = names
    .filter((name) => name.endsWith(".json") && !name.endsWith(".traj.json"))
    .sort();
  if (files.length > MOST_FILES) return [];
  const reports: unknown[] = [];
  for (const name of files) {
    const path = join(folder, name);
    const isSmall = await stat(path).then(
      ({ size }) => size <= MOST_BYTES,
      () => false,
    );
    const value = isSmall ? await readIfThere(path) : null;
    if (sideDocument(value) === "verdicts" || isByInstance(value)) reports.push(value);
  }
  return reports;
}

/** A report of several instances: {<id>: {resolved}}. */
function isByInstance(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const inner: unknown[] = Object.values(value);
  return (
    inner.length > 0 &&
    inner.every((one) => typeof one === "object" && one !== null && "resolved" in one)
  );
}
