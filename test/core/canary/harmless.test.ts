/** What is altered does no harm: the patch applies as before, nobody else's name is touched, and what is left is proof. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findCanaries } from "../../../src/core/canary/found.ts";
import { materialOf } from "../../../src/core/canary/material.ts";
import { planCanaries } from "../../../src/core/canary/plan.ts";
import { shownRecord } from "../../../src/core/canary/shown.ts";
import { readVisible } from "../../../src/core/audit/visible.ts";
import { seededRng } from "../../../src/core/random.ts";
import type { Canary } from "../../../src/records/answer.ts";
import type { Message } from "../../../src/records/message.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const messages: readonly Message[] = [{ role: "user", content: "Slugs keep their dashes." }];
const canariesOf = (
  record: Partial<PullRequest>,
  seed: number,
  answer: { messages: readonly Message[]; king?: string } = { messages },
): readonly Canary[] => {
  const pr = { instance_id: "a__b-1", repo: "a/b", ...record } as PullRequest;
  const plan = planCanaries(answer, pr, 1, seededRng(seed, "x"));
  return "canaries" in plan ? plan.canaries : [];
};
/** Over several seeds: what may be altered at all. */
const everAltered = (record: Partial<PullRequest>): readonly Canary[] =>
  Array.from({ length: 12 }, (_, seed) => canariesOf(record, seed)).flat();
const patchOf = (added: string, before = " return 1"): string =>
  `--- a/slug.py\n+++ b/slug.py\n@@ -1,1 +1,${added.split("\n").length + 1} @@\n${added.replace(/^/gm, "+")}\n${before}\n`;

const RECORDS = ["prs", "swebench"].flatMap((name) =>
  readFileSync(`test/fixtures/real/${name}.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((row) => JSON.parse(row) as PullRequest),
);

test("real records: what is there before the patch stays as it is, and the altered words put back give the true record", () => {
  let altered = 0;
  for (const [seed, record] of RECORDS.entries()) {
    const made = canariesOf(record, seed);
    const shown = shownRecord(record, made);
    const kept = (pr: PullRequest): string =>
      materialOf(pr, readVisible(messages), Math.random).kept.replace(/^@@ [^@]*@@/gm, "@@");
    expect(kept(shown), record.instance_id).toBe(kept(record));
    const words = made.filter(({ kind }) => kind !== "line");
    const back = words.map((one) => ({ ...one, true: one.shown, shown: one.true }));
    const only = shownRecord(record, words);
    expect(shownRecord(only, back), record.instance_id).toEqual(record);
    altered += words.length;
  }
  expect(altered).toBeGreaterThan(100);
});

describe("nobody else's name is altered", () => {
  test.each([
    ["a field of a class", "class Trim(Base):\n    splitted_option = 1\n    x = splitted_option"],
    [
      "an argument of another function",
      "splitted_option = 1\nrun(splitted_option=splitted_option)",
    ],
    [
      "an attribute of another object",
      "splitted_option = 1\nx = row.splitted_option + splitted_option",
    ],
    ["a key of a row", 'splitted_option = row["splitted_option"]\nx = splitted_option'],
    ["what a base class has", "def splitted_option():\n    return super().splitted_option()"],
  ])("%s is left alone", (_name, added) => {
    expect(everAltered({ patch: patchOf(added) })).toEqual([]);
  });

  test.each([
    ["a key that an object has by it", "const splittedOption = 1;\nsend({ x, splittedOption });"],
    ["a key with a value", "const splittedOption = 1;\nsend({ splittedOption: splittedOption });"],
    [
      "what is taken out of an object",
      "const splittedOption = 1;\nconst { splittedOption } = row;",
    ],
    [
      "a property of an element",
      "const splittedOption = 1;\n<A splittedOption={splittedOption} />",
    ],
    ["an attribute of another object", "const splittedOption = row.splittedOption;"],
  ])("in JavaScript, %s is left alone", (_name, added) => {
    const patch = patchOf(added, " return 1;").replaceAll("slug.py", "slug.tsx");
    expect(everAltered({ patch })).toEqual([]);
    const plain = patchOf("const splittedOption = 1;\nreturn splittedOption;", " return 1;");
    const [own] = everAltered({ patch: plain.replaceAll("slug.py", "slug.tsx") });
    expect(own?.shown).toMatch(/^[a-z]+Option$|^splitted[A-Z]/);
  });

  test("a variable of a function is altered, each time that it stands there", () => {
    const patch = patchOf("def f():\n    splitted_option = 1\n    return splitted_option");
    const [canary] = canariesOf({ patch }, 1);
    expect(canary).toMatchObject({ kind: "name", true: "splitted_option" });
    const shown = shownRecord(
      { instance_id: "a__b-1", repo: "a/b", patch },
      [canary].flatMap((one) => one ?? []),
    );
    expect(shown.patch).toBe(patch.replaceAll("splitted_option", canary?.shown ?? ""));
  });

  test("a name that a path has, or that lines have which stay, is left alone", () => {
    const added = "def splitted_option():\n    return splitted_option";
    const moved = patchOf(added).replaceAll("slug.py", "splitted_option/slug.py");
    expect(everAltered({ patch: moved })).toEqual([]);
    expect(everAltered({ patch: patchOf(added, " return splitted_option_or_none()") })).toEqual([]);
  });
});

describe("names stay in step", () => {
  const patch = patchOf("def _empty_slug(x):\n    return _empty_slug(x)");

  test("what is named after a name changes with it", () => {
    const test_patch = patchOf("def test_empty_slug_twice():\n    assert _empty_slug(1)");
    const both = Array.from({ length: 12 }, (_, seed) => canariesOf({ patch, test_patch }, seed));
    const renamed = both.filter((made) => made.some((one) => one.true === "_empty_slug"));
    expect(renamed.length).toBeGreaterThan(0);
    for (const made of renamed) {
      expect(made.map((one) => [one.true, one.shown])).toEqual([
        ["_empty_slug", "_blank_slug"],
        ["test_empty_slug_twice", "test_blank_slug_twice"],
      ]);
    }
  });

  test("a name that stands in another spelling elsewhere is left alone", () => {
    const other = "EmptySlug is what `_empty_slug` is called in the documents.";
    const names = everAltered({ patch, pr_description: other }).map((one) => one.true);
    expect(names).not.toContain("_empty_slug");
  });

  test("of a test only words are altered that it is not about", () => {
    const test_patch = patchOf("def test_get_slug_missing_day():\n    assert slug.get_slug(1)");
    const shown = everAltered({ patch, test_patch }).flatMap((one) =>
      one.true.startsWith("test_") ? [one.shown] : [],
    );
    expect(shown.length).toBeGreaterThan(3);
    for (const name of shown) expect(name).toMatch(/^test_get_slug_(?!missing_day$)/);
  });

  test("no name becomes two words that anybody may choose", () => {
    const test_patch = patchOf("def test_empty():\n    assert slug(1)");
    expect(everAltered({ patch: patchOf("x = 1"), test_patch })).toEqual([]);
    const own = patchOf("def f():\n    missing_value = 1\n    return missing_value");
    for (const { shown } of everAltered({ patch: own })) expect(shown).not.toBe("absent_value");
  });

  test("a test of whose words none has another gets one more, and its true name is no memory then", () => {
    const test_patch = patchOf("def test_hue_shade():\n    assert hue_shade(1)");
    const [canary] = everAltered({ patch: patchOf("x = 1"), test_patch });
    expect(canary?.shown).toMatch(/^test_hue_shade_(?:basic|simple)$/);
    const canaries = [canary].flatMap((one) => one ?? []);
    expect(findCanaries("I run `test_hue_shade` now.", canaries)).toEqual({
      leaked: [],
      remembered: [],
    });
    expect(findCanaries(`I run ${canary?.shown}.`, canaries).leaked).toHaveLength(1);
  });
});

describe("beside names", () => {
  const sentence = "the label is not supported by this table";
  const raise = `    raise ValueError("${sentence}")`;

  test("a message that the patch merely moves is left alone", () => {
    const moved = patchOf(raise, `-${raise}`);
    expect(everAltered({ patch: moved })).toEqual([]);
    expect(everAltered({ patch: patchOf(raise) }).length).toBeGreaterThan(0);
  });

  test("a message of which the tests quote the word in a piece is left alone", () => {
    const test_patch = patchOf('with raises(ValueError, match="is not supported"):');
    expect(everAltered({ patch: patchOf(raise), test_patch })).toEqual([]);
  });

  test('no word gets another where "a" or "an" stands before it that would not fit', () => {
    const patch = patchOf('    raise ValueError("this label has an empty table somewhere")');
    expect(everAltered({ patch })).toEqual([]);
  });

  test("a number of an issue that a line has which stays is left alone", () => {
    const pr_description = "Follows #4711.";
    const patch = patchOf("x = 1", " # see #4711");
    expect(everAltered({ patch, pr_description })).toEqual([]);
    expect(everAltered({ patch: patchOf("x = 1"), pr_description }).length).toBeGreaterThan(0);
  });

  test.each(['tag = "003a0200"', '{"003a0200": 1}', "tag = 0x1f, 003a0200)"])(
    "digits of a value are no commit: %s",
    (line) => {
      expect(everAltered({ patch: patchOf(line) })).toEqual([]);
    },
  );

  const number: readonly Canary[] = [{ kind: "reference", true: "4711", shown: "4755" }];
  test.each([
    ["#4755", 1],
    ["issue 4755", 1],
    ["gh-4755", 1],
    ["pull request #4755", 1],
    ["This was fixed in PR 4755.", 1],
    ["head -c 4755 x", 0],
    ["It takes 4755 rows.", 0],
  ])("a short number is proof where it is spoken of as an issue: %s", (text, hits) => {
    expect(findCanaries(text, number).leaked).toHaveLength(hits);
  });

  test("places of a long hunk are left alone: a narrow range falls into them by chance", () => {
    const hunk = (lines: number): string =>
      `--- a/s.py\n+++ b/s.py\n@@ -500,${lines} +500,${lines + 1} @@\n+x = 1\n${" y\n".repeat(lines)}`;
    expect(everAltered({ patch: hunk(20) }).map(({ kind }) => kind)).toContain("line");
    expect(everAltered({ patch: hunk(60) })).toEqual([]);
  });

  test("a word that the blind king says is no proof, and not chosen", () => {
    const patch = patchOf("def f():\n    splitted_url = 1\n    return splitted_url");
    const king = "I will look for `divided_url` first.";
    const shown = Array.from({ length: 20 }, (_, seed) =>
      canariesOf({ patch }, seed, { messages, king }),
    ).flat();
    expect(shown.map((one) => one.shown)).not.toContain("divided_url");
    expect(everAltered({ patch }).map((one) => one.shown)).toContain("divided_url");
  });
});
