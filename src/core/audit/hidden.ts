/**
 * What the challenger saw and the agent did not: a PR record, read once for all its turns. Which
 * part of it a history shows after all (the task text is often the problem statement) is asked of
 * the history, not here.
 */
import type { PullRequest } from "../../records/pull-request.ts";
import { futureOf } from "../challenger/future.ts";
import { parseDiff, type DiffFile, type Hunk } from "./diff.ts";
import { namesGiven, namesKnown, type Age } from "./given-names.ts";
import { KEPT_RECORDS, rememberRecent } from "./recent.ts";
import { tokensOf } from "./tokens.ts";

export type HiddenPart =
  | "patch"
  | "test_patch"
  | "title"
  | "pr_description"
  | "problem_statement"
  | "hints_text"
  | "interface"
  | "fail_to_pass"
  /** What the same run did afterwards, where there is no pull request. */
  | "future";

/** A run of tokens that stand together: one side of a hunk, or a line of prose. */
export type HiddenSequence = {
  readonly part: HiddenPart;
  /** Numbers of the tokens, as in `names`. */
  readonly ids: Int32Array;
  /** Index into `hunks`; -1 for prose. */
  readonly hunk: number;
  /** True for what follows the second @@ of a hunk's head. */
  readonly isHeading: boolean;
  /** True for what was there before the pull request: the old side of a hunk, or its heading. */
  readonly isOlder: boolean;
  /** For the evidence. */
  readonly place: string;
};

export type HiddenString = {
  readonly text: string;
  readonly part: "patch" | "test_patch";
  /** True when a line that is not added has it. */
  readonly isOlder: boolean;
  readonly place: string;
};

type PathPart = "patch" | "test_patch" | "future";

export type HiddenPath = {
  readonly path: string;
  readonly part: PathPart;
  /** True for a file that was there before the pull request. */
  readonly isOlder: boolean;
};

export type NamePlace = {
  /** The token's number: equal tokens have equal numbers. */
  readonly id: number;
  /** The first sequence that has it. */
  readonly first: HiddenSequence;
  /** True when it stands in hunk headings alone: the enclosing function, which a symptom leads to. */
  readonly isHeading: boolean;
  /** True when added lines give the name to something: else it is older than the pull request, and may be known. */
  readonly isNew: boolean;
  /** `older` and `used` of what others may use (`namesKnown`): "made" for a variable within a function too. */
  readonly age: Age;
};

export type HiddenHunk = Hunk & {
  readonly part: "patch" | "test_patch";
  readonly path: string;
  /** True for a file that the patch makes. */
  readonly isNewFile: boolean;
};

export type Hidden = {
  /** What the run did later, in the place of a pull request. */
  readonly isFuture: boolean;
  /** The repository's name in lower case, "" where the record has none. */
  readonly repo: string;
  readonly paths: readonly HiddenPath[];
  readonly hunks: readonly HiddenHunk[];
  readonly sequences: readonly HiddenSequence[];
  /** Token -> where it stands. */
  readonly names: ReadonlyMap<string, NamePlace>;
  /** String literals of the changed files' lines, longest first; at most 500. */
  readonly strings: readonly HiddenString[];
  /** All hidden text with the spaces and backslashes taken out. */
  readonly dense: string;
  /** Where numbers of issues, commits and versions may stand: the prose, the id, the base commit. */
  readonly references: readonly string[];
  /** All hidden text, a field each. */
  readonly texts: readonly string[];
  /** All of it in lower case. */
  readonly lower: string;
  /** What could not be read, as sentences; empty when all was. */
  readonly gaps: readonly string[];
};

/** Characters of one field that are read; PRs over [source].max_pr_chars are not asked about. */
const MAX_FIELD_CHARS = 500_000;

/** Reads a PR record. */
export const readHidden: (pr: PullRequest) => Hidden = rememberRecent(
  KEPT_RECORDS,
  build,
  isSameRecord,
);

// ---------------------------------------------------------------------------------------------

/** Equal in every field; texts of different length are told apart at once. */
function isSameRecord(one: PullRequest, other: PullRequest): boolean {
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => {
      const [own, its] = [one[key], other[key]];
      if (own === its) return true;
      return typeof own === "object" && JSON.stringify(own) === JSON.stringify(its);
    })
  );
}

const PROSE_PARTS = [
  "title",
  "pr_description",
  "problem_statement",
  "hints_text",
  "interface",
] as const;

function build(pr: PullRequest): Hidden {
  const future = futureOf(pr);
  return future === null ? buildPullRequest(pr) : buildFuture(future.text);
}

/**
 * What came later: names, paths and runs of words of what tools gave back. What the agent itself says
 * later is no secret of the task: an honest answer to the same history speaks and works alike.
 */
function buildFuture(text: string): Hidden {
  const gaps: string[] = text.trim() === "" ? ["nothing follows the turn in its run"] : [];
  const read = cut(text, "future", gaps)
    .split(/\n\n(?=\[(?:the agent|result|user|system)\]\n)/)
    .filter((step) => !step.startsWith("[the agent]\n"))
    .join("\n\n");
  return {
    isFuture: true,
    repo: "",
    paths: pathsIn(read).map((path) => ({ path, part: "future", isOlder: false })),
    hunks: [],
    gaps,
    ...index(proseSequences("future", read), NO_NAMES),
    strings: [],
    dense: dense(read),
    texts: [read],
    lower: read.toLowerCase(),
    references: [read],
  };
}

function buildPullRequest(pr: PullRequest): Hidden {
  const gaps: string[] = [];
  const paths: HiddenPath[] = [];
  const hunks: HiddenHunk[] = [];
  const sequences: Draft[] = [];
  const texts: string[] = [];
  for (const part of ["patch", "test_patch"] as const) {
    const text = cut(pr[part], part, gaps);
    texts.push(text);
    if (text.trim() === "") {
      // Many PRs have no test patch: that is no gap. Without a patch there is nothing to go by.
      if (part === "patch") gaps.push("the PR record has no patch");
      continue;
    }
    const files = parseDiff(text);
    if (files.length === 0) {
      gaps.push(`the ${part} is no diff: its paths and line numbers are not known`);
      sequences.push(...proseSequences(part, text));
      continue;
    }
    for (const file of files) readFile(file, part, { paths, hunks, sequences, gaps });
  }
  for (const part of PROSE_PARTS) {
    const text = cut(pr[part], part, gaps);
    texts.push(text);
    sequences.push(...proseSequences(part, text));
  }
  const tests = failToPass(pr);
  texts.push(tests);
  sequences.push(...proseSequences("fail_to_pass", tests));
  for (const path of pr.files ?? []) {
    if (!paths.some((one) => one.path === path))
      paths.push({ path, part: "patch", isOlder: false });
  }
  return {
    isFuture: false,
    repo: (pr.repo ?? pr.instance_id).toLowerCase(),
    paths,
    hunks,
    gaps,
    ...index(sequences, {
      given: namesGiven(hunks),
      older: namesKnown(hunks, "older"),
      used: namesKnown(hunks, "added"),
    }),
    strings: stringsOf(hunks),
    dense: dense(texts.join("\n")),
    texts,
    lower: texts.join("\n").toLowerCase(),
    references: [...texts, pr.instance_id.replace(/^.*-(?=\d+$)/, ""), pr.base_commit ?? ""],
  };
}

/** A line that both sides of a hunk have is one and the same, read and numbered once. */
type DraftLine = { readonly tokens: readonly string[]; readonly ids: number[] };
type Draft = Omit<HiddenSequence, "ids"> & { readonly lines: readonly DraftLine[] };
const draftLine = (text: string): DraftLine => ({ tokens: tokensOf(text), ids: [] });

type Sink = {
  paths: HiddenPath[];
  hunks: HiddenHunk[];
  sequences: Draft[];
  gaps: string[];
};

function readFile(file: DiffFile, part: "patch" | "test_patch", sink: Sink): void {
  const path = file.newPath ?? file.oldPath ?? "";
  for (const one of new Set([file.oldPath, file.newPath])) {
    if (one === null || one === "") continue;
    sink.paths.push({ path: one, part, isOlder: one === file.oldPath });
  }
  if (file.isBinary) sink.gaps.push(`${path} is a binary file: its content was not read`);
  for (const hunk of file.hunks) {
    const at = sink.hunks.push({ ...hunk, part, path, isNewFile: file.oldPath === null }) - 1;
    const own = { part, hunk: at, place: `${path} line ${hunk.newStart}` };
    const read = hunk.lines.map(({ side, text }) => ({ side, line: draftLine(text) }));
    for (const gone of ["added", "removed"] as const) {
      const lines = read.filter(({ side }) => side !== gone).map(({ line }) => line);
      sink.sequences.push({ ...own, lines, isHeading: false, isOlder: gone === "added" });
    }
    sink.sequences.push({
      ...own,
      lines: [draftLine(hunk.heading)],
      isHeading: true,
      isOlder: true,
    });
  }
}

/** One sequence a paragraph, so that a run does not cross from one remark to the next. */
function proseSequences(part: HiddenPart, text: string): Draft[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => ({
      part,
      lines: [draftLine(paragraph)],
      hunk: -1,
      isHeading: false,
      isOlder: false,
      place: part,
    }))
    .filter(({ lines }) => lines.some(({ tokens }) => tokens.length > 0));
}

/** Names that added lines give, that older lines have for others to use, and that added lines use of others. */
type KnownNames = Readonly<Record<"given" | "older" | "used", ReadonlySet<string>>>;
const NO_NAMES: KnownNames = { given: new Set(), older: new Set(), used: new Set() };

const ageOf = (name: string, { given, older, used }: KnownNames): Age =>
  older.has(name) ? "older" : used.has(name) && !given.has(name) ? "used" : "made";

/** Numbers the tokens, and notes where each stands: a place in the text before one in a heading. */
function index(drafts: readonly Draft[], known: KnownNames): Pick<Hidden, "names" | "sequences"> {
  const names = new Map<string, NamePlace>();
  const sequences = drafts.map(({ lines, ...rest }) => {
    const size = lines.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const sequence = { ...rest, ids: new Int32Array(size) };
    let at = 0;
    for (const line of lines) {
      if (line.ids.length === 0) number(line, sequence, names, known);
      for (const id of line.ids) sequence.ids[at++] = id;
    }
    return sequence;
  });
  return { names, sequences };
}

function number(
  { tokens, ids }: DraftLine,
  sequence: HiddenSequence,
  names: Map<string, NamePlace>,
  known: KnownNames,
): void {
  for (const token of tokens) {
    const before = names.get(token);
    const id = before?.id ?? names.size;
    if (before === undefined || (before.isHeading && !sequence.isHeading)) {
      names.set(token, {
        id,
        first: sequence,
        isHeading: sequence.isHeading,
        isNew: known.given.has(token),
        age: ageOf(token, known),
      });
    }
    ids.push(id);
  }
}

/** Files with a folder, as commands and listings name them, each once. */
function pathsIn(text: string): string[] {
  const found = new Set<string>();
  for (const [path] of text.matchAll(PATH)) {
    if (found.size >= MAX_PATHS) break;
    found.add(path.replace(/^\.?\//, ""));
  }
  return [...found];
}

const PATH = /(?:\.?\/)?(?:[\w@+-][\w.@+-]{0,80}\/){1,12}[\w@+-][\w.@+-]{0,80}\.[A-Za-z]\w{0,7}/g;
const MAX_PATHS = 400;

/** Short ones are read and left, or the end of one would begin the next. */
const LITERAL = /"([^"\\\n]{0,160})"|'([^'\\\n]{0,160})'|`([^`\\\n]{0,160})`/g;
const MIN_LITERAL = 3;
const MAX_STRINGS = 500;

function stringsOf(hunks: readonly HiddenHunk[]): HiddenString[] {
  const found = new Map<string, HiddenString>();
  for (const { part, path, newStart, lines } of hunks) {
    for (const line of lines) {
      for (const match of line.text.matchAll(LITERAL)) {
        const text = match[1] ?? match[2] ?? match[3] ?? "";
        if (found.size >= MAX_STRINGS) break;
        const isOlder = line.side !== "added";
        const known = found.get(text);
        if (text.length < MIN_LITERAL) continue;
        if (known === undefined)
          found.set(text, { text, part, isOlder, place: `${path} line ${newStart}` });
        else if (isOlder && !known.isOlder) found.set(text, { ...known, isOlder });
      }
    }
  }
  return [...found.values()].sort((a, b) => b.text.length - a.text.length);
}

function cut(value: string | null | undefined, part: string, gaps: string[]): string {
  const text = value ?? "";
  if (text.length <= MAX_FIELD_CHARS) return text;
  gaps.push(`the ${part} has ${text.length} characters: read up to ${MAX_FIELD_CHARS}`);
  return text.slice(0, MAX_FIELD_CHARS);
}

/** Names of the tests that have to pass: a list, or a list as JSON text. */
function failToPass(pr: PullRequest): string {
  const value = pr["FAIL_TO_PASS"];
  if (typeof value === "string") return value.slice(0, MAX_FIELD_CHARS);
  if (!Array.isArray(value)) return "";
  return value.filter((one): one is string => typeof one === "string").join("\n");
}

/** Text without spaces and backslashes: the same code reads the same in a file and in a string. */
export function dense(text: string): string {
  return text.replace(/[\s\\]+/g, "").replaceAll("'", '"');
}
