import { expect, test } from "vitest";
import { addressSecrets, redactor } from "../../../src/io/chat/redact.ts";

const key = ["sk-live", "Zx81", "Qm44", "Lp09", "Vr27"].join("-");
const redact = redactor([key]);

test.each([
  ["whole", `invalid key ${key}.`, "invalid key [key]."],
  ["cut at its end", `Incorrect API key: ${key.slice(0, 14)}...`, "Incorrect API key: [key]..."],
  ["cut at its start", `key ending in ${key.slice(-9)}`, "key ending in [key]"],
  ["in two parts", `${key.slice(0, 10)}***${key.slice(-8)}`, "[key]***[key]"],
  ["percent-encoded", `?key=${encodeURIComponent("+" + key)}`, "?key=%2B[key]"],
])("a key that a provider echoes %s is taken out", (_name, text, left) => {
  expect(redact(text)).toBe(left);
});

test.each(["", "u:", "bob:"])("a key in base64 behind %j is taken out", (before) => {
  const text = `Basic ${Buffer.from(`${before}${key}`).toString("base64")}`;
  const left = redact(text);
  expect(left).toContain("[key]");
  const rest = left.slice("Basic ".length).split("[key]").join("");
  expect(rest.length).toBeLessThanOrEqual(12);
});

test("other texts stay as they are", () => {
  const text = "model sk-live is unknown; quota exceeded for key ***";
  expect(redact(text)).toBe(text);
  expect(redactor([])(text)).toBe(text);
});

test("a short secret is taken out whole alone", () => {
  expect(redactor(["pw123"])("pw123 and pw12")).toBe("[key] and pw12");
});

test("the password of an address counts as a secret, written and decoded", () => {
  expect(addressSecrets("https://bob:p%40ss@host/v1")).toEqual(["p%40ss", "p@ss"]);
  expect(addressSecrets("https://host/v1")).toEqual([]);
  expect(addressSecrets("https://bob@host/v1")).toEqual([]);
});
