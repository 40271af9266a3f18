/** Flags of the simulation that belong to another of its tables. */
import { expect, test } from "vitest";
import { runScriptFile } from "../support/scripts.ts";

test.each([
  [["--runs", "5"], "simulate: --runs is of --target", "npm run simulate -- --target --runs <n>"],
  [
    ["--target", "--duels", "5"],
    "simulate: --duels is not of --target",
    "--runs says how many runs it draws",
  ],
  [["--panels", "--duels", "5"], "simulate: --duels is not of --panels", "leave it out"],
  [["--panels", "--target"], "simulate: --target and --panels are two tables", "name one of them"],
])("simulate %j is refused, not ignored in part", async (flags, message, hint) => {
  const said = await runScriptFile("simulate", flags);
  expect(said).toMatchObject({ code: 1, stdout: "", stderr: `${message}\n  -> ${hint}\n` });
});
