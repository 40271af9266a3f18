/** How a build is called in what it leaves behind. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildName } from "../../src/io/build-name.ts";
import { tempProject } from "../support/project.ts";

const MANIFEST = { "package.json": { name: "kingmaker", version: "1.2.3" } };

test("a checkout is called by version and commit, a package by its version", () => {
  const root = tempProject(MANIFEST);
  expect(buildName(root)).toBe("1.2.3");
  const git = (...words: string[]): string =>
    execFileSync(
      "git",
      ["-C", root, "-c", "user.name=a", "-c", "user.email=a@example.org", ...words],
      {
        encoding: "utf8",
      },
    );
  git("init", "-q");
  expect(buildName(root)).toBe("1.2.3");
  git("commit", "-q", "--allow-empty", "-m", "first");
  expect(buildName(root)).toBe(`1.2.3 (${git("rev-parse", "--short=12", "HEAD").trim()})`);
  // Installed below somebody's checkout: that commit is theirs.
  const below = join(root, "node_modules/kingmaker");
  mkdirSync(below, { recursive: true });
  writeFileSync(join(below, "package.json"), JSON.stringify(MANIFEST["package.json"]));
  expect(buildName(below)).toBe("1.2.3");
});

test("this build has a name", () => {
  expect(buildName()).toMatch(/^\d+\.\d+\.\d+(?: \([0-9a-f]{12}\))?$/);
});
