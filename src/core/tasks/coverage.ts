/** Which places of a package its tests reach: from coverage.py's report, and from V8's own counts. */
import { z } from "zod";
import type { Mutation } from "../../records/gym-task.ts";

/** True for a place that some test ran. */
export type Reached = (place: Mutation) => boolean;

const pythonSchema = z.looseObject({
  files: z.record(z.string(), z.looseObject({ executed_lines: z.array(z.int()) })),
});

/** From `coverage json`; file names relative to the package or below /testbed. */
export function pythonReached(report: unknown): Reached {
  const { files } = pythonSchema.parse(report);
  const lines = new Map(
    Object.entries(files).map(([file, { executed_lines }]) => [
      file.replace(/^\/testbed\//, ""),
      new Set(executed_lines),
    ]),
  );
  return ({ file, line }) => lines.get(file)?.has(line) === true;
}

const rangeSchema = z.looseObject({
  startOffset: z.int(),
  endOffset: z.int(),
  count: z.int(),
});
const v8Schema = z.looseObject({
  result: z.array(
    z.looseObject({
      url: z.string(),
      functions: z.array(z.looseObject({ ranges: z.array(rangeSchema) })),
    }),
  ),
});

/** From the files of NODE_V8_COVERAGE, one a process: what the innermost range around a place counts. */
export function javascriptReached(reports: readonly unknown[]): Reached {
  const scripts = new Map<string, z.infer<typeof rangeSchema>[][]>();
  for (const report of reports) {
    for (const { url, functions } of v8Schema.parse(report).result) {
      const file = url.replace(/^file:\/\/\/testbed\//, "");
      if (file === url) continue;
      const ranges = functions.flatMap((one) => one.ranges);
      scripts.set(file, [...(scripts.get(file) ?? []), ranges]);
    }
  }
  return ({ file, start, end }) =>
    (scripts.get(file) ?? []).some((ranges) => {
      const around = ranges.filter((range) => range.startOffset <= start && range.endOffset >= end);
      const size = (range: (typeof around)[number]): number => range.endOffset - range.startOffset;
      const inner = around.reduce<(typeof around)[number] | null>(
        // Of two alike, V8 lists the one that is nested last.
        (best, range) => (best === null || size(range) <= size(best) ? range : best),
        null,
      );
      return inner !== null && inner.count > 0;
    });
}
