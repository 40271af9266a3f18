import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { plan, planLines } from "../../src/stages/plan.ts";
import { scoreSchema } from "../../src/records/score.ts";
import { tempProject } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

test("a workspace without scores is planned by the sample's", async () => {
  const root = tempProject({});
  const found = await plan(loadConfig(root, {}), openStore(root), 3);
  expect(found).toMatchObject({ from: "sample", turns: 0, now: 0 });
  const lines = planLines(found).join("\n");
  expect(lines).toContain("to find an edge of 3 points, by the scores of the sample");
  expect(lines).toMatch(/\| 80 % \| \d+ \| \d+ \| \d+ \|/);
});

test("a workspace with scores is planned by its own", async () => {
  const root = await judgedWorkspace();
  const found = await plan(loadConfig(root, {}), openStore(root), 3);
  expect(found).toMatchObject({ from: "workspace", turns: 24, n_clusters: 6 });
  const [eighty, ninety] = found.rows;
  expect(ninety?.turns ?? 0).toBeGreaterThan(eighty?.turns ?? 0);
  expect(eighty?.calls).toBe((eighty?.turns ?? 0) * 6);
  expect(planLines(found).join("\n")).toContain("is known from 6 of them alone");
});

test.each([
  ["all the same", (index: number) => ({ score: 50, repo: `r/${index % 6}` })],
  ["of one cluster", (index: number) => ({ score: 40 + index, repo: "r/0" })],
  ["of one turn a cluster", (index: number) => ({ score: 40 + index, repo: `r/${index}` })],
])("scores that are %s do not say how scores vary", async (_what, over) => {
  const root = await judgedWorkspace();
  const store = openStore(root);
  const names = (await store.list("score")).filter((name) => !name.startsWith("_"));
  for (const [index, name] of names.entries()) {
    const score = await store.read(`score/${name}`, scoreSchema);
    await store.write(`score/${name}`, { ...score, ...over(index) });
  }
  const found = await plan(loadConfig(root, {}), store, 3);
  expect(found).toMatchObject({ from: "sample", turns: 24 });
  expect(planLines(found).join("\n")).not.toContain("NaN");
  expect(planLines(found).at(-1)).toBe(
    "the workspace's own 24 scores are of one cluster, of one turn a cluster, or all the same: they do not say how scores vary",
  );
});

test("an edge that is not above 0 is refused, and one below win_margin has no number", async () => {
  const root = tempProject({});
  const config = loadConfig(root, {});
  await expect(plan(config, openStore(root), 0)).rejects.toMatchObject({
    message: "plan: --edge 0 is not above 0",
    hint: "give the lead in points that is to be found, for example --edge 3",
  });
  const found = await plan(config, openStore(root), 2);
  expect(planLines(found).join("\n")).toContain("none: the edge is no more than win_margin");
});

test("turns of an excluded instance plan nothing", async () => {
  const root = await judgedWorkspace();
  const store = openStore(root);
  const [name = ""] = (await store.list("score")).filter((one) => !one.startsWith("_"));
  const { instance_id } = await store.read(`score/${name}`, scoreSchema);
  const config = loadConfig(root, {});
  const source = { ...config.source, exclude_ids: [instance_id] };
  expect((await plan({ ...config, source }, store, 3)).turns).toBeLessThan(24);
});
