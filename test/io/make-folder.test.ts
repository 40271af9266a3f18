import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder, makeFolderNow } from "../../src/io/make-folder.ts";
import { openStore } from "../../src/io/store.ts";
import { UserError } from "../../src/errors.ts";
import { tempProject } from "../support/project.ts";

const BOTH: readonly (readonly [string, (path: string) => unknown])[] = [
  ["at once", (path) => Promise.resolve().then(() => makeFolderNow(path))],
  ["while others work", makeFolder],
];

test.each(BOTH)("folders are made with all that is missing above them, %s", async (_how, make) => {
  const root = tempProject({});
  await make(join(root, "a/b/c"));
  await make(join(root, "a/b/c"));
  await Promise.all([make(join(root, "a/d/e")), make(join(root, "a/d/f"))]);
  expect(readdirSync(join(root, "a/d")).sort()).toEqual(["e", "f"]);
  expect(statSync(join(root, "a/b/c")).isDirectory()).toBe(true);
});

test.each(BOTH)("what cannot be made is said by mkdir itself, %s", async (_how, make) => {
  const root = tempProject({ file: "" });
  symlinkSync(join(root, "nowhere"), join(root, "link"));
  await expect(make(join(root, "file/a"))).rejects.toMatchObject({ code: "ENOTDIR" });
  await expect(make(join(root, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(make(join(root, "link"))).rejects.toMatchObject({ code: "EEXIST" });
});

// /proc says ENOENT of a folder whose parent is there: Node's own `recursive` would ask for ever.
test.runIf(existsSync("/proc/self"))(
  "a file system that says ENOENT for ever ends in what, where and how to mend",
  async () => {
    for (const [, make] of BOTH) {
      await expect(make("/proc/kingmaker/a/b")).rejects.toMatchObject({
        code: "ENOENT",
        syscall: "mkdir",
      });
    }
    const told = await openStore("/proc/kingmaker")
      .writeText("report/a.txt", "a")
      .catch((error: unknown) => error);
    expect(told).toBeInstanceOf(UserError);
    expect(told).toMatchObject({
      message: expect.stringMatching(
        /^cannot write \/proc\/kingmaker\/report\/a\.txt: (?:a folder on the way to it is gone \(ENOENT\)|no permission)/,
      ) as string,
    });
  },
);

test("nothing in the source makes folders in any other way", () => {
  const files = ["src", "scripts"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const others = files.filter(
    (name) =>
      name.endsWith(".ts") &&
      // Pictures of the documentation, in the checkout itself.
      name !== "scripts/screenshots.ts" &&
      /mkdir(?:Sync)?\([^;]*recursive/.test(readFileSync(name, "utf8")),
  );
  expect(others).toEqual([]);
});
