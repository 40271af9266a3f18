/**
 * docs/tables/<name>.md: tables that a command makes with `--write`. Each carries the hash of what it
 * follows from, the code with all that it imports and the data, so that a test can say when one is
 * out of date without making it anew.
 */
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { sha256Hex } from "../core/turn/hash.ts";
import { writeWhole } from "../io/store.ts";
import { makeFolderNow } from "../io/make-folder.ts";

export type MadeTable = {
  /** What the file is headed. */
  readonly title: string;
  /** The npm script that makes it. */
  readonly script: string;
  /** Files of code that the figures follow from, with what they import for its values. */
  readonly code: readonly string[];
  /** Other files that they follow from; what these import does not count. */
  readonly data: readonly string[];
};

export const MADE_TABLES = {
  actions: {
    title: "The action classifier against labelled turns",
    script: "measure:actions",
    code: ["src/core/actions/classify.ts", "src/core/actions/measure.ts"],
    data: [
      "test/fixtures/real/actions_labelled.jsonl",
      "test/fixtures/actions/sampled.jsonl",
      "test/fixtures/actions/odd.jsonl",
      "test/fixtures/actions/varied.jsonl",
      "test/fixtures/actions/fresh.jsonl",
      "test/fixtures/actions/commands.jsonl",
      "test/fixtures/actions/commands_held.jsonl",
      "test/fixtures/actions/commands_second.jsonl",
    ],
  },
  audit: {
    title: "The audit on honest and on leaking answers",
    script: "measure:audit",
    code: ["src/core/audit/audit.ts", "bench/made-leaks.ts", "bench/respell.ts"],
    data: [
      "bench/audit-sets.ts",
      "bench/left-out.ts",
      "bench/measure-audit.ts",
      "sample/turns.jsonl",
      "sample/prs.jsonl",
      "sample/replies.jsonl",
      "test/fixtures/audit/fresh_histories.jsonl",
      "test/fixtures/audit/author_histories.jsonl",
      "test/fixtures/audit/author_pairs.jsonl",
      "test/fixtures/audit/author_prs.jsonl",
      "test/fixtures/audit/blind_runs.jsonl",
      "test/fixtures/audit/fresh_pairs.jsonl",
      "test/fixtures/audit/fresh_prs.jsonl",
      "test/fixtures/audit/handwritten_leaks.jsonl",
      "test/fixtures/audit/own_pairs.jsonl",
      "test/fixtures/audit/subtle_histories.jsonl",
      "test/fixtures/audit/subtle_pairs.jsonl",
      "test/fixtures/audit/subtle_prs.jsonl",
      "test/fixtures/audit/wide_histories.jsonl",
      "test/fixtures/audit/wide_pairs.jsonl",
      "test/fixtures/real/leaks_labelled.jsonl",
      "test/fixtures/real/prs.jsonl",
      "test/fixtures/real/swebench.jsonl",
      "test/fixtures/real/trajectories.jsonl",
    ],
  },
  failures: {
    title: "Test logs read, beside what a person said of them",
    script: "measure:failures",
    code: ["src/core/failure/read.ts", "src/core/failure/measure.ts"],
    data: [
      "test/fixtures/failures/in-view-given.jsonl",
      "test/fixtures/failures/in-view-own.jsonl",
      "test/fixtures/failures/not-in-view.jsonl",
    ],
  },
  simulate: {
    title: "How often the gate accepts, where the truth is known",
    script: "simulate",
    code: [
      "src/core/duel/simulate.ts",
      "src/core/duel/simulate-panel.ts",
      "src/core/duel/simulation-text.ts",
    ],
    data: ["src/config-schema/duel.ts", "scripts/simulate.ts"],
  },
  target: {
    title: "Runs towards a target, where the truth is known",
    script: "simulate",
    code: ["src/core/target/simulate.ts", "src/core/target/simulation-table.ts"],
    data: ["src/config-schema/duel.ts", "scripts/simulate.ts"],
  },
} as const satisfies Readonly<Record<string, MadeTable>>;

export type TableName = keyof typeof MADE_TABLES;

export const tablePath = (name: TableName): string => `docs/tables/${name}.md`;

/** The whole file. `flags`: how the command was called beside `--write`, for example "--duels 500". */
export function tableFile(name: TableName, body: string, flags = ""): string {
  const { title, script } = MADE_TABLES[name];
  return [
    `# ${title}`,
    "",
    `Made by \`npm run ${script} -- ${flags === "" ? "" : `${flags} `}--write\`; not to be edited.`,
    "",
    body.trimEnd(),
    "",
    `<!-- inputs ${inputsHash(MADE_TABLES[name])} -->`,
    "",
  ].join("\n");
}

/** Writes the file below the current folder, which is the repository's, and says so on stderr. */
export async function writeTable(name: TableName, body: string, flags = ""): Promise<void> {
  const path = tablePath(name);
  makeFolderNow(dirname(path));
  await writeWhole(path, tableFile(name, body, flags));
  process.stderr.write(`wrote ${path}\n`);
}

/** sha256 over names and bytes of all inputs. @throws when one of them is not there. */
export function inputsHash({ code, data }: Pick<MadeTable, "code" | "data">): string {
  const files = [...new Set([...withImports(code), ...data])].sort();
  return sha256Hex(files.map((file) => `${file} ${sha256Hex(readFileSync(file, "utf8"))}`).join());
}

/** The files, and what they import for its values, over all steps; no figure follows from a record's shape. */
export function withImports(code: readonly string[]): string[] {
  const found = new Set<string>();
  const waiting = [...code];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file) || file.startsWith("src/records/")) continue;
    found.add(file);
    for (const [statement, path = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      if (!/^(?:im|ex)port type\b/.test(statement))
        waiting.push(normalize(join(dirname(file), path)));
    }
  }
  return [...found].sort();
}

const IMPORT = /^(?:im|ex)port\b[^;]*?from "(\.[^"]+)"/gm;
