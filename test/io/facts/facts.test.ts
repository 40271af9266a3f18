import { spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  addFactLines,
  readFactLines,
  summed,
  tidyFactLines,
} from "../../../src/io/facts/fact-lines.ts";
import { keyOver, openFacts, printOver, type FactKind } from "../../../src/io/facts/facts.ts";
import { openStore } from "../../../src/io/store.ts";
import { editIndex } from "../../support/fact-lines.ts";
import { tempProject } from "../../support/project.ts";

const schema = z.object({ n: z.int() });
const KIND: FactKind<number> = { name: "double", folder: "answer", schema: z.number() };

/** Files that a tick of the disk's clock lies behind, and a reader that counts what it had to make. */
async function world(files: Record<string, unknown> = { "answer/a.json": { n: 1 } }) {
  const root = tempProject(files);
  await sleep(80);
  const store = openStore(root);
  const made: string[] = [];
  const look = async (path = "answer/a.json"): Promise<number> => {
    const facts = openFacts(store, [KIND]);
    const value = await facts.of(KIND, path, schema, ({ n }) => {
      made.push(path);
      return n * 2;
    });
    expect(await facts.save()).toBeNull();
    return value;
  };
  return { root, store, made, look, index: join(root, "answer/.facts.jsonl") };
}

test("what was made of a file is not made again while the file is as it was", async () => {
  const { look, made, index } = await world();
  expect([await look(), await look(), await look()]).toEqual([2, 2, 2]);
  expect(made).toEqual(["answer/a.json"]);
  const kinds: string[] = [];
  readFactLines(index, null, ([kind]) => kinds.push(kind));
  expect(kinds).toEqual(["file", "double"]);
});

test.each([
  ["few files leave no index behind a look", 1000, false],
  ["many do, so that the next look need not read them", 2000, true],
])("%s", async (_rule, files, isLeft) => {
  const { store, index } = await world();
  const look = openFacts(store, [KIND], "", "look");
  for (let n = 0; n < files; n++) look.keep(KIND, `answer/${n}.json`, "k", n);
  expect(await look.save()).toBeNull();
  expect(existsSync(index)).toBe(isLeft);
  // One that work began is added to.
  const work = openFacts(store, [KIND]);
  work.keep(KIND, "answer/a.json", "k", 1);
  await work.save();
  const size = statSync(index).size;
  await look.save();
  expect(statSync(index).size > size).toBe(!isLeft);
});

test("a file edited by hand is noticed, also with its old size and time of change", async () => {
  const { look, root } = await world();
  expect(await look()).toBe(2);
  const path = join(root, "answer/a.json");
  const { atime, mtime, size } = statSync(path);
  writeFileSync(path, readFileSync(path, "utf8").replace("1", "7"));
  utimesSync(path, atime, mtime);
  expect(statSync(path).size).toBe(size);
  expect(await look()).toBe(14);
});

test("a file that was touched alone is read again, and what was made of it stands", async () => {
  const { look, root, made } = await world();
  await look();
  utimesSync(join(root, "answer/a.json"), 1, 1);
  expect(await look()).toBe(2);
  expect(made).toHaveLength(1);
});

test("of a file that changed just now nothing is taken for granted by its print", async () => {
  const root = tempProject({ "answer/a.json": { n: 1 } });
  const store = openStore(root);
  // A clock that is ahead: on a busy machine "just now" is over before it is looked at.
  const later = Date.now() / 1000 + 600;
  utimesSync(join(root, "answer/a.json"), later, later);
  expect(printOver(store, ["answer/a.json"])).toBeNull();
  const facts = openFacts(store, [KIND]);
  await facts.of(KIND, "answer/a.json", schema, ({ n }) => n);
  await facts.save();
  const kinds: string[] = [];
  readFactLines(join(root, "answer/.facts.jsonl"), null, ([kind]) => kinds.push(kind));
  expect(kinds).toEqual(["double"]);
});

test.each<[how: string, spoil: (index: string) => void, made: number]>([
  ["deleted", (index) => rmSync(index), 2],
  [
    "torn in its last line",
    (index) => writeFileSync(index, readFileSync(index).subarray(0, -9)),
    2,
  ],
  [
    "of another build",
    (index) =>
      replaceIn(index, /"double","answer\/a.json","\w+/, '"double","answer/a.json","000000000000'),
    2,
  ],
  ["not lines at all", (index) => writeFileSync(index, Buffer.alloc(5000, 0)), 2],
  ["one endless line", (index) => writeFileSync(index, "x".repeat(3_000_000)), 2],
  [
    "lines of another version",
    (index) =>
      writeFileSync(index, '{"v":9}\n["file"]\n[1,2,3,4]\n["file","answer/a.json","x",7]\n'),
    2,
  ],
  ["made of a value of another shape", (index) => replaceIn(index, /,2(?=,\d+\])/, ',"two"'), 2],
  [
    "followed by a torn line of another process",
    (index) => appendFileSync(index, '\n["file","answer/a.js'),
    1,
  ],
])("an index that is %s changes no result", async (_how, spoil, count) => {
  const { look, made, index } = await world();
  await look();
  spoil(index);
  expect(await look()).toBe(2);
  expect(made).toHaveLength(count);
  expect(await look()).toBe(2);
  expect(made).toHaveLength(count);
});

test("an index that cannot be written is no error, and said in words", async () => {
  const { store, index } = await world();
  mkdirSync(index);
  const facts = openFacts(store, [KIND]);
  expect(await facts.of(KIND, "answer/a.json", schema, ({ n }) => n * 2)).toBe(2);
  expect(await facts.save()).toMatch(
    /^what is known of the files could not be kept, so the next run reads them all again: EISDIR/,
  );
});

test("an index is not written through a link", async () => {
  const { store, index, root } = await world();
  const elsewhere = join(root, "elsewhere");
  writeFileSync(elsewhere, "");
  symlinkSync(elsewhere, index);
  const facts = openFacts(store, []);
  facts.keep(KIND, "answer/a.json", "k", 2);
  expect(await facts.save()).toMatch(
    /could not be kept.*facts\.jsonl is a link, and nothing is added through it/,
  );
  expect(readFileSync(elsewhere, "utf8")).toBe("");
});

test("an index that the disk takes half of is no error, and what was torn off is passed over", async () => {
  const { root, look, made } = await world();
  const code = `
    const { openFacts } = await import("./src/io/facts/facts.ts");
    const { openStore } = await import("./src/io/store.ts");
    const facts = openFacts(openStore(process.argv[1]), []);
    for (let n = 0; n < 100; n++) facts.keep({ name: "double", folder: "answer" }, "n" + n, "k", "x".repeat(500));
    console.log(await facts.save());`;
  const args = ["--import", "tsx", "--input-type=module", "-e", code, root];
  const said = await new Promise<string>((resolve) => {
    const child = spawn("bash", ["-c", 'ulimit -f 20; exec "$@"', "-", process.execPath, ...args]);
    let out = "";
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.on("close", () => resolve(out));
  });
  expect(said).toMatch(/could not be kept.*EFBIG/);
  expect(await look()).toBe(2);
  expect(await look()).toBe(2);
  expect(made).toHaveLength(1);
});

test("a file that is not there, or has the wrong shape, is the error it always was", async () => {
  const { look } = await world({ "answer/b.json": { n: "x" } });
  await expect(look()).rejects.toThrow("answer/a.json is not there");
  await expect(look("answer/b.json")).rejects.toThrow("answer/b.json has the wrong shape: .n");
});

test("two processes that add at once lose no line and spoil none", async () => {
  const { root } = await world();
  const index = join(root, "score/.facts.jsonl");
  const code = `
    const { addFactLines } = await import("./src/io/facts/fact-lines.ts");
    for (let n = 0; n < 60; n++) addFactLines(process.argv[1], [["k", process.argv[2] + n, "key", "x".repeat(2000)]]);`;
  const run = (who: string): Promise<number | null> =>
    new Promise((resolve) => {
      const args = ["--import", "tsx", "--input-type=module", "-e", code, index, who];
      spawn(process.execPath, args, { stdio: "inherit" }).on("close", resolve);
    });
  expect(await Promise.all([run("a"), run("b")])).toEqual([0, 0]);
  const names = new Set<string>();
  readFactLines(index, new Set(["k"]), ([, name]) => names.add(name));
  expect(names.size).toBe(120);
});

test("lines that were overtaken are tidied away, the last of each stays", async () => {
  const { index } = await world();
  for (let n = 0; n < 5; n++) addFactLines(index, [["k", "a", String(n), n]]);
  await tidyFactLines(index);
  expect(readFileSync(index, "utf8")).toBe(`${summed(["k", "a", "4", 4])}\n`);
});

test("many overtaken lines are tidied by the run that meets them", async () => {
  const { index, look } = await world();
  addFactLines(
    index,
    Array.from({ length: 1200 }, (_, n) => ["double", "x", String(n), n] as const),
  );
  await look();
  expect(readFileSync(index, "utf8").split("\n").length).toBeLessThan(10);
});

test("folders that may not be read are a fault with a remedy, not an empty workspace", async () => {
  if (process.getuid?.() === 0) return;
  const { store, root } = await world();
  chmodSync(join(root, "answer"), 0);
  await expect(openFacts(store, []).hash("answer/a.json")).rejects.toThrow("no permission");
  chmodSync(join(root, "answer"), 0o755);
});

test("keys differ where their parts do", () => {
  expect(keyOver(["a", "b"])).not.toBe(keyOver(["ab"]));
  expect(keyOver({ a: 1 })).toBe(keyOver({ a: 1 }));
});

// ---------------------------------------------------------------------------------------------

function replaceIn(path: string, what: RegExp, by: string): void {
  editIndex(path, (text) => {
    expect(text).toMatch(what);
    return text.replace(what, by);
  });
}
