/** Which places of a package its tests reach, and which tests: from coverage.py's report, and from V8's own counts. */
import { z } from "zod";
import type { Mutation } from "../../records/gym-task.ts";

/** The tests that run a place, by what they are called below; "all" where it runs before any of them; null: nobody does. */
export type Reached = (place: Mutation) => readonly string[] | "all" | null;

const pythonSchema = z.looseObject({
  files: z.record(
    z.string(),
    z.looseObject({
      executed_lines: z.array(z.int()),
      contexts: z.record(z.string(), z.array(z.string())).default({}),
    }),
  ),
});

/**
 * From `coverage json --show-contexts`; file names relative to the package or below /testbed.
 * @param tests ids; a context of the report is a number of this list, or "" for what no test began.
 */
export function pythonReached(report: unknown, tests: readonly string[]): Reached {
  const { files } = pythonSchema.parse(report);
  const found = new Map(
    Object.entries(files).map(([file, said]) => [file.replace(/^\/testbed\//, ""), said]),
  );
  const executed = new Map([...found].map(([file, said]) => [file, new Set(said.executed_lines)]));
  return ({ file, line, before }) => {
    const lines = before.split("\n").map((_, at) => line + at);
    const ran = lines.filter((one) => executed.get(file)?.has(one) === true);
    if (ran.length === 0) return null;
    const contexts = ran.flatMap((one) => found.get(file)?.contexts[String(one)] ?? [""]);
    if (contexts.includes("")) return "all";
    return [...new Set(contexts)].flatMap((number) => tests[Number(number)] ?? []);
  };
}

const rangeSchema = z.looseObject({
  startOffset: z.int(),
  endOffset: z.int(),
  count: z.int(),
});
type Range = z.infer<typeof rangeSchema>;
const v8Schema = z.looseObject({
  result: z.array(
    z.looseObject({
      url: z.string(),
      functions: z.array(z.looseObject({ ranges: z.array(rangeSchema) })),
    }),
  ),
});

/** From the files of NODE_V8_COVERAGE, one a process: what the innermost range around a place counts. */
export function javascriptReached(
  reports: readonly { readonly report: unknown; readonly testFile: string }[],
): Reached {
  const scripts = new Map<string, { readonly testFile: string; readonly ranges: Range[] }[]>();
  for (const { report, testFile } of reports) {
    for (const { url, functions } of v8Schema.parse(report).result) {
      const file = url.replace(/^file:\/\/\/testbed\//, "");
      if (file === url) continue;
      const ranges = functions.flatMap((one) => one.ranges);
      scripts.set(file, [...(scripts.get(file) ?? []), { testFile, ranges }]);
    }
  }
  return (place) => {
    const runs = (scripts.get(place.file) ?? []).filter(({ ranges }) => counts(ranges, place));
    return runs.length === 0 ? null : [...new Set(runs.map(({ testFile }) => testFile))];
  };
}

// ---------------------------------------------------------------------------------------------

function counts(ranges: readonly Range[], { start, end }: Mutation): boolean {
  const around = ranges.filter((range) => range.startOffset <= start && range.endOffset >= end);
  const size = (range: Range): number => range.endOffset - range.startOffset;
  const inner = around.reduce<Range | null>(
    // Of two alike, V8 lists the one that is nested last.
    (best, range) => (best === null || size(range) <= size(best) ? range : best),
    null,
  );
  return inner !== null && inner.count > 0;
}
