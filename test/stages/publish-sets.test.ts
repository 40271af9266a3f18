/** Several sets in one go: the three of stage:actions, all looked through before the first is sent. */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ACTION_SETS } from "../../src/core/actions/sets.ts";
import { writeDataset } from "../../src/builders/dataset.ts";
import { publishSets } from "../../src/stages/publish.ts";
import { CARD, example, SETTINGS, stream } from "../support/dataset.ts";
import { OPTIONS, testConfig } from "../support/deps.ts";
import { uploadHub } from "../support/hub-upload.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const TOKEN = "hf_testtoken";
const NAMES = Object.values(ACTION_SETS);

async function world(names: readonly string[] = NAMES) {
  const root = tempProject();
  for (const name of names) {
    await writeDataset(stream(Array.from({ length: 12 }, (_, i) => example(`g${i % 4}`, i))), {
      builder: "test",
      output: join(root, "dataset", name),
      settings: { ...SETTINGS, formats: ["prompt-completion"] },
      card: CARD,
    });
  }
  const hub = await uploadHub({ token: TOKEN });
  const config = { ...testConfig(root), env: { HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN } };
  return { root, hub, config };
}
const all = { ...OPTIONS, folders: [], hubOrg: "acme" };

test("--hub-org plans the three sets in a dry run, and --push sends them", async () => {
  const { root, hub, config } = await world();
  const plan = await publishSets(config, all);
  for (const name of NAMES) expect(plan.notes.join("\n")).toContain(`/datasets/acme/${name} (`);
  expect(Object.keys(hub.repos)).toEqual([]);

  const sent = await publishSets(config, { ...all, push: true });
  expect(sent.read).toBe(plan.read);
  expect(Object.keys(hub.repos).sort()).toEqual(NAMES.map((name) => `acme/${name}`).sort());
  expect(Object.values(hub.repos).map(({ commits }) => commits)).toEqual([1, 1, 1]);
  const noted = JSON.parse(readFileSync(join(root, "report/published.json"), "utf8")) as unknown;
  expect(noted).toMatchObject(
    NAMES.map((name) => ({ repo: `acme/${name}`, folder: `dataset/${name}`, commit: "c1" })),
  );
});

test("a secret in the last set keeps the first from being sent", async () => {
  const { root, hub, config } = await world();
  appendFileSync(
    join(root, "dataset", ACTION_SETS.eval, "README.md"),
    `hf_${"aB3dE5gH7j".repeat(4)}\n`,
  );
  await expect(publishSets(config, { ...all, push: true })).rejects.toThrow("unmasked secrets");
  expect(Object.keys(hub.repos)).toEqual([]);
});

test("sets that are not there are left out, and none at all is told", async () => {
  const { hub, config } = await world([ACTION_SETS.proposer]);
  await publishSets(config, { ...all, push: true });
  expect(Object.keys(hub.repos)).toEqual([`acme/${ACTION_SETS.proposer}`]);

  const empty = await world([]);
  await expect(publishSets(empty.config, all)).rejects.toThrow(
    "publish: no folder was named, and there are no sets of stage:actions in dataset/",
  );
  await expect(publishSets(empty.config, { ...OPTIONS, folders: [] })).rejects.toThrow(
    "publish: no folder was named",
  );
});

test("several sets do not go to one repository", async () => {
  const { config } = await world();
  const folders = NAMES.map((name) => `dataset/${name}`);
  await expect(publishSets(config, { ...OPTIONS, folders, repo: "acme/one" })).rejects.toThrow(
    'publish: --repo "acme/one" is one repository, and there are 3 sets',
  );
});

test("the command takes folders and an owner", async () => {
  const { root, hub } = await world();
  const env = { HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN };
  const args = ["--root", root, `dataset/${ACTION_SETS.eval}`, "--hub_org", "acme", "--push"];
  const ran = await runScriptFile("publish", args, env);
  expect(ran).toMatchObject({ code: 0 });
  expect(Object.keys(hub.repos)).toEqual([`acme/${ACTION_SETS.eval}`]);
});
