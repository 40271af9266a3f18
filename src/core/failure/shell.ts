/** bash, dash and the programs they start: the words by which a step ends. The weakest of all readers. */
import type { Category } from "./categories.ts";
import { lineAt, seek } from "./log.ts";
import type { Finding, Log } from "./types.ts";

export function readShell(log: Log): Finding | null {
  const found = FORMS.flatMap(({ marks, form, category }) =>
    marks
      .flatMap((mark) => log.at(mark))
      .filter((at) => form.test(lineAt(log, at)))
      .slice(0, 1)
      .map((at) => ({ at, category })),
  ).sort((a, b) => a.at - b.at)[0];
  if (found === undefined) return null;
  // "sh: 1: x: not found" names the shell, not a file.
  const place = /^(?!(?:ba|da|z|k)?sh:)(\S{1,300}?): (?:line )?(\d+): /.exec(lineAt(log, found.at));
  return {
    runner: "sh",
    ...found,
    strength: "summary",
    ...(place === null ? {} : { file: place[1], line: Number(place[2]) }),
  };
}

/** A limit of time from outside, told by who set it: nothing else in the log counts beside it. */
export function readLimit(log: Log): Finding | null {
  const at = log
    .at("limit")
    .findLast((one) =>
      /^(?:.{0,80} )?Timeout error: [\d.]+ seconds exceeded\.?$/.test(lineAt(log, one)),
    );
  if (
    at !== undefined &&
    seek(log, at + 1, 50, (line) => line.trim() !== "" && !/^\+|^>>>>>/.test(line)) < 0
  ) {
    return { runner: "swe-bench", at, category: "timeout", strength: "limit" };
  }
  const marked = log.at("timedOut").length === 0 ? undefined : tailMark(log);
  return marked === undefined
    ? null
    : { runner: "swe-bench", at: marked, category: "timeout", strength: "limit" };
}

// ---------------------------------------------------------------------------------------------

function tailMark(log: Log): number | undefined {
  const from = Math.max(0, log.lines.length - 200);
  const at = seek(log, from, 200, (line) => />>>>> (?:Tests|Init) Timed Out/.test(line));
  return at < 0 ? undefined : at;
}

type Form = {
  readonly marks: readonly Parameters<Log["at"]>[0][];
  readonly form: RegExp;
  readonly category: Category;
};

const FORMS: readonly Form[] = [
  {
    marks: ["notFound"],
    form: /^\S.{0,300}: (?:line )?\d+: \S.{0,300}: (?:command )?not found$/,
    category: "environment",
  },
  {
    marks: ["notFound"],
    form: /^(?:(?:ba|z|da|k)?sh|env|\/bin\/\w+|xargs|nice|timeout): .{1,300}(?:not found|[Nn]o such file)/,
    category: "environment",
  },
  {
    marks: ["noFile"],
    form: /^(?!#|\+)\S.{0,400}: No such file or directory$/,
    category: "environment",
  },
  {
    marks: ["denied"],
    form: /^(?!#|\+)\S.{0,400}: [Pp]ermission denied$/,
    category: "environment",
  },
  {
    marks: ["badSyntax"],
    form: /^\S.{0,300}: (?:line )?\d+: [Ss]yntax error\b.*(?:near|unexpected|expecting|:)/,
    category: "syntax",
  },
  {
    marks: ["unexpectedEof"],
    form: /^\S.{0,300}: line \d+: unexpected EOF while looking for matching/,
    category: "syntax",
  },
  {
    marks: ["unboundVariable"],
    form: /^\S.{0,300}: line \d+: .{1,200}: unbound variable$/,
    category: "runtime",
  },
  {
    marks: ["parameterNotSet"],
    form: /^\S.{0,300}: \d+: .{1,200}: parameter not set$/,
    category: "runtime",
  },
  {
    marks: ["segfault"],
    form: /^(?:.{0,300}: line \d+: +\d+ )?Segmentation fault\b/,
    category: "runtime",
  },
  { marks: ["aborted"], form: /^(?:.{0,300}: line \d+: +\d+ )?Aborted\b/, category: "runtime" },
  { marks: ["killed"], form: /^(?:.{0,300}: line \d+: +\d+ )?Killed\b/, category: "environment" },
  {
    marks: ["terminated"],
    form: /^(?:.{0,300}: line \d+: +\d+ )?Terminated\b/,
    category: "timeout",
  },
  { marks: ["sending"], form: /^timeout: sending signal/, category: "timeout" },
  {
    marks: ["noSpace"],
    form: /^(?!#|\+)\S.{0,400}No space left on device/,
    category: "environment",
  },
  {
    marks: ["refused", "noName"],
    form: /^(?!#|\+)(?:curl|wget|ssh|psql|mysql|redis|fatal|nc|dial|\S{1,60}): .{0,400}(?:[Cc]onnection refused|name resolution)/,
    category: "environment",
  },
  {
    marks: ["netTool"],
    form: /^(?:curl: \(\d+\) |wget: unable|ssh: (?:connect|Could not)|fatal: unable to access|psql: error)/,
    category: "environment",
  },
  {
    marks: ["place"],
    form: /^\S{1,200}: line \d+: \S.{0,200}: (?:division by 0|readonly variable|bad substitution|not a valid identifier|ambiguous redirect|invalid (?:option|number)|too many arguments|cd: |integer expression expected|unary operator expected|bad array subscript)/,
    category: "runtime",
  },
];
