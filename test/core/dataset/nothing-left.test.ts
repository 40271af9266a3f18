import { expect, test } from "vitest";
import { EXPORT_REASONS } from "../../../src/core/dataset/export.ts";
import { FORMAT_REASONS } from "../../../src/core/dataset/format-reasons.ts";
import {
  emptyFormatNote,
  nothingLeftHint,
  notAskedHint,
} from "../../../src/core/dataset/nothing-left.ts";

const OTHER = "give other input: these rows have nothing that this set holds";

test.each([
  [{ patch_too_long: 3, empty_patch: 1 }, /^loosen the limits in chain\.toml \[dataset\]/],
  [{ patch_too_long: 1, empty_patch: 3 }, /^give other input/],
  [{ too_many_tokens: 1 }, /^raise --max-tokens/],
  [{ nothing_won: 2 }, /--draw-weight above 0 .*; with \[duel\]\.mode = 1 in chain\.toml \(/],
])("of %j the reason that took most is mended", (reasons, said) => {
  expect(nothingLeftHint(reasons, {})).toMatch(said);
});

test("a builder's own words win", () => {
  expect(nothingLeftHint({ leak: 1 }, { leak: "so" })).toBe("so");
});

test.each([...EXPORT_REASONS, ...FORMAT_REASONS])(
  "%s of a judged turn has a way on of its own",
  (reason) => {
    const own = { not_asked_for: "said by the builder" };
    // A role that no format knows is the source's own.
    if (reason !== "unknown_role") expect(nothingLeftHint({ [reason]: 1 }, own)).not.toBe(OTHER);
  },
);

test.each([
  [
    { refined: 0, defeat: 4 },
    /^all turns \(4\) are in defeat\/, where the challenger lost: --format preference makes pairs of them, and SFT/,
  ],
  [{ refined: 2, defeat: 0 }, /^2 of the turns are in refined\/: --refined learns from them$/],
  [
    { refined: 2, defeat: 3 },
    /--refined learns from them; 3 are in defeat\/: --format preference \(or, with --refined, kto\)/,
  ],
])("turns that were not asked for, %j", (turns, said) => {
  expect(notAskedHint(turns)).toMatch(said);
});

test.each([
  [
    "openai",
    { preference: 3 },
    {},
    {},
    "it has no place for the examples that are left (preference 3)",
  ],
  [
    "preference",
    { sft: 2, negative: 1 },
    { too_many_tokens: 4 },
    {},
    "it has no place for the examples that are left (sft 2, negative 1); raise --max-tokens, or shorten histories: --history fit",
  ],
  [
    "alpaca",
    { sft: 2 },
    {},
    { not_alternating: 2 },
    "take another format: this one has no place for such conversations",
  ],
] as const)("%s is empty of %j", (format, kinds, reasons, refused, said) => {
  expect(emptyFormatNote(format, { kinds, reasons, refused, own: {} })).toBe(said);
});
