import { expect, test } from "vitest";
import { makeMasker, masked } from "../../../src/core/exit/masker.ts";
import { mapTexts, maskNamed, maskTexts } from "../../../src/core/secrets/mask-texts.ts";

// Put together here so that no scanner takes this file for a leak.
const DRAWN = ["k7Qz", "3vXp", "9LmT", "wB2c", "8RfN", "y5Hd"].join("");
const MAIL = "zoe@quill.org";

test.each([
  ["DB_PASSWORD", DRAWN, "MASKED_ASSIGNED_SECRET"],
  ["api_key", DRAWN, "MASKED_ASSIGNED_SECRET"],
  ["path", DRAWN, DRAWN],
  [null, DRAWN, DRAWN],
  ["password", "hunter", "hunter"],
  ["password", "your-password", "your-password"],
  ["token_count", "one hundred", "one hundred"],
  ["password", `a\n"${DRAWN}`, `a\n"${DRAWN}`],
])("a text under %s, %j, is shown as %j", async (key, text, want) => {
  expect((await maskNamed({ text, key })).text).toBe(want);
});

test("texts of a record come with their keys, and keys as texts", () => {
  const seen: [string, string | null][] = [];
  const value = { a: "x", list: ["y", { b: "z" }], n: 1 };
  const mapped = mapTexts(value, (text, key) => {
    seen.push([text, key]);
    return text.toUpperCase();
  });
  expect(mapped).toEqual({ A: "X", LIST: ["Y", { B: "Z" }], N: 1 });
  expect(seen).toEqual([
    ["a", null],
    ["x", "a"],
    ["list", null],
    ["y", "list"],
    ["b", null],
    ["z", "b"],
    ["n", null],
  ]);
});

test("what stands in the arguments of a call is masked by its key, and in a key", async () => {
  const settings = { audit: { mask_emails: true } };
  const call = { arguments: { env: { SLACK_TOKEN: DRAWN }, [MAIL]: DRAWN } };
  expect(await masked(call, settings)).toEqual({
    arguments: { env: { SLACK_TOKEN: "MASKED_ASSIGNED_SECRET" }, MASKED_EMAIL: DRAWN },
  });
  // The same words elsewhere are none, and stay.
  const [both, none] = await makeMasker(settings).mask([
    { password: DRAWN, name: DRAWN },
    { a: 1 },
  ]);
  expect(both).toEqual({ password: "MASKED_ASSIGNED_SECRET", name: DRAWN });
  expect(none).toEqual({ a: 1 });
  const { found } = await maskTexts([
    { text: DRAWN, key: "password" },
    { text: DRAWN, key: null },
  ]);
  expect(found).toEqual({ assigned_secret: 1 });
});

test("addresses for mail are masked where the workspace says so, and nowhere else", async () => {
  const row = { text: `write to ${MAIL}` };
  expect(await masked(row, { audit: { mask_emails: true } })).toEqual({
    text: "write to MASKED_EMAIL",
  });
  expect(await masked(row, { audit: { mask_emails: false } })).toEqual(row);
});
