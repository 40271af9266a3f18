/** Reading the runs of a log that was found: the one place where formats and their readers meet. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readAtif, type AtifPlace } from "../../core/formats/atif.ts";
import { isClaudeNoise, readClaude } from "../../core/formats/claude-code.ts";
import { readCline } from "../../core/formats/cline.ts";
import type { DocumentFormat, LineFormat } from "../../core/formats/detect.ts";
import { readGemini } from "../../core/formats/gemini.ts";
import { readInspect, readSample } from "../../core/formats/inspect.ts";
import { readMini } from "../../core/formats/mini-swe-agent.ts";
import { readOpencode } from "../../core/formats/opencode.ts";
import { readOpenhands } from "../../core/formats/openhands.ts";
import { readAiderRequests, readCursor, readDroid } from "../../core/formats/others.ts";
import { readPi } from "../../core/formats/pi.ts";
import { readQwen } from "../../core/formats/qwen.ts";
import type { Reading, Run } from "../../core/formats/run.ts";
import { readSweAgent } from "../../core/formats/swe-agent.ts";
import { isRecord, recordOf } from "../../core/formats/values.ts";
import { harborVerdict } from "../../core/formats/verdict.ts";
import { diskError } from "../../io/store.ts";
import { readCodexFile, type Threads } from "./codex-files.ts";
import { faultDrops, valueOf, withDrops } from "./faults.ts";
import { databaseReadings } from "./databases.ts";
import { readDocument, readIfThere } from "../../io/sessions/documents.ts";
import type { FoundFile } from "./find.ts";
import { withVerdict } from "./reports.ts";
import { logLines } from "../../io/sessions/log-lines.ts";
import { openZip } from "../../io/sessions/zip.ts";

export type FoundLog = Extract<FoundFile, { readonly kind: "log" }>;

/**
 * A log's runs, a few at a time; every run has an id. `threads` finds the files that a fork refers to.
 * @throws UserError when a file cannot be read.
 */
export async function* readLog(found: FoundLog, threads: Threads): AsyncGenerator<Reading> {
  let row = 0;
  for await (const reading of readings(found, threads)) {
    const runs: Run[] = [];
    for (const run of reading.runs) {
      runs.push(await withVerdict(named(run, found.path, row), found.path));
    }
    yield { ...reading, runs };
    row++;
  }
}

// ---------------------------------------------------------------------------------------------

async function* readings(found: FoundLog, threads: Threads): AsyncGenerator<Reading> {
  const { path, log } = found;
  switch (log.shape) {
    case "lines":
      yield await readLineFile(path, log.format, threads);
      return;
    case "documents-in-lines": {
      const faults = { bad: 0, torn: 0 };
      for await (const value of logLines(path, faults)) {
        yield await readOne(value, path, log.format);
      }
      yield { runs: [], drops: faultDrops(faults) };
      return;
    }
    case "document":
    case "documents": {
      const document = await readDocument(path);
      const value = document.ok ? document.value : null;
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        yield await readOne(one, path, log.format);
      }
      return;
    }
    case "events":
      yield await readEvents(path, log.files);
      return;
    case "database":
      yield* databaseReadings(path, log.format);
      return;
    case "eval":
      yield* readEval(path);
      return;
    case "requests":
      yield readAiderRequests((await readBytes(path)).toString("utf8"));
      return;
    default:
      log satisfies never;
  }
}

async function readLineFile(path: string, format: LineFormat, threads: Threads): Promise<Reading> {
  if (format === "codex") return readCodexFile(path, threads);
  const faults = { bad: 0, torn: 0 };
  const lines: unknown[] = [];
  const isNoise = format === "claude-code" ? isClaudeNoise : null;
  for await (const value of logLines(path, faults, isNoise)) lines.push(value);
  return withDrops(readerOf(format)(lines, path), faultDrops(faults));
}

function readerOf(
  format: Exclude<LineFormat, "codex">,
): (lines: readonly unknown[], path: string) => Reading {
  switch (format) {
    case "claude-code":
      return readClaude;
    case "pi":
      return (lines) => readPi(lines, null);
    case "gemini-cli":
      return (lines, path) => readGemini(lines, basename(dirname(path)));
    case "qwen-code":
      return readQwen;
    case "droid":
      return readDroid;
    case "cursor":
      return readCursor;
    case "openhands":
      return (lines) => readOpenhands(null, lines);
    default:
      return format satisfies never;
  }
}

async function readOne(value: unknown, path: string, format: DocumentFormat): Promise<Reading> {
  switch (format) {
    case "opencode":
      return readOpencode(value);
    case "cline":
      return readCline(value, await readIfThere(path.replace(/\.messages\.json$/, ".json")));
    case "mini-swe-agent":
      return readMini(value);
    case "swe-agent":
      return readSweAgent(value, nameOf(path));
    case "inspect":
      return readInspect(value);
    case "atif":
      return readTrial(value, path);
    case "gemini-cli":
      return readGemini([value], basename(dirname(path)));
    case "openhands":
      return readOpenhands(null, [value]);
    default:
      return format satisfies never;
  }
}

/** Harbor's trial: `<trial>/agent/trajectory.json`, or a step's of a trial in several steps. */
async function readTrial(value: unknown, path: string): Promise<Reading> {
  const folder = dirname(path);
  // A subagent's file beside it is a run of its own, which the verdict is not about.
  const isTrial = basename(folder) === "agent" && basename(path).startsWith("trajectory.");
  if (!isTrial) return readAtif(value, { trial: null });
  const above = dirname(folder);
  const isStep = basename(dirname(above)) === "steps";
  const trial = isStep ? dirname(dirname(above)) : above;
  const result =
    (await readIfThere(join(trial, "result.json"))) ??
    (await readIfThere(join(trial, "results.json")));
  const step = isStep ? stepResult(result, basename(above)) : null;
  const verdict = harborVerdict(step ?? result);
  const task = recordOf(result)["task_name"];
  const place: AtifPlace = {
    trial: isStep ? `${basename(trial)}/${basename(above)}` : basename(trial),
    ...(verdict === "success" || verdict === "failure" ? { verdict } : {}),
    instance_id: typeof task === "string" ? task : undefined,
  };
  const reading = readAtif(value, place);
  return verdict === "unreadable" ? withDrops(reading, { verdict_unreadable: 1 }) : reading;
}

function stepResult(result: unknown, name: string): unknown {
  const steps = recordOf(result)["step_results"];
  if (!Array.isArray(steps)) return null;
  return (
    steps.filter(isRecord).find((step) => step["step_name"] === name || step["name"] === name) ??
    null
  );
}

async function readEvents(folder: string, files: readonly string[]): Promise<Reading> {
  const state = await readIfThere(join(folder, "base_state.json"));
  const events: unknown[] = [];
  let bad = 0;
  for (const file of files) {
    const event = await readIfThere(file);
    if (event === null) bad++;
    else events.push(event);
  }
  return withDrops(
    readOpenhands(state ?? { id: basename(folder) }, events),
    faultDrops({ bad, torn: 0 }),
  );
}

async function* readEval(path: string): AsyncGenerator<Reading> {
  const zip = await openZip(path);
  try {
    const header = zip.members.find((member) =>
      /(^|\/)header\.json$|_journal\/start\.json$/.test(member.name),
    );
    const head = header === undefined ? null : valueOf(await zip.read(header));
    const about = head?.ok === true ? recordOf(head.value)["eval"] : null;
    let bad = head?.ok === false ? 1 : 0;
    for (const member of zip.members) {
      if (!/(^|\/)samples\/[^/]+\.json$/.test(member.name)) continue;
      const sample = valueOf(await zip.read(member));
      if (sample.ok) yield readSample(sample.value, about);
      else bad++;
    }
    if (bad > 0) yield { runs: [], drops: faultDrops({ bad, torn: 0 }) };
  } finally {
    await zip.close();
  }
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    throw diskError(path, "read", error);
  });
}

const NO_NAMES = new Set(["trajectory", "traj", "run", "output", "last_mini_run", "messages"]);
/** Harnesses that call the file of a run as the instance that it was about. */
const NAMED_BY_INSTANCE = new Set(["mini-swe-agent", "swe-agent"]);

/** A run whose log names none is called as its file, or as its folder where files are all called alike. */
function named(run: Run, path: string, row: number): Run {
  if (run.id !== null) return run;
  const stem = stemOf(path);
  const name = nameOf(path);
  if (NAMED_BY_INSTANCE.has(run.format) && stem !== "last_mini_run" && row === 0) {
    return { ...run, id: name, instance_id: name };
  }
  return { ...run, id: row === 0 ? name : `${name}#${row}` };
}

function stemOf(path: string): string {
  return basename(path)
    .replace(/\.gz$/, "")
    .replace(/(\.traj)?\.[a-z]+$/, "");
}

function nameOf(path: string): string {
  const stem = stemOf(path);
  return NO_NAMES.has(stem) ? basename(dirname(path)) : stem;
}
