/** Where rows come from, and whose terms are to be checked. */
import { expect, test } from "vitest";
import {
  licenseOf,
  modelNames,
  modelSection,
  originName,
  originNames,
  signed,
} from "../../../src/core/dataset/provenance.ts";
import { example } from "../../support/dataset.ts";

test.each([
  ["nebius/SWE-rebench-V2-PRs", "data/a.parquet", "nebius/SWE-rebench-V2-PRs"],
  [
    "hf://datasets/SWE-bench/SWE-smith-trajectories/data/tool-*.parquet",
    "x",
    "SWE-bench/SWE-smith-trajectories",
  ],
  ["/home/ann/runs", "/home/ann/runs/s1.jsonl", "s1.jsonl"],
  ["runs/a.jsonl", null, "a.jsonl"],
  ["runs/*.jsonl", "runs/b.jsonl", "b.jsonl"],
  ["~/.claude/projects", "~/.claude/projects/-home-ann/1.jsonl", "1.jsonl"],
  ["C:\\logs", "C:\\logs\\a.jsonl", "a.jsonl"],
  [null, null, ""],
])("of %s and %s the origin is %s, never a place on a disk", (dataset, file, name) => {
  expect(originName({ dataset, file })).toBe(name);
});

test("licences are those of chain.toml, else those of the data sets' cards, else unknown", () => {
  expect(licenseOf("nebius/SWE-rebench-V2-PRs", {})).toBe("cc-by-4.0");
  expect(licenseOf("nebius/SWE-rebench-V2-PRs", { "nebius/SWE-rebench-V2-PRs": "mit" })).toBe(
    "mit",
  );
  expect(licenseOf("a.jsonl, nebius/SWE-rebench-V2-PRs", {})).toBe("unknown, cc-by-4.0");
  expect(originNames(["x/a.jsonl", "y/a.jsonl"])).toBe("a.jsonl");
});

test("a row says with what it was made, and under which licence it came", () => {
  const given = example("g", 1, { metadata: { instance_id: "i", origin: "a.jsonl" } });
  const made = { configHash: "abc", version: "1.2.3", licenses: { "a.jsonl": "mit" } };
  expect(signed(given, made).metadata).toEqual({
    instance_id: "i",
    origin: "a.jsonl",
    origin_license: "mit",
    config_hash: "abc",
    made_with: "kingmaker 1.2.3",
  });
});

test("models whose terms may stand in the way are named, all others as well", () => {
  expect(modelNames("b", null, "a", undefined, "b", "")).toBe("b, a");
  const section = modelSection({ "gpt-5, moonshotai/Kimi-K2.6-TEE": 3, "gpt-5": 2, "": 7 });
  expect(section).toContain("| gpt-5 | 5 | OpenAI's terms (competing models) |");
  expect(section).toContain(
    "| moonshotai/Kimi-K2.6-TEE | 3 | the licence of the weights and the provider's terms |",
  );
  expect(modelSection({ "openai/gpt-oss-120b": 1 }).join()).not.toContain("OpenAI's terms");
  expect(modelSection({ "": 7 })).toEqual([]);
});
