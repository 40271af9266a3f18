/** Passwords in addresses are looked for around "://": the same are found as by the patterns over the whole text. */
import { expect, test } from "vitest";
import { seededRng } from "../../../src/core/random.ts";
import { addressPasswords } from "../../../src/core/secrets/rules.ts";

const ADDRESS =
  /(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,24}:\/\/[^\s:@/'"`<>]{0,64}:([^\s@/'"`]{3,128})@/gi;

const JUNK = ["", " ", "\n", "9", '"', "see ", "x".repeat(26), "://", "y".repeat(70), "@", ":"];
const SCHEMES = ["http", "postgres", "a", "git+ssh", "x".repeat(26), "z9.-"];
const USERS = ["", "user", "a/b", "y".repeat(70), "ann"];
const PASSWORDS = ["pw0", "s3cr3tpass", "no", "z".repeat(128), "z".repeat(130), "p:q:r9"];

test("over random texts nothing is lost that the pattern finds", () => {
  const rng = seededRng(7, "addresses");
  let found = 0;
  for (let round = 0; round < 4000; round++) {
    const pick = (list: readonly string[]): string => list[Math.floor(rng() * list.length)] ?? "";
    const text = Array.from({ length: 1 + Math.floor(rng() * 3) }, () =>
      [
        pick(JUNK),
        pick(SCHEMES),
        "://",
        pick(USERS),
        ":",
        pick(PASSWORDS),
        pick(["@h", "@", ""]),
      ].join(""),
    ).join(pick(JUNK));
    const ranges = addressPasswords(text);
    for (const match of text.matchAll(ADDRESS)) {
      const password = match[1] ?? "";
      if (/^(?:x{3,}|user|test|pw)$/i.test(password)) continue;
      const end = match.index + match[0].length - 1;
      found++;
      const isCovered = ranges.some((one) => one.start <= end - password.length && one.end >= end);
      expect([text, isCovered]).toEqual([text, true]);
    }
  }
  expect(found).toBeGreaterThan(500);
});

test("an address at either end of a long text, and several side by side", () => {
  const one = "postgres://ann:s3cr3t.pw@db/x";
  const text = `${one} ${"w ".repeat(5000)}${one},${one}\n${one}`;
  const passwords = addressPasswords(text).map(({ start, end }) => text.slice(start, end));
  expect(passwords.filter((password) => password === "s3cr3t.pw").length).toBeGreaterThanOrEqual(4);
});
