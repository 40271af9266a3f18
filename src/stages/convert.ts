/** convert: the runs of any source as lines of chat messages, ATIF documents or ShareGPT conversations. */
import type { Config } from "../config.ts";
import { maskedRun } from "../core/formats/masked.ts";
import type { Run } from "../core/formats/run.ts";
import type { Target } from "../core/formats/targets.ts";
import { atifDocument } from "../core/formats/write-atif.ts";
import { openaiLine } from "../core/formats/write-openai.ts";
import { sharegptLine } from "../core/formats/write-sharegpt.ts";
import { SKIP_MEANINGS } from "../drawing/logs/find.ts";
import { allRuns, noRunsFound } from "../drawing/logs/runs.ts";
import { holdsNoRun } from "../core/formats/left-out.ts";

export type ConvertOptions = {
  /** Path, glob, folder or Hub data set. */
  readonly input: string;
  readonly to: Target;
  readonly skipBad: boolean;
  /** Takes a line without its line feed. */
  readonly write: (line: string) => Promise<void> | void;
};

export type ConvertSummary = {
  readonly files: number;
  readonly written: number;
  /** Runs by agent and version. */
  readonly runs: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  /** Secrets that were masked, by kind. */
  readonly masked: Readonly<Record<string, number>>;
};

/**
 * Writes one run a line, in the order of files: whole, words as they are but for secrets.
 * @throws UserError when the input matches nothing, or holds no run.
 */
export async function convert(
  config: Pick<Config, "root" | "env" | "source" | "audit">,
  options: ConvertOptions,
): Promise<ConvertSummary> {
  const { input, to, skipBad, write } = options;
  const found = noRunsFound();
  const masked: Record<string, number> = {};
  let written = 0;
  for await (const run of allRuns({ config, name: input, key: "convert", skipBad }, found)) {
    const clean = await maskedRun(run, config);
    for (const [kind, count] of Object.entries(clean.found)) {
      masked[kind] = (masked[kind] ?? 0) + count;
    }
    await write(JSON.stringify(lineOf(to, clean.run)));
    written++;
  }
  const summary = {
    files: found.files,
    written,
    runs: Object.fromEntries(found.runs),
    skipped: Object.fromEntries(found.skipped),
    dropped: Object.fromEntries(found.drops),
    masked,
  };
  if (written > 0) return summary;
  throw holdsNoRun(`convert: ${input}`, convertLines(summary).join("; "));
}

/** The summary for a person. */
export function convertLines(summary: ConvertSummary): string[] {
  const listed = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(", ");
  const { files, written, runs, skipped, dropped, masked } = summary;
  const line = (what: string, counts: Readonly<Record<string, number>>): string[] =>
    Object.keys(counts).length === 0 ? [] : [`${what}: ${listed(counts)}`];
  return [
    `${written} runs of ${files} files`,
    ...line("found", runs),
    ...line("files without a run", skipped),
    ...DATABASES.flatMap((why) => (skipped[why] ? [`${why}: ${SKIP_MEANINGS[why]}`] : [])),
    ...line("left out", dropped),
    ...line("secrets masked", masked),
  ];
}

// ---------------------------------------------------------------------------------------------

/** What a person can mend by another Node or a package. */
const DATABASES = ["no_sqlite", "bad_database"] as const;

function lineOf(to: Target, run: Run): unknown {
  switch (to) {
    case "openai":
      return openaiLine(run);
    case "atif":
      return atifDocument(run);
    case "sharegpt":
      return sharegptLine(run);
    default:
      return to satisfies never;
  }
}
