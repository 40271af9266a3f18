/** Files whose rows carry their types: what a loader infers from the first rows holds for all. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeDataset } from "../../src/builders/dataset.ts";
import type { Example } from "../../src/core/dataset/example.ts";
import type { DatasetSettings } from "../../src/core/dataset/settings.ts";
import { TRAINERS } from "../../src/core/dataset/format-names.ts";
import { CARD, example, readJsonl, SETTINGS, stream } from "../support/dataset.ts";
import { tempProject } from "../support/project.ts";

/** Ten groups of three rows; the calls are those of the group that is met last. */
function mixed(): Example[] {
  const rows: Example[] = [];
  for (let group = 0; group < 10; group++) {
    for (let n = 0; n < 3; n++) {
      const plain = example(`g${group}`, n, {
        metadata: { instance_id: `g${group}-${n}`, score: n === 2 ? 66.5 : 70 },
      });
      if (group < 9) rows.push(plain);
      else rows.push(withCalls(plain as Example & { kind: "sft" }, n));
    }
  }
  return rows;
}

function withCalls(plain: Example & { readonly kind: "sft" }, n: number): Example {
  const args = n === 0 ? { command: "ls" } : { path: "a.ts", lines: n };
  return {
    ...plain,
    prompt: [
      ...plain.prompt,
      { role: "assistant", content: "", tool_calls: [{ id: "c1", name: "bash", arguments: args }] },
      { role: "tool", content: "out", tool_call_id: "c1" },
    ],
    said: {
      answer: {
        role: "assistant",
        content: plain.answer,
        tool_calls: [{ id: "c2", name: "bash", arguments: args }],
      },
    },
  };
}

async function built(over: Partial<DatasetSettings>, rows = mixed(), root = tempProject()) {
  const folder = join(root, "set");
  const settings = { ...SETTINGS, ...over };
  const spec = { builder: "t", output: folder, settings, card: CARD };
  const { summary } = await writeDataset(stream(rows), spec);
  return { folder, summary, root };
}

/** Path -> type of every value, as a loader names it. */
function typesOf(value: unknown, path = "", into = new Map<string, Set<string>>()) {
  if (Array.isArray(value)) for (const one of value as unknown[]) typesOf(one, `${path}[]`, into);
  else if (typeof value === "object" && value !== null) {
    into.set(`${path}{}`, new Set([...(into.get(`${path}{}`) ?? []), Object.keys(value).join()]));
    for (const [key, inner] of Object.entries(value)) typesOf(inner, `${path}.${key}`, into);
  } else if (value !== null) into.set(path, new Set([...(into.get(path) ?? []), typeof value]));
  return into;
}

test.each(["prompt-completion", "sharegpt"] as const)(
  "every row of %s has the same keys and types, calls or not, and the first shows them all",
  async (format) => {
    const { folder } = await built({ formats: [format] });
    const rows = ["train", "val"].flatMap((split) => readJsonl(folder, `${split}.jsonl`));
    expect(rows).toHaveLength(30);
    const all = typesOf(rows);
    for (const types of all.values()) expect(types.size).toBe(1);
    expect([...typesOf(readJsonl(folder, "train.jsonl").slice(0, 1)).keys()].sort()).toEqual(
      [...all.keys()].filter((path) => path !== "{}").sort(),
    );
  },
);

test("numbers that may have a fraction show one in every row", async () => {
  const { folder } = await built({ formats: ["prompt-completion"] });
  const text = readFileSync(join(folder, "train.jsonl"), "utf8");
  expect(text).toContain('"score":70.0');
  expect(text).toContain('"score":66.5');
  expect(text).not.toMatch(/"score":\d+[,}]/);
});

test("a fraction under a key of whole numbers is a fault of the builder, not a row", async () => {
  const row = example("g", 1, { metadata: { instance_id: "g", turn: 1.5 } });
  await expect(built({ formats: ["alpaca"] }, [row])).rejects.toThrow("metadata turn is 1.5");
});

test("the group that alone has calls is in the first split, and that is said", async () => {
  // With this seed the draw gives the group to val.
  for (let seed = 0; seed < 12; seed++) {
    const { folder, summary } = await built({ formats: ["prompt-completion"], seed });
    expect(JSON.stringify(readJsonl(folder, "train.jsonl")[0])).toContain('"name":"bash"');
    if (summary.notes.join("\n").includes("g9 went to train, whatever the draw said")) return;
  }
  throw new Error("no seed drew the group into val");
});

test("openai leaves keys away that a message lacks: fine-tuning APIs refuse nulls", async () => {
  const { folder } = await built({ formats: ["openai"] });
  expect(readFileSync(join(folder, "train.jsonl"), "utf8")).not.toContain("null");
});

test("the card has a config a format, types, counts, and a version that changes with the rows", async () => {
  const first = await built({ formats: ["prompt-completion", "openai"] });
  const card = readFileSync(join(first.folder, "README.md"), "utf8");
  expect(card).toMatch(
    /- config_name: "prompt-completion"\n {2}default: true\n {2}version: "1\.\d+\.\d+"/,
  );
  expect(card).toContain('- name: "arguments"');
  expect(card).toMatch(/dtype: json/);
  expect(card).toMatch(/- name: "score"\n\s+dtype: float64/);
  expect(card).toMatch(/num_examples: 24|num_examples: 27/);
  expect(card).toContain("size_categories:\n- n<1K");
  const versionOf = (text: string): string => /version: "([^"]+)"/.exec(text)?.[1] ?? "";
  const again = await built({ formats: ["prompt-completion", "openai"] });
  const other = await built({ formats: ["prompt-completion", "openai"] }, mixed().slice(1));
  expect(versionOf(readFileSync(join(again.folder, "README.md"), "utf8"))).toBe(versionOf(card));
  expect(versionOf(readFileSync(join(other.folder, "README.md"), "utf8"))).not.toBe(
    versionOf(card),
  );
});

test("a split without rows has no file, since loaders fail on empty ones", async () => {
  const { folder } = await built({ formats: ["alpaca"], valFraction: 0 });
  expect(existsSync(join(folder, "train.jsonl"))).toBe(true);
  expect(existsSync(join(folder, "val.jsonl"))).toBe(false);
});

test("a card that was edited by hand is kept beside the new one, and that is said", async () => {
  const { folder, root } = await built({ formats: ["alpaca"] });
  appendFileSync(join(folder, "README.md"), "mine\n");
  const { summary } = await built({ formats: ["alpaca"], force: true }, mixed(), root);
  expect(readFileSync(join(folder, "README.edited.md"), "utf8")).toMatch(/mine\n$/);
  expect(readFileSync(join(folder, "README.md"), "utf8")).not.toContain("mine\n");
  expect(summary.notes.join("\n")).toContain("README.md had been edited by hand");
});

const FILES = {
  trl: ["trl-sft.yaml"],
  llamafactory: ["dataset_info.json", "llamafactory-sft.yaml"],
  axolotl: ["axolotl-sft.yaml"],
  verl: ["train.parquet", "verl-sft.yaml"],
  "prime-rl": ["prime-rl-sft.toml"],
  verifiers: ["kingmaker_env.py"],
} as const;

test.each(TRAINERS)("--for %s writes the settings that this trainer reads", async (trainer) => {
  const formats = { llamafactory: "sharegpt", axolotl: "openai" } as const;
  const format = trainer in formats ? formats[trainer as "axolotl"] : "prompt-completion";
  const { folder } = await built({ formats: [format], trainer, parquet: trainer === "verl" });
  for (const file of FILES[trainer]) {
    expect(readFileSync(join(folder, file)).length).toBeGreaterThan(20);
    const stats = readFileSync(join(folder, "dataset_stats.json"), "utf8");
    expect(stats).toContain(`"${file}"`);
  }
});

test.each(["verl", "prime-rl"] as const)(
  "for %s, which learns every assistant message, the answer is the only one",
  async (trainer) => {
    const { folder } = await built({ formats: ["prompt-completion"], trainer, parquet: false });
    for (const row of readJsonl(folder, "train.jsonl")) {
      const { messages, prompt, completion } = row as Record<string, { role: string }[]>;
      const roles = (messages ?? [...(prompt ?? []), ...(completion ?? [])]).map(
        ({ role }) => role,
      );
      expect(roles).toEqual(["system", "user", "assistant"]);
    }
    expect(readFileSync(join(folder, "train.jsonl"), "utf8")).toContain("The conversation so far:");
  },
);
