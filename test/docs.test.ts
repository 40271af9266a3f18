/** The documents cannot rot: what they name is there, what they tell to type exists, tables are new. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** The pages below a folder. Hidden folders are not entered: a Python environment has thousands. */
const pagesIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? pagesIn(path) : path.endsWith(".md") ? [path] : [];
    });

const DOCS = [
  "README.md",
  "AGENTS.md",
  ...["docs", "bench", "src/core", "findings", "training", "engines"].flatMap(pagesIn),
];
const NAMED =
  /`((?:src|scripts|docs|test|sample|bench|training|engines|findings|\.ci)\/[A-Za-z0-9_./-]+)`/g;
const { scripts: COMMANDS } = JSON.parse(readFileSync("package.json", "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};
const scripts = Object.keys(COMMANDS);

test.each(DOCS)("every path that %s names is there", (doc) => {
  expect(deadPaths(doc, readFileSync(doc, "utf8"))).toEqual([]);
});

test("a path that is gone and a link that leads nowhere are found", () => {
  const text =
    "`src/gone.ts` [a](gone.md) [b](tables/audit.md#x) `training/gone` `docs/tables/gone.md`";
  expect(deadPaths("docs/page.md", text)).toEqual([
    "src/gone.ts",
    "training/gone",
    "docs/tables/gone.md",
    "docs/gone.md",
  ]);
});

test.each(DOCS)("every heading that %s links to is there", (doc) => {
  const links = [...readFileSync(doc, "utf8").matchAll(/\]\(([^)#\s:]*)#([^)\s]+)\)/g)];
  const dead = links.filter(([, path = "", heading = ""]) => {
    const file = path === "" ? doc : normalize(join(dirname(doc), path));
    return !headingsOf(readFileSync(file, "utf8")).includes(heading);
  });
  expect(dead.map(([link]) => link)).toEqual([]);
});

test.each(DOCS)("every npm script that %s tells to run exists", (doc) => {
  const named = [...readFileSync(doc, "utf8").matchAll(/npm run ([a-z][a-z0-9:-]*)/g)].map(
    (match) => match[1] ?? "",
  );
  expect(named.filter((name) => !scripts.includes(name) && name !== "stage:")).toEqual([]);
});

test("the cells of README's tables are a few words: at most 90 characters", () => {
  const cells = readFileSync("README.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  expect(cells.length).toBeGreaterThan(50);
  expect(cells.filter((cell) => cell.length > 90)).toEqual([]);
});

test("a page of docs/ is some 100 lines long, hardly one over 150", () => {
  const long = readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .filter((name) => readFileSync(`docs/${name}`, "utf8").split("\n").length > 150);
  expect(long).toEqual([]);
});

test("no table of figures stands twice", () => {
  const rows = DOCS.flatMap((doc) =>
    readFileSync(doc, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("|") && (line.match(/\d/g)?.length ?? 0) >= 6)
      .map((line) => line.replace(/\s+/g, " ")),
  );
  expect(rows.filter((row, at) => rows.indexOf(row) !== at)).toEqual([]);
});

test("every script in scripts/ is run by its name in package.json, by the launcher, and is short", () => {
  for (const name of readdirSync("scripts").map((file) => basename(file, ".ts"))) {
    const line = `node kingmaker.cjs ${name}`;
    expect(
      [name, `stage:${name}`, name.replace("-", ":")].map((one) => COMMANDS[one]),
      name,
    ).toContain(line);
    expect(readFileSync(`scripts/${name}.ts`, "utf8").split("\n").length).toBeLessThanOrEqual(60);
  }
});

test("every npm script of ours goes through the launcher and names a file", () => {
  const lines = Object.values(COMMANDS).filter((line) => /^node |tsx|\.ts\b/.test(line));
  const named = lines.map((line) => /^node kingmaker\.cjs ([\w/-]+)$/.exec(line)?.[1] ?? line);
  const files = named.map((name) => (name.includes("/") ? `${name}.ts` : `scripts/${name}.ts`));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

test("no file names a package registry's host, and the lock file carries no addresses", () => {
  expect(readFileSync("package-lock.json", "utf8")).not.toMatch(
    /"resolved"|https?:\/\/[^"]*registry/,
  );
});

// ---------------------------------------------------------------------------------------------

/** Paths in backticks and targets of links that are not there. */
function deadPaths(doc: string, text: string): string[] {
  const named = [...text.matchAll(NAMED)].map((match) => match[1] ?? "");
  const linked = [...text.matchAll(/\]\(((?!https?:|#)[^)#\s]+)/g)].map((match) =>
    normalize(join(dirname(doc), match[1] ?? "")),
  );
  return [...named, ...linked].filter((path) => !existsSync(path));
}

/** Anchors of a page's headings: words in lower case, joined by hyphens, signs left out. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
