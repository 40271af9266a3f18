import { expect, test } from "vitest";
import { sha256Hex } from "../../src/core/turn/hash.ts";
import { sha256 } from "../../src/io/sha256.ts";

test.each([
  "",
  "plain",
  "na\u00efve \u00b7 ".repeat(100),
  "\u6f22\u5b57 \ud83d\ude42",
  "half \ud800 and \udc00",
])("the platform's sha256 is the pure one (%#)", (text) => {
  expect(sha256(text)).toBe(sha256Hex(text));
});
