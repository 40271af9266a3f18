import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Bytes, utf8Length } from "../../src/io/utf8.ts";

const texts = [
  "",
  "plain",
  "naïve – 漢字 🙂",
  "lone \ud800 and \udc00",
  "x".repeat(200_000),
  "漢".repeat(2_000_000),
];

test.each(texts)("bytes and length are Node's own (%#)", (text) => {
  expect(utf8Length(text)).toBe(Buffer.byteLength(text));
  expect(utf8Bytes(text).equals(Buffer.from(text))).toBe(true);
});

test("also for any text, one after the other, in buffers of their own", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (many) => {
      const all = many.map(utf8Bytes);
      expect(all.map((bytes) => bytes.toString())).toEqual(
        many.map((text) => Buffer.from(text).toString()),
      );
    }),
  );
});
