import { describe, expect, test } from "vitest";
import { formatOf, splitOf } from "../../../src/core/training/format-of.ts";
import { laidOver, pairsOf, settled } from "../../../src/core/training/settings.ts";

describe("settings", () => {
  test("are laid over each other key by key, the last on top", () => {
    const told = laidOver(
      { seed: 1, training: { a: 1, b: 2 }, lora: { r: 8 } },
      { training: { b: 3 }, lora: { r: 4 } },
    );
    expect(told).toMatchObject({ seed: 1, training: { a: 1, b: 3 }, lora: { r: 4 } });
  });

  test("lora: null takes the adapter away, and silence keeps it away", () => {
    expect(laidOver({ lora: { r: 8 } }, { lora: null }, {}).lora).toBeNull();
    expect(laidOver({ lora: null }, { lora: { r: 2 } }).lora).toEqual({ r: 2 });
  });

  test("a file of ours that lacks what every run needs is told", () => {
    expect(() => settled("sft", { model: "m" })).toThrow(
      "training/configs/lora-qwen2.5-3b.json lacks settings",
    );
  });

  test("pairs are JSON where they can be, and text where not", () => {
    expect(pairsOf("--training", ["lr=1e-4", "name=adamw", "on=true", "empty="])).toEqual({
      lr: 1e-4,
      name: "adamw",
      on: true,
      empty: "",
    });
  });
});

test.each([
  [["prompt", "completion", "metadata"], "prompt-completion"],
  [["prompt", "completion", "label"], "kto"],
  [["prompt", "chosen", "rejected"], "preference"],
  [["prompt", "privileged_context", "completion"], "privileged"],
  [["prompt", "completions", "labels"], ""],
  [["messages"], ""],
])("columns %s are of the format %s", (columns, format) => {
  expect(formatOf(columns)).toBe(format);
});

test.each([
  ["train", "train"],
  ["dev", "train"],
  ["val", "validation"],
  ["eval", "test"],
  ["skipped", null],
])("a file %s holds the split %s", (stem, split) => {
  expect(splitOf(stem)).toBe(split);
});
