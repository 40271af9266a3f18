/** Examples and settings for tests of the training sets. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Built, Example } from "../../src/core/dataset/example.ts";
import type { DatasetSettings } from "../../src/core/dataset/settings.ts";

export const SETTINGS: DatasetSettings = {
  formats: ["chatml"],
  trainer: null,
  valFraction: 0.2,
  groupBy: "repo",
  seed: 42,
  maxTokens: null,
  nearDuplicate: 0.8,
  usdPerMillionTokens: null,
  parquet: false,
  license: "apache-2.0",
  tokenizer: null,
  tokenizerConfig: null,
  templateEngine: "jinja",
  templateDate: null,
  mask: false,
  maskEmails: false,
  force: false,
  excludeIds: [],
};

export const CARD = {
  title: "Test set",
  summary: "Rows of a test.",
  howMade: ["By a test."],
  sources: [{ name: "test", license: "MIT" }],
  limits: ["Of no use."],
};

/** An sft example whose words are all its own, unless told otherwise. */
export function example(group: string, n: number, over: Partial<Example> = {}): Example {
  return {
    kind: "sft",
    prompt: [
      { role: "system", content: "You repair code." },
      { role: "user", content: ownWords(`${group} question ${n}`, 60) },
    ],
    answer: ownWords(`${group} answer ${n}`, 40),
    group,
    metadata: { instance_id: `${group}-${n}` },
    ...over,
  } as Example;
}

/** Words that no other topic has. */
export function ownWords(topic: string, count: number): string {
  const stem = topic.replaceAll(" ", "_");
  return Array.from({ length: count }, (_, i) => `${stem}_${i}`).join(" ");
}

export async function* stream(examples: readonly (Example | Built)[]): AsyncGenerator<Built> {
  for (const one of examples)
    yield await Promise.resolve("ok" in one ? one : { ok: true, example: one });
}

/** The rows of a JSON Lines file; a split without rows has no file. */
export function readJsonl(...path: string[]): Record<string, unknown>[] {
  const stats = [".", ".."].map((up) => join(...path, "..", up, "dataset_stats.json"));
  if (!existsSync(join(...path)) && stats.some((file) => existsSync(file))) return [];
  return readFileSync(join(...path), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
