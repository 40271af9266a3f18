/** Pull-request records: what a row needs to be one, its size, and the list of those left out for it. */
import { pullRequestSchema, type PullRequest } from "../../records/pull-request.ts";
import { SCHEMA } from "../../records/schema.ts";
import { escapeMarkdown } from "../report/markdown.ts";
import { multiSweRow } from "../formats/multi-swe.ts";
import { cleanText } from "./messages.ts";
import { repoFromId, type Row } from "./shapes.ts";

/** Without these a row is no pull-request record. */
export const PR_COLUMNS = ["instance_id", "patch"] as const;

/**
 * The record of a row, or null when id or patch is missing. Columns that we do not know are kept,
 * but for those whose name starts with "_"; missing optional ones are null. `files` is read off the diffs
 * and `language` off their file names where the row does not say.
 */
export function pullRequestOf(given: Row): PullRequest | null {
  const row = multiSweRow(given) ?? given;
  const instanceId = row["instance_id"];
  const patch = row["patch"];
  if (typeof instanceId !== "string" || instanceId === "" || typeof patch !== "string") return null;
  const texts = Object.fromEntries(
    TEXT_COLUMNS.map((column) => [column, textOf(row[column])] as const),
  );
  const rest = Object.entries(row).filter(([key]) => !key.startsWith("_"));
  const files = filesOf([patch, texts["test_patch"] ?? ""]);
  const parsed = pullRequestSchema.safeParse({
    ...Object.fromEntries(rest),
    schema: SCHEMA,
    ...texts,
    instance_id: instanceId,
    repo:
      typeof row["repo"] === "string" && row["repo"] !== "" ? row["repo"] : repoFromId(instanceId),
    files: Array.isArray(row["files"]) ? row["files"] : files,
    language: textOf(row["language"]) ?? languageOf(files),
    created_at: timeOf(row["created_at"]),
  });
  return parsed.success ? parsed.data : null;
}

/** Characters of what a model is shown of it: problem, description, patch and test patch. */
export function pullRequestChars(pr: PullRequest): number {
  return [pr.problem_statement, pr.pr_description, pr.patch, pr.test_patch].reduce<number>(
    (sum, text) => sum + (text?.length ?? 0),
    0,
  );
}

/** Paths that git diffs touch (the new name where a file was renamed), in order, each once. */
export function filesOf(diffs: readonly string[]): string[] {
  const found = new Set<string>();
  for (const diff of diffs) {
    let previous = "";
    for (const line of diff.split("\n")) {
      const path = pathOfHeader(line, previous);
      if (path !== null) found.add(path);
      previous = line;
    }
  }
  return [...found];
}

/** The language of most of the files by their endings, or null when no ending is known. */
export function languageOf(files: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const file of files) {
    const ending = file.slice(file.lastIndexOf(".") + 1).toLowerCase();
    const language = LANGUAGES[ending];
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0];
  return most?.[0] ?? null;
}

export type HugePullRequest = {
  readonly instance_id: string;
  readonly repo: string;
  readonly chars: number;
};

/** report/hugePR.md: largest first. */
export function hugePrMarkdown(huge: readonly HugePullRequest[], limit: number): string {
  const sorted = [...huge].sort(
    (a, b) => b.chars - a.chars || (a.instance_id < b.instance_id ? -1 : 1),
  );
  const rows = sorted.map(
    (pr) => `| ${escapeMarkdown(pr.instance_id)} | ${escapeMarkdown(pr.repo)} | ${pr.chars} |`,
  );
  const table = ["| instance_id | repo | characters |", "|---|---|---:|", ...rows];
  return [
    "# Pull requests left out for their size",
    "",
    `Over ${limit} characters of problem statement, description, patch and test patch ([source].max_pr_chars).`,
    "",
    ...(sorted.length === 0 ? ["None."] : table),
    "",
  ].join("\n");
}

// ---------------------------------------------------------------------------------------------

const TEXT_COLUMNS = [
  "base_commit",
  "title",
  "problem_statement",
  "pr_description",
  "hints_text",
  "interface",
  "patch",
  "test_patch",
] as const;

const LANGUAGES: Readonly<Record<string, string>> = {
  py: "python",
  pyi: "python",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  ts: "typescript",
  tsx: "typescript",
  go: "go",
  rs: "rust",
  java: "java",
  kt: "kotlin",
  scala: "scala",
  c: "c",
  h: "c",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  hpp: "cpp",
  cs: "csharp",
  rb: "ruby",
  php: "php",
  swift: "swift",
  jl: "julia",
  r: "r",
  lua: "lua",
  ex: "elixir",
  exs: "elixir",
  dart: "dart",
  clj: "clojure",
  ml: "ocaml",
};

/** A header is "diff --git a/x b/x", or "+++ b/x" right after "--- a/x": an added line may begin with "++ ". */
function pathOfHeader(line: string, previous: string): string | null {
  if (line.startsWith("diff --git ")) {
    const cut = line.lastIndexOf(" b/");
    return cut < 0 ? null : line.slice(cut + 3).trimEnd();
  }
  if (!line.startsWith("+++ ") || !previous.startsWith("--- ")) return null;
  const path = line.slice(4).split("\t")[0]?.trimEnd() ?? "";
  return path === "" || path === "/dev/null" ? null : path.replace(/^b\//, "");
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? cleanText(value) : null;
}

function timeOf(value: unknown): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}
