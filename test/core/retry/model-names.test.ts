import { expect, test } from "vitest";
import { isSameModel } from "../../../src/core/retry/model-names.ts";

test.each([
  ["gpt-5", "gpt-5-2026-08-07", true],
  ["openai/gpt-5", "gpt-5", true],
  ["moonshotai/Kimi-K2.6-TEE", "moonshotai/kimi-k2.6", true],
  ["claude-x", "claude-x-20260929", true],
  ["acme/model:free", "acme/model", true],
  ["tiny", "/models/tiny.gguf", true],
  ["gpt-5", "gpt-5-mini", false],
  ["glm-5", "tiny-llama.gguf", false],
  ["a", "a-latest", false],
])("%s answered as %s: the same model is %s", (asked, answered, same) => {
  expect(isSameModel(asked, answered)).toBe(same);
});
