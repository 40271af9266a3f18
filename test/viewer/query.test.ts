import { expect, test } from "vitest";
import { parseQuery, parseView, queryText, toggled } from "../../src/viewer/query.ts";

const query = (text: string) => parseQuery(new URLSearchParams(text));

test.each([
  ["", ""],
  ["bucket=final&bucket=refined&q=grep", "?bucket=final&bucket=refined&q=grep"],
  ["sort=split&page=3", "?sort=split&page=3"],
  ["sort=nonsense&page=-1&page=x&evil=1", ""],
  ["page=1.5", ""],
  ["blind=1&sort=file", "?blind=1"],
  ["repo=%3Cscript%3E", "?repo=%3Cscript%3E"],
])("the address %j is written as %j", (text, wanted) => {
  expect(queryText(query(text))).toBe(wanted);
});

test.each([
  ["", { history: 2, calls: false, diff: false, hidden: false, whole: false }],
  [
    "history=8&diff=1&hidden=1",
    { history: 8, calls: false, diff: true, hidden: true, whole: false },
  ],
  ["history=all", { history: Infinity, calls: false, diff: false, hidden: false, whole: false }],
  ["history=-3", { history: 2, calls: false, diff: false, hidden: false, whole: false }],
])("the view %j is read as %o", (text, view) => {
  expect(parseView(new URLSearchParams(text))).toEqual(view);
});

test("a value is put into a facet, and taken out of it", () => {
  const on = query("bucket=final");
  expect(toggled(on, "bucket", "refined").bucket).toEqual(["final", "refined"]);
  expect(toggled(on, "bucket", "final").bucket).toEqual([]);
});
