import fc from "fast-check";
import { expect, test } from "vitest";
import { answerHtml } from "../../src/viewer/page-answer.ts";
import { pieces } from "../../src/viewer/ranges.ts";
import { shellTokens } from "../../src/viewer/shell-highlight.ts";
import { wordDiff } from "../../src/viewer/word-diff.ts";

const kinds = (text: string): string[] =>
  shellTokens(text).map(({ start, end, kind }) => `${kind}:${text.slice(start, end)}`);

test.each([
  ["ls -la", ["program:ls", "option:-la"]],
  [
    "FOO=1 grep -n 'a b' x | head # why",
    ["program:grep", "option:-n", "string:'a b'", "operator:|", "program:head", "comment:# why"],
  ],
  ['echo "$HOME" ${X:-y}', ["program:echo", 'string:"$HOME"', "variable:${X:-y}"]],
  [
    "cat < in > out && pwd",
    ["program:cat", "operator:<", "operator:>", "operator:&&", "program:pwd"],
  ],
  ["echo a#b", ["program:echo"]],
  ["echo 'not closed", ["program:echo", "string:'not closed"]],
])("the tokens of %j", (text, wanted) => {
  expect(kinds(text)).toEqual(wanted);
});

test("tokens never overlap and stay inside, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from("ab '\"$#;|<>(){}\\\n-=")) }),
      (text) => {
        let at = 0;
        for (const { start, end } of shellTokens(text)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBeLessThanOrEqual(text.length);
      },
    ),
  );
});

test("overlapping marks are cut into pieces that give the text again", () => {
  const text = "abcdefgh";
  const found = pieces(text, [
    { start: 1, end: 5, name: "finding", title: "one" },
    { start: 3, end: 7, name: "added" },
  ]);
  expect(found.map((piece) => piece.text).join("")).toBe(text);
  expect(found.map(({ text: part, names }) => `${part}:${names.join("+")}`)).toEqual([
    "a:",
    "bc:finding",
    "de:finding+added",
    "fg:added",
    "h:",
  ]);
});

test("marks outside the text change nothing", () => {
  expect(pieces("ab", [{ start: 5, end: 9, name: "x" }])).toEqual([
    { text: "ab", names: [], title: "" },
  ]);
  expect(pieces("", [])).toEqual([]);
});

test("a word diff marks what differs on either side", () => {
  const diff = wordDiff("cat a.py", "cat b.py");
  expect(diff?.left.map(({ start, end }) => "cat a.py".slice(start, end))).toEqual(["a"]);
  expect(diff?.right.map(({ start, end }) => "cat b.py".slice(start, end))).toEqual(["b"]);
});

test("texts that differ in everything are not compared", () => {
  const words = (prefix: string): string =>
    Array.from({ length: 20_000 }, (_, n) => `${prefix}${n}`).join(" ");
  expect(wordDiff(words("a"), words("b"))).toBeNull();
});

test("hostile text in an answer stays text, in prose and in the command", async () => {
  const page = String(
    await answerHtml(
      'THOUGHT: <img src=x onerror=alert(1)> \u202E\u200B\n\n```bash\necho "</code><script>alert(1)</script>"\n```\n',
      [{ start: 9, end: 20, name: "finding", title: '"><script>' }],
    ),
  );
  expect(page).not.toMatch(/<script|<img/);
  expect(page).toContain("U+202E");
  expect(page).toContain("U+200B");
});
