import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openBook } from "../../../src/io/facts/fact-book.ts";
import { addFactLines, tidyFactLines } from "../../../src/io/facts/fact-lines.ts";
import { tempProject } from "../../support/project.ts";

const K = [{ kind: "k", prefix: "" }];
const world = (): string => join(tempProject({ "answer/a.json": {} }), "answer/.facts.jsonl");

test("what was put is found before it is written, after it, and by the next who opens the book", () => {
  const path = world();
  const book = openBook(path, K);
  book.put("k", "a", { key: "1", value: { n: 1 } });
  book.put("k", "b", { key: "2", value: [2] });
  expect([book.has("k", "a"), book.has("k", "c"), book.waiting()]).toEqual([true, false, 2]);
  expect(book.get("k", "a")).toEqual({ key: "1", value: { n: 1 } });
  book.write();
  expect(book.waiting()).toBe(0);
  for (const one of [book, openBook(path, K)]) {
    expect(one.get("k", "a")).toEqual({ key: "1", value: { n: 1 } });
    expect(one.get("k", "b")).toEqual({ key: "2", value: [2] });
    expect(one.get("k", "c")).toBeNull();
  }
});

test("of two lines with one name the later counts, also when it came while the first was written", () => {
  const path = world();
  const book = openBook(path, K);
  book.put("k", "a", { key: "1", value: 1 });
  book.put("k", "a", { key: "2", value: 2 });
  book.write();
  expect(book.get("k", "a")).toEqual({ key: "2", value: 2 });
  expect(openBook(path, K).get("k", "a")).toEqual({ key: "2", value: 2 });
});

test("kinds that a book was not opened for are written and not looked up", () => {
  const path = world();
  const book = openBook(path, []);
  book.put("k", "a", { key: "1", value: 1 });
  expect(book.has("k", "a")).toBe(false);
  book.write();
  expect(openBook(path, K).get("k", "a")).toEqual({ key: "1", value: 1 });
});

test.each([
  "plain.json",
  'with "quotes".json',
  "ends with a backslash\\",
  'both \\" of them',
  "Größe – 名前.json",
  "",
])("a line is found under the name %j", (name) => {
  const path = world();
  addFactLines(path, [
    ["k", name, "key", "value"],
    ["k", `${name} or another`, "key", 0],
  ]);
  expect(openBook(path, K).get("k", name)).toEqual({ key: "key", value: "value" });
});

test("of a kind the names that begin as asked are looked up, and others not", () => {
  const path = world();
  addFactLines(path, [
    ["k", "prompt/a", "1", 1],
    ["k", "answer/a", "1", 2],
  ]);
  const book = openBook(path, [{ kind: "k", prefix: "prompt/" }]);
  expect([book.has("k", "prompt/a"), book.has("k", "answer/a")]).toEqual([true, false]);
  expect(book.get("k", "prompt/a")?.value).toBe(1);
});

test("lines longer than a window, and very many of them, are read as they were written", () => {
  const path = world();
  const book = openBook(path, K);
  const long = "x".repeat(300_000);
  for (let n = 0; n < 12; n++) book.put("k", `long ${n}`, { key: String(n), value: long + n });
  for (let n = 0; n < 3000; n++) book.put("k", `short ${n}`, { key: "", value: n });
  book.write();
  const known = openBook(path, K);
  for (const one of [book, known]) {
    expect(one.get("k", "long 11")).toEqual({ key: "11", value: `${long}11` });
    expect(one.get("k", "short 2999")?.value).toBe(2999);
    expect(one.get("k", "long 0")?.key).toBe("0");
    expect(one.get("k", "short 0")?.value).toBe(0);
  }
});

test("of a book that another process made anew nothing is known, and what is put from then on is", async () => {
  const path = world();
  addFactLines(path, [
    ["k", "a", "1", 1],
    ["k", "b", "1", 1],
    ["k", "a", "2", 2],
  ]);
  const book = openBook(path, K);
  await tidyFactLines(path);
  expect(book.get("k", "a")).toBeNull();
  book.put("k", "c", { key: "3", value: 3 });
  book.write();
  expect([book.get("k", "c")?.value, book.get("k", "a"), book.has("k", "b")]).toEqual([
    3,
    null,
    false,
  ]);
  expect(openBook(path, K).get("k", "a")).toEqual({ key: "2", value: 2 });
});

test("a book that is gone says nothing more, and is begun anew", () => {
  const path = world();
  addFactLines(path, [["k", "a", "1", 1]]);
  const book = openBook(path, K);
  rmSync(path);
  expect(book.get("k", "a")).toBeNull();
  book.put("k", "b", { key: "2", value: 2 });
  book.write();
  expect(openBook(path, K).get("k", "b")?.value).toBe(2);
});

test("a line that a kill tore off in the middle is not taken, and the line before it stands", () => {
  const path = world();
  addFactLines(path, [["k", "a", "1", { long: "text" }]]);
  appendFileSync(path, '\n["k","a","2",{"long":"te');
  addFactLines(path, [["k", "b", "1", 1]]);
  const book = openBook(path, K);
  expect(book.get("k", "a")).toEqual({ key: "1", value: { long: "text" } });
  expect(book.get("k", "b")?.value).toBe(1);
});

test.each([
  ["another value", (line: string) => line.replace('"n":1', '"n":7')],
  ["another key", (line: string) => line.replace('"key"', '"kez"')],
  ["another kind of value", (line: string) => line.replace('{"n":1}', "17")],
  ["a sum that is none", (line: string) => line.replace(/\d+\]$/, "0]")],
  ["a word for a sum", (line: string) => line.replace(/(\d+)\]$/, '"$1"]')],
  ["no sum, as older builds wrote it", (line: string) => line.replace(/,\d+\]$/, "]")],
])("a line with %s than was written is not believed, and its neighbour is", async (_what, edit) => {
  const path = world();
  addFactLines(path, [
    ["k", "a", "key", { n: 1 }],
    ["k", "b", "key", 2],
  ]);
  const [first = "", ...others] = readFileSync(path, "utf8").trim().split("\n");
  expect(edit(first)).not.toBe(first);
  writeFileSync(path, `\n${[edit(first), ...others].join("\n")}\n`);
  const book = openBook(path, K);
  expect([book.get("k", "a"), book.get("k", "b")?.value]).toEqual([null, 2]);
  await tidyFactLines(path);
  expect(
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  ).toEqual(others);
  book.put("k", "a", { key: "key", value: { n: 1 } });
  book.write();
  expect(openBook(path, K).get("k", "a")?.value).toEqual({ n: 1 });
});

test("a book most of whose lines are overtaken is tidied, and says the same", async () => {
  const path = world();
  addFactLines(
    path,
    Array.from({ length: 1500 }, (_, n) => ["k", `n${n % 3}`, String(n), n] as const),
  );
  const book = openBook(path, K);
  expect(book.isWorn()).toBe(true);
  await book.tidy();
  expect(book.isWorn()).toBe(false);
  expect(book.get("k", "n2")).toEqual({ key: "1499", value: 1499 });
  expect(readFileSync(path, "utf8").trim().split("\n")).toHaveLength(3);
});
