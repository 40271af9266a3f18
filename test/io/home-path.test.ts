/** "~" in paths: what it stands for, and what it does not. */
import { homedir } from "node:os";
import { expect, test } from "vitest";
import { parseOwnFlags } from "../../src/command/cli.ts";
import { expandHome, underHome } from "../../src/io/home-path.ts";
import { Command } from "commander";

test.each([
  ["~", "/h/ann"],
  ["~/logs/*.jsonl", "/h/ann/logs/*.jsonl"],
  ["~bob/logs", "~bob/logs"],
  ["logs/~/a", "logs/~/a"],
  ["owner/name", "owner/name"],
  ["", ""],
])("%s is read as %s", (path, expected) => {
  expect(expandHome(path, "/h/ann")).toBe(expected);
});

test.each([
  ["/h/ann/logs/a.jsonl", "~/logs/a.jsonl"],
  ["/h/anna/logs/a.jsonl", "/h/anna/logs/a.jsonl"],
  ["/h/ann", "~"],
  ["/data/a.jsonl", "/data/a.jsonl"],
])("%s is written as %s", (path, expected) => {
  expect(underHome(path, "/h/ann")).toBe(expected);
});

test("flags and arguments may begin with it, where a shell leaves it as it is", () => {
  const command = new Command("x").argument("[in]").option("--a <p>").option("--b <p...>");
  const flags = parseOwnFlags<Record<string, unknown>>(command, [
    "--a=~/x",
    "~",
    "--b",
    "~/y",
    "z",
  ]);
  expect(flags).toEqual({ a: `${homedir()}/x`, b: [`${homedir()}/y`, "z"], args: [homedir()] });
});
