/** docs/tables: what a command made, as long as what it was made from is the same. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import {
  MADE_TABLES,
  inputsHash,
  tableFile,
  tablePath,
  withImports,
  type TableName,
} from "../../src/command/made-table.ts";

const run = promisify(execFile);
const names = Object.keys(MADE_TABLES) as TableName[];

test.each(names)("docs/tables/%s.md was made from the code and the data that are here", (name) => {
  const [, hash] = /<!-- inputs (\w+) -->/.exec(readFileSync(tablePath(name), "utf8")) ?? [];
  expect(hash, `out of date: run npm run ${MADE_TABLES[name].script} -- --write`).toBe(
    inputsHash(MADE_TABLES[name]),
  );
});

test("docs/tables holds what commands make and nothing else", () => {
  expect(readdirSync("docs/tables").sort()).toEqual(names.map((name) => `${name}.md`).sort());
});

test("measure:actions, run again, prints what docs/tables/actions.md says", async () => {
  const args = ["kingmaker.cjs", "bench/measure-actions"];
  const { stdout } = await run(process.execPath, args);
  expect(tableFile("actions", stdout)).toBe(readFileSync(tablePath("actions"), "utf8"));
});

test("measure:actions does not write a table of other files", async () => {
  const args = ["kingmaker.cjs", "bench/measure-actions", "--write", "some.jsonl"];
  await expect(run(process.execPath, args)).rejects.toMatchObject({
    code: 1,
    stderr:
      "measure:actions: --write is for the labelled fixtures alone\n  -> leave the files out, or leave --write out\n",
  });
});

test("the hash follows the code, what it imports, and the data; types and records do not count", () => {
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-tables-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const write = (name: string, text: string): void => writeFileSync(at(name), text);
  write("a.ts", 'import { b } from "./b.ts";\nimport type { C } from "./c.ts";\n');
  write("b.ts", 'import {\n  d,\n} from "./d.ts";\nexport const b = 1;\n');
  write("c.ts", "export type C = 1;\n");
  write("d.ts", "export const d = 1;\n");
  write("data.jsonl", "{}\n");
  const inputs = { code: [at("a.ts")], data: [at("data.jsonl")] };
  expect(withImports(inputs.code)).toEqual([at("a.ts"), at("b.ts"), at("d.ts")]);
  const before = inputsHash(inputs);
  write("c.ts", "export type C = 2;\n");
  expect(inputsHash(inputs)).toBe(before);
  write("d.ts", "export const d = 2;\n");
  const after = inputsHash(inputs);
  expect(after).not.toBe(before);
  write("data.jsonl", "{}\n{}\n");
  expect(inputsHash(inputs)).not.toBe(after);
});
