/** How often the readers are right on logs that a person labelled: by family and runner, with what was taken for what. */
import { CATEGORIES } from "./categories.ts";
import { readFailure } from "./read.ts";

/** A log with its label, as the fixtures hold it. */
export type LabelledLog = {
  readonly id: string;
  readonly runner: string;
  readonly text: string;
  readonly exit_code?: number | null | undefined;
  readonly category: string;
  /** Further categories that can be defended. */
  readonly also?: readonly string[] | undefined;
  /** The line that says why, and other right ones. */
  readonly context: string;
  readonly context_also?: readonly string[] | undefined;
};

export type Judged = {
  readonly log: LabelledLog;
  readonly category: string | null;
  readonly context: string;
  readonly known: boolean;
  readonly isCategory: boolean;
  readonly isContext: boolean;
};

export type LabelledSet = { readonly name: string; readonly logs: readonly LabelledLog[] };

/** A log's reading beside its label; where nothing is known, any of the lines shown may be the right one. */
export function judgeLog(log: LabelledLog): Judged {
  const { category, context, known } = readFailure(log.text, log.exit_code);
  const right = new Set([log.context, ...(log.context_also ?? [])].map((line) => line.trim()));
  return {
    log,
    category,
    context,
    known,
    isCategory: category === log.category || (log.also ?? []).includes(category ?? ""),
    isContext: context.split("\n").some((line) => right.has(line.trim())),
  };
}

/** Markdown: the sets, families and runners over them, and what was taken for what in each. */
export function failureTables(sets: readonly LabelledSet[]): string[] {
  const judged = sets.map(({ name, logs }) => ({ name, logs: logs.map(judgeLog) }));
  return [
    ...table(
      ["set", "logs", "category", "context", "unknown"],
      judged.map(({ name, logs }) => [name, ...figures(logs)]),
    ),
    "",
    "## Families and runners",
    "",
    "Category and context right, of logs.",
    "",
    ...table(["family", "runner", ...judged.map(({ name }) => name)], byRunner(judged)),
    ...judged.flatMap(({ name, logs }) => [
      "",
      `## ${name}: what was taken for what`,
      "",
      ...confusion(logs),
    ]),
  ];
}

/** "pytest (via an agent)", "swe-bench eval (jest)", … → Python, harness, … */
export function familyOf(runner: string): string {
  const word = /^[\w+]+/.exec(runner.toLowerCase())?.[0] ?? "";
  return Object.entries(FAMILIES).find(([, words]) => words.includes(word))?.[0] ?? "other";
}

// ---------------------------------------------------------------------------------------------

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  Python: ["pytest", "unittest", "django", "nose2", "doctest", "tox", "nox", "python", "pip"],
  JavaScript: [
    "node",
    "jest",
    "vitest",
    "mocha",
    "ava",
    "tap",
    "tape",
    "jasmine",
    "tsc",
    "eslint",
    "npm",
  ],
  Go: ["go"],
  Rust: ["cargo"],
  "C and C++": [
    "gcc",
    "g++",
    "clang",
    "make",
    "cmake",
    "ctest",
    "gtest",
    "catch2",
    "cmocka",
    "check",
    "asan",
    "ubsan",
    "sanitizer",
    "valgrind",
    "c",
  ],
  JVM: ["junit4", "junit5", "surefire", "javac", "java"],
  Ruby: ["rspec", "minitest", "test", "ruby"],
  PHP: ["phpunit", "php"],
  "Perl, bats, Elixir, Lua": ["prove", "bats", "exunit", "busted"],
  shell: ["sh", "bash", "dash"],
  patch: ["patch", "git"],
  harness: ["swe"],
};

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

function figures(logs: readonly Judged[]): string[] {
  const count = (is: (one: Judged) => boolean): number => logs.filter(is).length;
  return [
    String(logs.length),
    percent(
      count((one) => one.isCategory),
      logs.length,
    ),
    percent(
      count((one) => one.isContext),
      logs.length,
    ),
    String(count((one) => !one.known)),
  ];
}

type JudgedSet = { readonly name: string; readonly logs: readonly Judged[] };

function byRunner(sets: readonly JudgedSet[]): string[][] {
  const families = new Map<string, Judged[]>();
  for (const one of sets.flatMap((set) => set.logs)) {
    pushTo(families, familyOf(one.log.runner), one);
  }
  const cells = (isIn: (one: Judged) => boolean): string[] =>
    sets.map(({ logs }) => rightOf(logs.filter(isIn)));
  return sorted(families).flatMap(([family, of]) => {
    const runners = [...new Set(of.map((one) => one.log.runner))].sort();
    return [
      [`**${family}**`, "", ...cells((one) => familyOf(one.log.runner) === family)],
      ...runners.map((runner) => ["", runner, ...cells((one) => one.log.runner === runner)]),
    ];
  });
}

/** "12, 11 of 12"; nothing where there are no logs. */
function rightOf(logs: readonly Judged[]): string {
  const count = (is: (one: Judged) => boolean): number => logs.filter(is).length;
  if (logs.length === 0) return "";
  const right = `${count((one) => one.isCategory)}, ${count((one) => one.isContext)}`;
  return `${right} of ${logs.length}`;
}

function confusion(logs: readonly Judged[]): string[] {
  const wrong = new Map<string, Judged[]>();
  for (const one of logs) {
    if (!one.isCategory) pushTo(wrong, `${one.log.category}\n${one.category ?? "success"}`, one);
  }
  if (wrong.size === 0) return ["Nothing."];
  const order: readonly string[] = CATEGORIES;
  const rows = sorted(wrong)
    .map(([key, some]) => [...key.split("\n"), String(some.length)])
    .sort(([a], [b]) => order.indexOf(a ?? "") - order.indexOf(b ?? ""));
  return table(["labelled", "taken for", "logs"], rows);
}

function pushTo(groups: Map<string, Judged[]>, key: string, one: Judged): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [one]);
  else known.push(one);
}

const sorted = (groups: ReadonlyMap<string, Judged[]>): [string, Judged[]][] =>
  [...groups].sort(([a], [b]) => (a < b ? -1 : 1));

/** As prettier would lay it out. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, at) =>
    Math.max(3, ...[head, ...rows].map((cells) => (cells[at] ?? "").length)),
  );
  const line = (cells: readonly string[], fill = " "): string =>
    `| ${widths.map((width, at) => (cells[at] ?? "").padEnd(width, fill)).join(" | ")} |`;
  return [line(head), line([], "-"), ...rows.map((cells) => line(cells))];
}
