import fc from "fast-check";
import { html } from "hono/html";
import { expect, test } from "vitest";
import { answerHtml } from "../../src/viewer/page-answer.ts";
import { highlightMarks } from "../../src/viewer/highlight.ts";
import { pieces } from "../../src/viewer/ranges.ts";
import { seatTagged } from "../../src/viewer/page-judges.ts";
import { wordDiff } from "../../src/viewer/word-diff.ts";

const found = (text: string, language: string): string[] =>
  highlightMarks(text, language).map(({ start, end, name }) => `${name}:${text.slice(start, end)}`);

test.each([
  ["bash", "echo 'a b' # why", ["hljs-built_in:echo", "hljs-string:'a b'", "hljs-comment:# why"]],
  ["", "cd src", ["hljs-built_in:cd"]],
  ["py", "return 1", ["hljs-keyword:return", "hljs-number:1"]],
  ["diff", "-a\n+b", ["hljs-deletion:-a", "hljs-addition:+b"]],
  ["json", '{"a": 1}', ['hljs-attr:"a"', "hljs-number:1"]],
  ["markdown", "# T\n\n**b**", ["hljs-section:# T", "hljs-strong:**b**"]],
  ["cobol", "MOVE A TO B", []],
])("what %s has in %j", (language, text, wanted) => {
  const all = found(text, language);
  expect(all).toEqual(expect.arrayContaining(wanted));
  if (wanted.length === 0) expect(all).toEqual([]);
});

test("marks stay inside, whatever the text and the language", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("bash", "python", "diff", "json", "markdown"),
      (text, language) => {
        for (const { start, end } of highlightMarks(text, language)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      },
    ),
  );
});

test("a long text is cut, and says how much is left and where it is", async () => {
  const long = "x".repeat(9000);
  const text = `${long}\n\n\`\`\`bash\n${long}\n\`\`\``;
  const page = await answerHtml(text, [], { href: "/all" });
  expect(page.match(/<a href="\/all">1000 characters more/g)).toHaveLength(2);
  expect(page.length).toBeLessThan(17_500);
  expect(await answerHtml(text, [])).not.toContain("characters more");
});

test.each([
  ["king_first", 2, 'Model 1 <span class="seat king">king'],
  ["challenger_first", 2, 'Model 1 <span class="seat challenger">challenger'],
  ["king_first", 1, 'Model 1 <span class="seat king">reference'],
] as const)("with %s in mode %i a reason names who Model 1 was", async (order, mode, wanted) => {
  const tagged = seatTagged("Model 1 is <b>right</b>, and Model 12 is nobody", order, mode);
  expect((await html`${tagged}`).replace(/\s+/g, " ")).toBe(
    `${wanted}</span> is &lt;b&gt;right&lt;/b&gt;, and Model 12 is nobody`,
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
