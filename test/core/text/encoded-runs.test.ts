import fc from "fast-check";
import { expect, test } from "vitest";
import { base64Runs, mayHoldHex } from "../../../src/core/text/encoded-runs.ts";

const WHOLE = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const PARTED = /[A-Za-z0-9+/_-]{2,}(?:[ \t\r\n]{1,2}[A-Za-z0-9+/_-]{2,})*={0,2}/g;
const MIXED = /[a-z][A-Z]|\d[A-Za-z]/;
const HEX = /(?<![0-9a-f])(?:(?:0x|\\x)?[0-9a-f]{2}[ ,:]?){12,}(?![0-9a-f])/i;

const pieces = fc.constantFrom(
  ..."a Ab aB x 9z QUJD abcdefghijklmnop deadbeef 0x41 \\x42 = == - _ / . , : é ſ".split(" "),
  " ",
  "\n",
  "\r\n",
  "   ",
  "c0ffee00 ",
);
const texts = fc.array(pieces, { maxLength: 40 }).map((all) => all.join(""));

test("runs of base64 are those that the plain expressions find", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const plain = [WHOLE, PARTED].flatMap((pattern) =>
        [...text.matchAll(pattern)]
          .filter(([found]) => found.length >= 16 && MIXED.test(found))
          .map(({ index, 0: found }) => [index, index + found.length]),
      );
      expect(base64Runs(text)).toEqual(plain);
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test("where hexadecimal stands, it may stand", () => {
  const text = `${"prose. ".repeat(9)}${"4a ".repeat(12)}`;
  expect(mayHoldHex(text)).toBe(true);
  expect(mayHoldHex("All work and no play makes a dull agent, says the log.")).toBe(false);
  fc.assert(
    fc.property(texts, (some) => {
      if (HEX.test(some)) expect(mayHoldHex(some)).toBe(true);
    }),
    { numRuns: 2000, seed: 7 },
  );
});
