import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { queueSchema } from "../../src/records/queue.ts";
import { scoreSchema } from "../../src/records/score.ts";
import { queue } from "../../src/stages/queue.ts";
import { report } from "../../src/stages/report.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { scriptedChat } from "../support/chat.ts";
import { tempProject } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

const drawIn = (root: string, n: number, force = false) =>
  queue(
    loadConfig(root, {}),
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    { n, force },
  );

test("turns are drawn into review/_queue.json, and the report says what their reviews come to", async () => {
  const root = await judgedWorkspace();
  const drawn = await drawIn(root, 12);
  expect(drawn).toMatchObject({ n_turns: 24 });
  const store = openStore(root);
  expect(await store.read("review/_queue.json", queueSchema)).toEqual(drawn);
  for (const { file, pair_hash } of drawn.turns.slice(0, 8)) {
    const review = { file, verdict: 2, bucket: null, note: "", time: "t", pair_hash };
    await store.write(`review/${file}`, review);
  }
  await report(
    loadConfig(root, {}),
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    OPTIONS,
  );
  expect(await store.readText("report/report.md")).toContain(
    "8 of the 12 drawn turns are reviewed, 0 skipped; 0 reviews of other turns were chosen",
  );
});

test("a queue that is there is kept, unless --force says otherwise", async () => {
  const root = await judgedWorkspace();
  await drawIn(root, 5);
  await expect(drawIn(root, 5)).rejects.toMatchObject({
    message: "queue: review/_queue.json holds 5 turns, and reviews of it may have been made",
    hint: "go on with it, or give --force: reviews made so far then count as chosen, not as drawn",
  });
  expect((await drawIn(root, 6, true)).turns).toHaveLength(6);
});

test("without judged turns the error says which stage to run", async () => {
  await expect(drawIn(tempProject({}), 5)).rejects.toMatchObject({
    message: "queue: no judged turns in score/",
    hint: "run npm run stage:validate first: the draw is stratified by the panel's scores",
  });
});

test("turns of an excluded instance are not drawn", async () => {
  const root = await judgedWorkspace();
  const store = openStore(root);
  const names = (await store.list("score")).filter((name) => !name.startsWith("_"));
  const { instance_id } = await store.read(`score/${names[0] ?? ""}`, scoreSchema);
  const scores = await Promise.all(names.map((name) => store.read(`score/${name}`, scoreSchema)));
  const count = scores.filter((score) => score.instance_id === instance_id).length;
  const config = loadConfig(root, {});
  const source = { ...config.source, exclude_ids: [instance_id] };
  const chat = scriptedChat(() => "");
  const drawn = await queue({ ...config, source }, testDeps(root, chat), { n: 24, force: false });
  expect(count).toBeGreaterThan(0);
  expect(drawn.n_turns).toBe(names.length - count);
});
