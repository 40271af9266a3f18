/** The documents cannot rot: what they name is there, what they tell to type exists. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";

const DOCS = [
  "README.md",
  "AGENTS.md",
  ...(existsSync("docs") ? readdirSync("docs") : [])
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const scripts = Object.keys(
  (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object }).scripts,
);

test.each(DOCS)("every path that %s names is there", (doc) => {
  const text = readFileSync(doc, "utf8");
  const named = [
    ...text.matchAll(/`((?:src|scripts|docs|test|sample|bench|\.ci)\/[A-Za-z0-9_./-]+)`/g),
  ].map((match) => match[1] ?? "");
  const linked = [...text.matchAll(/\]\(((?!https?:|#)[^)#\s]+)/g)].map((match) =>
    doc.startsWith("docs/") ? `docs/${match[1] ?? ""}` : (match[1] ?? ""),
  );
  expect([...named, ...linked].filter((path) => !existsSync(path))).toEqual([]);
});

test.each(DOCS)("every npm script that %s tells to run exists", (doc) => {
  const named = [...readFileSync(doc, "utf8").matchAll(/npm run ([a-z][a-z0-9:-]*)/g)].map(
    (match) => match[1] ?? "",
  );
  expect(named.filter((name) => !scripts.includes(name) && name !== "stage:")).toEqual([]);
});

test("every script in scripts/ can be run by a name in package.json, and is short", () => {
  const lines = Object.values(
    (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> })
      .scripts,
  ).join("\n");
  for (const name of readdirSync("scripts")) {
    expect(lines).toContain(`scripts/${name}`);
    expect(readFileSync(`scripts/${name}`, "utf8").split("\n").length).toBeLessThanOrEqual(60);
  }
});

test("no file names a package registry's host, and the lock file carries no addresses", () => {
  expect(readFileSync("package-lock.json", "utf8")).not.toMatch(
    /"resolved"|https?:\/\/[^"]*registry/,
  );
});
