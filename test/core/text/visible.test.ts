import { expect, test } from "vitest";
import { visibleParts, visibleText } from "../../../src/core/text/visible.ts";

test.each([
  ["plain\ttext\nnext", "plain\ttext\nnext"],
  ["line\r\nline", "line\nline"],
  ["a\rb", "a[CR]b"],
  ["rm \u202Egnp.exe", "rm [U+202E]gnp.exe"],
  ["zero\u200Bwidth\uFEFF", "zero[U+200B]width[U+FEFF]"],
  ["\u001B[31mred", "[ESC][31mred"],
  ["lone \uD800 surrogate", "lone [U+D800] surrogate"],
  ["emoji 👩‍💻 stays whole but for its joiner", "emoji 👩[U+200D]💻 stays whole but for its joiner"],
  ["", ""],
])("hidden characters of %j are shown, not obeyed", (text, wanted) => {
  expect(visibleText(text)).toBe(wanted);
});

test("a mark knows where its character stood", () => {
  expect(visibleParts("ab\u0000c")).toEqual([
    { kind: "text", text: "ab" },
    { kind: "mark", text: "NUL", start: 2 },
    { kind: "text", text: "c" },
  ]);
});
