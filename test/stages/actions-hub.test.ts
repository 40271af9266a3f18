import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { seededRng } from "../../src/core/random.ts";
import { openStore } from "../../src/io/store.ts";
import { actions } from "../../src/stages/actions.ts";
import { speedrun } from "../../src/stages/speedrun.ts";
import { silentProgress } from "../support/chat.ts";
import { readJsonl } from "../support/dataset.ts";
import { testHub } from "../support/hub.ts";
import { hubSets, PULLS, TRAJECTORIES } from "../support/hub-sets.ts";
import { tempProject } from "../support/project.ts";

const common = { skipBad: false, force: false, retry: false };

test("runs and benchmark rows are read from a set of the Hub as from files", async () => {
  const hub = await testHub(await hubSets({ files: [40], pages: false }));
  const root = tempProject({ ".env": `HF_ENDPOINT=${hub.url}\nHF_TOKEN=hf_test\n` });
  const config = loadConfig(root, {});
  const deps = {
    store: openStore(root),
    progress: silentProgress,
    rng: (purpose: string) => seededRng(42, purpose),
  };
  const summary = await actions(config, deps, {
    ...common,
    swe: [TRAJECTORIES],
    maxSwe: 20,
    own: true,
    output: join(root, "dataset"),
  });
  expect(summary.kept).toBe(20);

  const rows = await speedrun(config, deps, {
    ...common,
    dataset: [PULLS],
    minPatchChars: 0,
    includeEmpty: false,
    devSplit: "1",
    emitTest: false,
    forceSkippedReport: false,
    output: join(root, "dataset/speedrun"),
  });
  expect(rows).toMatchObject({ read: 4, kept: 4 });
  expect(
    readJsonl(root, "dataset/speedrun/dev.jsonl").map(({ metadata }) => metadata),
  ).toMatchObject(
    [0, 1, 2, 3].map((n) => ({
      instance_id: `owner${n}__name-${n}`,
      label: "SUCCESS",
      response_source: "patch",
    })),
  );
});

test("speedrun without --dataset reads SWE-bench/SWE-bench", async () => {
  const served = (await hubSets({ files: [10], pages: false }))[PULLS];
  if (served === undefined) throw new Error("the Hub of the tests has no pull requests");
  const hub = await testHub({ "SWE-bench/SWE-bench": served });
  const root = tempProject({ ".env": `HF_ENDPOINT=${hub.url}\nHF_TOKEN=hf_test\n` });
  const deps = { progress: silentProgress };
  const rows = await speedrun(loadConfig(root, {}), deps, {
    ...common,
    minPatchChars: 0,
    includeEmpty: false,
    devSplit: "0.9",
    emitTest: false,
    forceSkippedReport: false,
    output: join(root, "dataset/speedrun"),
  });
  expect(rows).toMatchObject({ read: 1, kept: 1 });
  expect(new Set(hub.requests.map(({ path }) => path.includes("SWE-bench/SWE-bench")))).toEqual(
    new Set([true]),
  );
});
