/** The figures of the readers: what is asked of them, and that the printed tables are today's. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  failureTables,
  familyOf,
  judgeLog,
  type LabelledLog,
} from "../../../src/core/failure/measure.ts";
import { MADE_TABLES, tableFile } from "../../../src/command/made-table.ts";
import { labelledSets } from "../../../src/stages/classify.ts";

const sets = await labelledSets(MADE_TABLES.failures.data);

test("docs/tables/failures.md is what measure:failures writes today", () => {
  const text = tableFile("failures", failureTables(sets).join("\n"));
  expect(readFileSync("docs/tables/failures.md", "utf8")).toBe(text);
});

const share = (some: readonly LabelledLog[], is: "isCategory" | "isContext"): number =>
  some.filter((log) => judgeLog(log)[is]).length / some.length;

test.each(sets.map((set) => [set.name, set.logs] as const))(
  "of the logs in %s 92 % get their category and 88 % their line",
  (_name, logs) => {
    expect(share(logs, "isCategory")).toBeGreaterThanOrEqual(0.92);
    expect(share(logs, "isContext")).toBeGreaterThanOrEqual(0.88);
  },
);

test("no family falls under 75 %", () => {
  const logs = sets.flatMap((set) => set.logs);
  for (const family of new Set(logs.map((log) => familyOf(log.runner)))) {
    const some = logs.filter((log) => familyOf(log.runner) === family);
    expect(share(some, "isCategory"), family).toBeGreaterThanOrEqual(0.75);
    expect(share(some, "isContext"), family).toBeGreaterThanOrEqual(0.75);
  }
});

const log = (over: Partial<LabelledLog>): LabelledLog => ({
  id: "a",
  runner: "pytest",
  text: "E   KeyError: 'x'\n",
  category: "runtime",
  context: "E   KeyError: 'x'",
  ...over,
});

test.each([
  ["the label", {}, true, true],
  ["a second category that can be defended", { category: "import", also: ["runtime"] }, true, true],
  ["another category", { category: "import" }, false, true],
  ["a second right line", { context: "a", context_also: ["E   KeyError: 'x'"] }, true, true],
  ["another line", { context: "a" }, true, false],
] as const)("a reading is measured against %s", (_what, over, isCategory, isContext) => {
  expect(judgeLog(log(over))).toMatchObject({ isCategory, isContext });
});

test("the tables show families, runners and what was taken for what", () => {
  const logs = [log({}), log({ category: "import" }), log({ runner: "cargo test" })];
  expect(failureTables([{ name: "x", logs }])).toEqual([
    "| set | logs | category | context | unknown |",
    "| --- | ---- | -------- | ------- | ------- |",
    "| x   | 3    | 66.7 %   | 100.0 % | 0       |",
    "",
    "## Families and runners",
    "",
    "Category and context right, of logs.",
    "",
    "| family     | runner     | x         |",
    "| ---------- | ---------- | --------- |",
    "| **Python** |            | 1, 2 of 2 |",
    "|            | pytest     | 1, 2 of 2 |",
    "| **Rust**   |            | 1, 1 of 1 |",
    "|            | cargo test | 1, 1 of 1 |",
    "",
    "## x: what was taken for what",
    "",
    "| labelled | taken for | logs |",
    "| -------- | --------- | ---- |",
    "| import   | runtime   | 1    |",
  ]);
});
