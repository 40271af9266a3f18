import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBase64 } from "../../../src/core/text/base64.ts";

test("any text comes back from its base64, standard and URL-safe", () => {
  const printable = fc
    .string({ unit: "grapheme" })
    .filter((text) => !/[\0-\x08\x0e-\x1f\x7f]/.test(text));
  fc.assert(
    fc.property(printable, (text) => {
      expect(decodeBase64(Buffer.from(text).toString("base64"))).toBe(text);
      expect(decodeBase64(Buffer.from(text).toString("base64url"))).toBe(text);
    }),
  );
});

test("bytes that are no printable text give null", () => {
  expect(decodeBase64(Buffer.from([1, 2, 3]).toString("base64"))).toBeNull();
  expect(decodeBase64(Buffer.from([0xc3, 0x28]).toString("base64"))).toBeNull();
  expect(decodeBase64(Buffer.from([0xff]).toString("base64"))).toBeNull();
});
