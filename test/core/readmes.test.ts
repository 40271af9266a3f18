/** Each folder of core opens with a README: what it decides, what to read first. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";

const folders = [
  ...new Set(
    readdirSync("src/core", { recursive: true, encoding: "utf8" })
      .filter((name) => name.includes("/") && name.endsWith(".ts"))
      .map((name) => `src/core/${dirname(name)}`),
  ),
].sort();

test("core has folders by idea", () => {
  expect(folders).toContain("src/core/turn");
  expect(folders.length).toBeGreaterThan(10);
});

test.each(folders)(
  "%s opens with ten lines or so on what it decides and what to read first",
  (folder) => {
    const text = readFileSync(`${folder}/README.md`, "utf8");
    expect(text.split("\n").length).toBeLessThanOrEqual(16);
    expect(text).toContain("Decides ");
    expect(text).toContain("Read first ");
  },
);

test.each(folders)("the files that the README of %s names are there", (folder) => {
  const text = readFileSync(`${folder}/README.md`, "utf8");
  const named = [...text.matchAll(/`([a-z0-9./-]+\.(?:ts|json|md))`/g)].map(
    ([, file = ""]) => file,
  );
  const at = (file: string): string => (/^(?:src|docs)\//.test(file) ? file : `${folder}/${file}`);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((file) => !existsSync(at(file)))).toEqual([]);
});
