import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runGym } from "../../src/command/gym-cli.ts";
import { tempProject } from "../support/project.ts";

const fault = (argv: readonly string[]): Promise<unknown> =>
  runGym(argv).catch((error: unknown) => error);

test.each(["build", "import"])(
  "gym %s may begin in a folder that is not there, and leaves none when its Python is refused",
  async (word) => {
    const root = join(tempProject(), "new", "gym");
    const error = await fault([word, "--root", root, "--python", "/no/python"]);
    expect(error).toMatchObject({ message: expect.stringContaining("/no/python") as string });
    expect(existsSync(root)).toBe(false);
  },
);

test("gym import makes the folder, and says what it looks for in it", async () => {
  const root = join(tempProject(), "new", "gym");
  expect(await fault(["import", "--root", root, "--folder", "nowhere"])).toMatchObject({
    message: expect.stringContaining("nowhere holds no task") as string,
  });
  expect(existsSync(root)).toBe(true);
});

test.each(["play", "script", "export", "bild"])(
  "gym %s in a folder that is not there is refused",
  async (word) => {
    const root = join(tempProject(), "new");
    expect(await fault([word, "--root", root])).toMatchObject({
      message: `gym: --root ${root} is not a folder`,
      hint: "make it first, or name another",
    });
    expect(existsSync(root)).toBe(false);
  },
);

test("gym build in a file is refused", async () => {
  const root = join(tempProject(), "file");
  writeFileSync(root, "");
  expect(await fault(["build", "--root", root])).toMatchObject({
    message: `gym: --root ${root} is not a folder`,
  });
});
