import { expect, test } from "vitest";
import { asTyped, shellWord } from "../../../src/core/text/typed-command.ts";

test.each([
  [
    "run `npm run stage:prompt` first",
    "run `npm run stage:prompt -- --root w` first",
    "run `npx kingmaker prompt --root w` first",
  ],
  [
    "npm run stage:king -- --retry",
    "npm run stage:king -- --root w --retry",
    "npx kingmaker king --root w --retry",
  ],
  [
    "npm run --silent convert -- x",
    "npm run convert -- --root w x",
    "npx kingmaker convert --root w x",
  ],
  ["npm run view -- --root demo", "npm run view -- --root demo", "npx kingmaker view --root demo"],
  ["npm run compare -- a b", "npm run compare -- a b", "npx kingmaker compare a b"],
  [
    "open report/report.md or report/report.html",
    "open w/report/report.md or w/report/report.html",
    "open w/report/report.md or w/report/report.html",
  ],
  ["Open demo/report/report.md", "Open demo/report/report.md", "Open demo/report/report.md"],
  ["npm run setup:training", "npm run setup:training", "npx kingmaker setup-training"],
  ["npm run test:python", "npm run test:python", "npm run test:python"],
  ["`npm run` lists them", "`npm run` lists them", "`npm run` lists them"],
  [
    "`npm run status`, then `npm run view`",
    "`npm run status -- --root w`, then `npm run view -- --root w`",
    "`npx kingmaker status --root w`, then `npx kingmaker view --root w`",
  ],
])("%j is typed in a workspace as %j, of the package as %j", (text, npm, own) => {
  expect(asTyped(text, { root: "w", by: "npm" })).toBe(npm);
  expect(asTyped(text, { root: "w", by: "kingmaker" })).toBe(own);
});

test("in the current folder a text of npm's stays as it is", () => {
  expect(asTyped("npm run stage:king -- --retry", { root: null, by: "npm" })).toBe(
    "npm run stage:king -- --retry",
  );
});

test.each([
  ["plain/x-1.y", "plain/x-1.y"],
  ["my run", "'my run'"],
  ["it's", "'it'\\''s'"],
  ["", "''"],
])("the word %j is typed as %s", (word, typed) => {
  expect(shellWord(word)).toBe(typed);
});
