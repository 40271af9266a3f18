/** Faults: where they may be put, and the way back. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { isSource, isTestFile, testRoots } from "../../../src/core/tasks/files.ts";
import { javascriptPlaces } from "../../../src/core/tasks/mutate-javascript.ts";
import { faultLines, orderToTry, taskId, withFault } from "../../../src/core/tasks/mutation.ts";
import { seededRng } from "../../../src/core/random.ts";
import type { Mutation } from "../../../src/records/gym-task.ts";
import { tempProject } from "../../support/project.ts";

const changes = (places: readonly Mutation[], text: string): string[] =>
  places.map((place) => withFault(text, place) ?? "not there");

test.each([
  ["a < b", ["a <= b"]],
  ["a === b", ["a !== b"]],
  ["(a) && (b)", ["(a) || (b)"]],
  ["a /* < */ < b", []],
  ["!a", ["a"]],
  ["if (a) b = 1;", ["if (!(a)) b = 1;", "if (a) b = 2;"]],
  ["x = true", ["x = false"]],
  ["i++", ["i--"]],
  ["f(a, b)", ["void 0", "f(b, a)"]],
  ["function f() { return a; }", ["function f() { return undefined; }"]],
  ["for (;;) { break; }", ["for (;;) { continue; }"]],
  ["export default a - b", ["export default a + b"]],
  ["a ? b : c", ["!(a) ? b : c"]],
  ["🙂 is no JavaScript", []],
  ["s = '🙂'; a < b", ["s = '🙂'; a <= b"]],
])("JavaScript: %s", (text, wanted) => {
  expect(changes(javascriptPlaces("a.js", text), text).sort()).toEqual([...wanted].sort());
});

test.each([
  ["a < b", ["a <= b"]],
  ["a is not b", ["a is b"]],
  ["a not in b", ["a in b"]],
  ["x = a and b", ["x = a or b"]],
  ["x = a - b", ["x = a + b"]],
  ["x = 'a' + b", []],
  ["x = not a", ["x = a"]],
  ["if a:\n    b()", ["if a:\n    pass", "if not (a):\n    b()"]],
  ["x = True", ["x = False"]],
  ["x = 1", ["x = 2"]],
  ["f(a, b)", ["f(b, a)", "pass"]],
  ["def f():\n    return a", ["def f():\n    return None"]],
  ["x += 1", ["x += 2", "x -= 1"]],
  ["x = f'{a < b}'", []],
  ["s = '🙂'; x = a < b", ["s = '🙂'; x = a <= b"]],
  ["this is no Python", []],
])("Python: %s", (text, wanted) => {
  const root = tempProject({ "a.py": text });
  const said = execFileSync(
    "python3",
    ["-I", `${process.cwd()}/src/gym/programs/mutate.py`, "a.py"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  const places = said
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Mutation);
  expect(changes(places, text).sort()).toEqual([...wanted].sort());
});

const PLACE: Mutation = {
  file: "a.js",
  line: 2,
  start: 6,
  end: 7,
  before: "<",
  after: "<=",
  operator: "comparison",
};

test("a fault is not put where other words stand", () => {
  expect(withFault("one\na < b\n", PLACE)).toBe("one\na <= b\n");
  expect(withFault("one\na > b\n", PLACE)).toBeNull();
});

test("the line of a fault is told with it and without", () => {
  expect(faultLines("one\na < b\nc", PLACE)).toEqual({ right: "a < b", wrong: "a <= b" });
});

test("an id names the package and hashes the fault", () => {
  expect(taskId("string.prototype.x", "1", PLACE)).toMatch(
    /^gym__string\.prototype\.x-[0-9a-f]{8}$/,
  );
  expect(taskId("a", "1", PLACE)).not.toBe(taskId("a", "2", PLACE));
});

test("places are tried by turns of files and operators, the same for a seed", () => {
  const places = ["a", "a", "a", "b"].map((file, start) => ({ ...PLACE, file, start }));
  const order = orderToTry(places, seededRng(1, "x"));
  expect(
    order
      .slice(0, 2)
      .map(({ file }) => file)
      .includes("b") || order[1]?.file === "b",
  ).toBe(true);
  expect(orderToTry(places, seededRng(1, "x"))).toEqual(order);
  expect(order.toSorted((a, b) => a.start - b.start)).toEqual(places);
});

test.each([
  ["tests/test_a.py", true],
  ["pkg/tests/data.json", true],
  ["test_schema.py", true],
  ["conftest.py", true],
  ["lib/most.spec.js", true],
  ["lib/contest.py", false],
  ["lib/latest.js", false],
])("%s is a test: %s", (path, is) => {
  expect(isTestFile(path)).toBe(is);
});

test.each([
  ["setup.py", false],
  ["pkg/a.py", true],
  ["docs/conf.py", false],
  ["pkg/tests/a.py", false],
  ["pkg/a.js", false],
])("%s may hold a fault of a Python package: %s", (path, may) => {
  expect(isSource(path, "python")).toBe(may);
});

test("tests are put back by their topmost folders", () => {
  expect(testRoots(["a/tests/x/y.py", "a/tests/z.py", "test_b.py", "c.py"])).toEqual([
    "a/tests",
    "test_b.py",
  ]);
});
