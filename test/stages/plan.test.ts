import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { plan, planLines } from "../../src/stages/plan.ts";
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
