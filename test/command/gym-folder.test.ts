import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runGym } from "../../src/command/gym-cli.ts";
import { UserError } from "../../src/errors.ts";
import { tempProject } from "../support/project.ts";

const fault = (argv: readonly string[]): Promise<unknown> =>
  runGym(argv).catch((error: unknown) => error);

test.each(["build", "import"])(
  "gym %s begins a workspace in a folder that is not there",
  async (word) => {
    const root = join(tempProject(), "new", "gym");
    // Refused later, for its Python: no folder is left of that.
    const error = await fault([word, "--root", root, "--python", "/no/python"]);
    expect(error).toMatchObject({ message: expect.stringContaining("/no/python") as string });
    expect(existsSync(root)).toBe(false);
    const refused = await fault([
      word,
      "--root",
      root,
      "--folder",
      "nowhere",
      "--packages",
      "no-such",
    ]);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as UserError).message).not.toContain("is not a folder");
    expect(readdirSync(root)).not.toContain("chain.toml");
  },
);

test.each([
  [["play"], "make it first, or name another"],
  [["script"], "make it first, or name another"],
  [["export"], "make it first, or name another"],
  [["bild"], "make it first, or name another"],
])("gym %s in a folder that is not there is refused", async (words, hint) => {
  const root = join(tempProject(), "new");
  expect(await fault([...words, "--root", root])).toMatchObject({
    message: `gym: --root ${root} is not a folder`,
    hint,
  });
  expect(existsSync(root)).toBe(false);
});

test("gym build in a file is refused", async () => {
  const root = join(tempProject(), "file");
  writeFileSync(root, "");
  expect(await fault(["build", "--root", root])).toMatchObject({
    message: `gym: --root ${root} is not a folder`,
  });
});
