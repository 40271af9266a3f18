import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { benchmarkRows, hashFiles, instanceOf, openSet } from "../../src/trainer/training-set.ts";
import { tempProject } from "../support/project.ts";
import { jsonLines, trainingFiles, trainingRow } from "../support/training-set.ts";

const FORMATS = ["prompt-completion"];

test("a set is its files by split, dev as train, empty files left out", async () => {
  const root = tempProject({
    "set/dev.jsonl": jsonLines([trainingRow(0)]),
    "set/val.jsonl": "",
    "set/test.jsonl": jsonLines([trainingRow(1)]),
    "set/skipped.jsonl": "{}\n",
  });
  const folder = join(root, "set");
  expect((await openSet("train", folder, FORMATS)).files).toEqual({
    train: [join(folder, "dev.jsonl")],
    validation: [],
    test: [join(folder, "test.jsonl")],
  });
});

test("the folder that is named as its format comes before one that holds it by chance", async () => {
  const root = tempProject({
    "set/train.jsonl": jsonLines([trainingRow(0)]),
    "set/prompt-completion/train.jsonl": jsonLines([trainingRow(1)]),
    "set/kto/train.jsonl": jsonLines([trainingRow(1, { label: true })]),
  });
  const folder = join(root, "set");
  const { files } = await openSet("train", folder, FORMATS);
  expect(files.train).toEqual([join(folder, "prompt-completion/train.jsonl")]);
  const kto = await openSet("train", folder, ["kto"]);
  expect(kto.files.train).toEqual([join(folder, "kto/train.jsonl")]);
});

test("the hash changes with a byte of a file and with its name", async () => {
  const root = tempProject(trainingFiles("set", 2));
  const file = join(root, "dataset/set/train.jsonl");
  const before = await hashFiles(root, [file]);
  expect(await hashFiles(join(root, "dataset"), [file])).not.toBe(before);
  writeFileSync(file, `${jsonLines([trainingRow(0), trainingRow(1)])}\n`);
  expect(await hashFiles(root, [file])).not.toBe(before);
});

test("rows of benchmarks are found by the instance in metadata or beside it", async () => {
  const rows = [
    trainingRow(0, { metadata: { instance_id: "Django__django-11049" } }),
    trainingRow(1, { metadata: null, instance_id: "astropy__astropy-14995" }),
    trainingRow(2),
  ];
  const root = tempProject({ "a.jsonl": jsonLines(rows) });
  expect(await benchmarkRows([join(root, "a.jsonl")])).toEqual({
    rows: 2,
    ids: ["Django__django-11049", "astropy__astropy-14995"],
  });
  expect(instanceOf({})).toBe("");
});
