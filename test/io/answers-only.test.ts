import { expect, test } from "vitest";
import { listAnswers, listRefined } from "../../src/io/answers.ts";
import { openPrompts } from "../../src/io/prompts.ts";
import { openStore } from "../../src/io/store.ts";
import { tempProject } from "../support/project.ts";

const prompt = {
  instance_id: "a",
  repo: "o/r",
  turn: 0,
  messages: [],
  assistant: "x",
  origin: { dataset: null, revision: null, file: null, row: null },
};

test("a --only that names nothing is a fault, for answers and for turns", async () => {
  const store = openStore(
    tempProject({
      "answer/a_1.json": {},
      "answer/a_2.json": {},
      "prompt/prompts_1_001.json": [prompt],
    }),
  );
  await expect(listAnswers(store, { only: "b*" })).rejects.toThrow(
    "--only b* matches none of 2 answer files",
  );
  expect(await listAnswers(store, { only: "*_2" })).toHaveLength(1);
  expect(await listRefined(store, { only: "b*" })).toEqual([]);
  const entries = (await openPrompts(store, { only: "b*" })).entries();
  await expect(entries.next()).rejects.toThrow("--only b* matches none of 1 turn");
});

test("where nothing is there yet, --only is not to blame", async () => {
  const store = openStore(tempProject({ "answer/.gitkeep": "" }));
  expect(await listAnswers(store, { only: "b*" })).toEqual([]);
});
