/** Whether a command said again what was recorded: alike but for times, paths, ports, addresses and process numbers. */

export type Compared = { readonly same: boolean; readonly recorded: string; readonly now: string };

/** Two observations without what differs from run to run. */
export function compareObservations(recorded: string, now: string): Compared {
  const [a, b] = [steadyText(recorded), steadyText(now)];
  return { same: a === b, recorded: a, now: b };
}

/** The text with a mark for each thing that no run repeats. */
export function steadyText(text: string): string {
  return RULES.reduce((said, [pattern, mark]) => said.replace(pattern, mark), text)
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
}

// ---------------------------------------------------------------------------------------------

const RULES: readonly (readonly [RegExp, string])[] = [
  // "in 0.12s", "1.5 seconds", "(3ms)", "duration_ms 12.1": every length of time.
  [/\b\d+(?:\.\d+)?(?:e-?\d+)? ?(?:ns|µs|us|ms|s|sec|secs|seconds?|minutes?|min)\b/g, "<time>"],
  // mocha says how long a test took where it was slow, and nothing where it was not.
  [/ \(<time>\)$/gm, ""],
  [/\b(duration_ms|duration|elapsed|time)(["']?[ :=]+)\d+(?:\.\d+)?/g, "$1$2<time>"],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, "<time>"],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[ ,]+[\w ,:]{6,24}\b\d{4}\b/g, "<time>"],
  [
    /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} +(?:\d\d:\d\d|\d{4})\b/g,
    "<time>",
  ],
  [/\b\d\d:\d\d(?::\d\d(?:\.\d+)?)?\b/g, "<time>"],
  // Addresses of objects, ports, process numbers.
  [/\b0x[0-9a-fA-F]{6,16}\b/g, "<address>"],
  [/\b(localhost|127\.0\.0\.1|0\.0\.0\.0):\d{2,5}\b/g, "$1:<port>"],
  [/\b(pid|PID)(["']?[ :=]+)\d+/g, "$1$2<pid>"],
  // Folders that a run made for itself.
  [/\/(?:private\/)?(?:tmp|var\/folders)\/[^\s'":,;)\]]+/g, "<path>"],
  // Owners and sizes of folders in long listings.
  [/^([d-][rwxsStT-]{9}[+.@]?) +\d+ \S+ +\S+ +\d+ /gm, "$1 "],
  [/^total \d+$/gm, "total <n>"],
];
