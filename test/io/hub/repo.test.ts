import { expect, test } from "vitest";
import { hubClient } from "../../../src/io/hub/http.ts";
import { openRepo, type HubRepo, type HubSpec } from "../../../src/io/hub/repo.ts";
import { testHub, type HubDataset } from "../../support/hub.ts";

const plain: HubDataset = {
  refs: { main: "c2", old: "c1" },
  commits: {
    c1: { "data/train-00000.parquet": "v1" },
    c2: {
      "README.md": "#",
      "data/train-00001.parquet": "bb",
      "data/train-00000.parquet": "a",
      "data/test-00000.parquet": "c",
    },
  },
};

async function open(
  dataset: HubDataset,
  over: Partial<HubSpec> = {},
  token: string | null = null,
): Promise<HubRepo> {
  const hub = await testHub({ "o/d": dataset });
  const client = hubClient({ endpoint: hub.url, token, wait: async () => {} });
  return openRepo(client, {
    endpoint: hub.url,
    name: "o/d",
    revision: null,
    config: null,
    split: null,
    paths: null,
    hasToken: token !== null,
    key: "[source].trajectories",
    ...over,
  });
}

test("the revision becomes a commit, and the train split's files are listed over all pages", async () => {
  expect(await open(plain)).toEqual({
    name: "o/d",
    commit: "c2",
    config: "default",
    split: "train",
    files: [
      { path: "data/train-00000.parquet", size: 1 },
      { path: "data/train-00001.parquet", size: 2 },
    ],
  });
  expect(await open(plain, { revision: "old" })).toMatchObject({ commit: "c1" });
});

test("split, config of the card, and a path glob choose files", async () => {
  expect((await open(plain, { split: "test" })).files).toHaveLength(1);
  const cardData = {
    configs: [
      { config_name: "xml", data_files: [{ split: "train", path: "data/test-*" }] },
      { config_name: "tool", data_files: [{ split: "tool", path: ["data/train-*"] }] },
    ],
  };
  expect(await open({ ...plain, cardData })).toMatchObject({ config: "xml", files: [{ size: 1 }] });
  const tool = await open({ ...plain, cardData }, { config: "tool" });
  expect([tool.split, tool.files.length]).toEqual(["tool", 2]);
  expect((await open(plain, { paths: "data/*-00000.parquet" })).files).toHaveLength(2);
});

test.each<[string, HubDataset, Partial<HubSpec>, string | null, RegExp]>([
  [
    "an unknown data set",
    plain,
    { name: "o/none" },
    null,
    /there is no data set o\/none on .*, or it is private and no token is set/,
  ],
  [
    "an unknown revision",
    plain,
    { revision: "v9" },
    null,
    /o\/d has no revision "v9"; it has main, old/,
  ],
  [
    "an unknown split",
    plain,
    { split: "dev" },
    null,
    /o\/d has no split "dev"; it has test, train/,
  ],
  ["an unknown config", plain, { config: "xml" }, null, /o\/d has no config "xml"; it has default/],
  [
    "a glob without files",
    plain,
    { paths: "x/*" },
    null,
    /no data file matches "x\/\*"; its data files are data\/test-00000\.parquet/,
  ],
  [
    "a set without data",
    { ...plain, commits: { c2: { "README.md": "#" } } },
    {},
    null,
    /it has no data files that are read; its data files are none/,
  ],
  [
    "a private set without a token",
    { ...plain, token: "hf_a" },
    {},
    null,
    /or it is private and no token is set/,
  ],
  [
    "a token that is refused",
    { ...plain, token: "hf_a" },
    {},
    "hf_b",
    /the Hub refuses the token for the data set o\/d \(HTTP 401\)/,
  ],
  [
    "a gated set",
    { ...plain, gated: true },
    {},
    null,
    /the data set o\/d is gated, and this session has no token/,
  ],
])("%s is a clear error", async (_what, dataset, over, token, message) => {
  await expect(open(dataset, over, token)).rejects.toThrow(message);
});

test("an endpoint that is no Hub is named", async () => {
  const hub = await testHub(
    {},
    {
      extra(_request, response) {
        response.writeHead(418).end();
        return true;
      },
    },
  );
  const client = hubClient({ endpoint: hub.url, token: null, wait: async () => {} });
  const spec = { endpoint: hub.url, name: "o/d", revision: null, config: null, split: null };
  await expect(
    openRepo(client, { ...spec, paths: null, hasToken: false, key: "[source].prs" }),
  ).rejects.toThrow("the Hub's answer about the data set o/d is of no use: HTTP 418");
});

const SPEC = {
  name: "o/d",
  revision: null,
  config: null,
  split: null,
  paths: null,
  hasToken: true,
  key: "[source].trajectories",
};

test("a gated set whose token may not read it says where to ask for access", async () => {
  const hub = await testHub(
    { "o/d": plain },
    { fault: () => ({ status: 403, headers: { "x-error-code": "GatedRepo" } }) },
  );
  const client = hubClient({ endpoint: hub.url, token: "hf_a", wait: async () => {} });
  const opened = openRepo(client, { ...SPEC, endpoint: hub.url });
  await expect(opened).rejects.toMatchObject({
    message: "the data set o/d is gated, and this token may not read it",
    hint: `ask for access at ${hub.url}/datasets/o/d, and set HF_TOKEN in .env`,
  });
});

test("an answer about the data set without a commit is of no use", async () => {
  const hub = await testHub(
    {},
    {
      extra(_request, response) {
        const info = { _id: "1", id: "o/d", downloads: 0, likes: 0, lastModified: "2026-01-01" };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(info));
        return true;
      },
    },
  );
  const client = hubClient({ endpoint: hub.url, token: null, wait: async () => {} });
  await expect(openRepo(client, { ...SPEC, endpoint: hub.url })).rejects.toThrow(
    "the Hub's answer about the data set o/d is of no use: it names no commit",
  );
});
