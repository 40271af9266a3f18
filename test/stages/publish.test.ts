/** stage:publish against a Hub on the loopback: nothing by accident, nothing twice, nothing secret. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Built } from "../../src/core/dataset/example.ts";
import { uploadDataset } from "../../src/io/hub/upload.ts";
import { writeDataset } from "../../src/builders/dataset.ts";
import { publish } from "../../src/stages/publish.ts";
import { CARD, example, SETTINGS, stream } from "../support/dataset.ts";
import { OPTIONS, testConfig } from "../support/deps.ts";
import { uploadHub } from "../support/hub-upload.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const TOKEN = "hf_testtoken";
const REPO = "acme/turns";

async function set(parquet = false, more: readonly Built[] = []): Promise<string> {
  const root = tempProject();
  const rows = Array.from({ length: 12 }, (_, i) => example(`group${i % 4}`, i));
  await writeDataset(stream([...rows, ...more]), {
    builder: "test",
    output: join(root, "dataset/set"),
    settings: { ...SETTINGS, formats: ["openai"], parquet },
    card: CARD,
  });
  return root;
}

const at = (
  root: string,
  hub: { url: string },
  env: Record<string, string> = { HF_TOKEN: TOKEN },
) => ({
  ...testConfig(root),
  env: { HF_ENDPOINT: hub.url, ...env },
});
const push = { ...OPTIONS, folder: "dataset/set", repo: REPO, push: true };

describe("publish", () => {
  test("is a dry run unless told to push: nothing is sent, and the plan is shown", async () => {
    const hub = await uploadHub({ token: TOKEN });
    const summary = await publish(at(await set(), hub), { ...push, push: false });
    expect(hub.requests).toEqual(["GET /api/datasets/acme/turns/tree/main"]);
    expect(summary.notes[0]).toMatch(
      new RegExp(`^${hub.url}/datasets/acme/turns \\(private\\): 4 files, `),
    );
    expect(summary.notes.at(-1)).toBe("dry run: nothing was sent; add --push to send it");
  });

  test("makes a private repository and uploads card and splits in one commit", async () => {
    const hub = await uploadHub({ token: TOKEN });
    const root = await set(true);
    const summary = await publish(at(root, hub), push);
    const repo = hub.repos[REPO];
    expect(repo).toMatchObject({ private: true, commits: 1 });
    expect(Object.keys(repo?.files ?? {}).sort()).toEqual([
      "README.md",
      "dataset_stats.json",
      "train.jsonl",
      "train.parquet",
      "val.jsonl",
      "val.parquet",
    ]);
    for (const name of ["train.jsonl", "README.md"]) {
      expect(repo?.files[name]).toBe(readFileSync(join(root, "dataset/set", name), "utf8"));
    }
    expect(summary.notes.at(-1)).toMatch(/^created the repository, committed c1: http/);
  });

  test("deletes in the same commit what an older upload wrote and the new set lacks", async () => {
    const hub = await uploadHub({ token: TOKEN });
    await publish(at(await set(true), hub), push);
    const repo = hub.repos[REPO];
    if (repo !== undefined) repo.files["notes.md"] = "a person's own";
    const config = at(await set(), hub);
    const plan = await publish(config, { ...push, push: false });
    const deleted = ["train.parquet", "val.parquet"].map(
      (name) => `  ${name}: deleted, the older upload wrote it and this set lacks it`,
    );
    expect(plan.notes).toEqual(expect.arrayContaining(deleted));
    expect(repo?.commits).toBe(1);
    const summary = await publish(config, push);
    expect(summary.notes).toEqual(expect.arrayContaining(deleted));
    expect(repo?.commits).toBe(2);
    expect(Object.keys(repo?.files ?? {}).sort()).toEqual([
      "README.md",
      "dataset_stats.json",
      "notes.md",
      "train.jsonl",
      "val.jsonl",
    ]);
  });

  test("a repository whose dataset_stats.json is not ours loses nothing", async () => {
    const files = { "dataset_stats.json": "[]", "train.parquet": "x" };
    const repos = { [REPO]: { private: true, files, commits: 1 } };
    const hub = await uploadHub({ token: TOKEN, repos });
    await publish(at(await set(), hub), push);
    expect(Object.keys(hub.repos[REPO]?.files ?? {})).toContain("train.parquet");
  });

  test("a dry run says so when it could not look what is there", async () => {
    const hub = await uploadHub({ token: "hf_another" });
    const root = await set();
    const refused = await publish(at(root, hub), { ...push, push: false });
    expect(refused.notes.at(-2)).toMatch(
      /^what an older upload left there could not be looked up: publish: the Hub refused acme\/turns: /,
    );
    const without = await publish(at(root, hub, {}), { ...push, push: false });
    expect(without.notes.at(-2)).toBe(
      "no token: what an older upload left there was not looked up",
    );
  });

  test("--public makes a public one", async () => {
    const hub = await uploadHub({ token: TOKEN });
    await publish(at(await set(), hub), { ...push, public: true });
    expect(hub.repos[REPO]?.private).toBe(false);
  });

  test("adds to a repository that is there, but never to a public one unasked", async () => {
    const repos = { [REPO]: { private: true, files: {}, commits: 3 } };
    const hub = await uploadHub({ token: TOKEN, repos });
    const root = await set();
    expect((await publish(at(root, hub), push)).notes.at(-1)).toMatch(/^committed c4/);
    repos[REPO].private = false;
    await expect(publish(at(root, hub), push)).rejects.toMatchObject({
      message: "publish: acme/turns is there already and is public; nothing was sent",
      hint: "add --public if everybody may read the set, or name another --repo",
    });
    expect(repos[REPO].commits).toBe(4);
  });

  test("takes the owner from [dataset].hub_org when no --repo is given", async () => {
    const hub = await uploadHub({ token: TOKEN });
    const root = await set();
    const config = {
      ...at(root, hub),
      dataset: testConfig(root, '[dataset]\nhub_org = "acme"').dataset,
    };
    await publish(config, { ...OPTIONS, folder: "dataset/set", push: true });
    expect(Object.keys(hub.repos)).toEqual(["acme/set"]);
  });

  test("after a failure in the middle a second run sends just what is missing", async () => {
    let stores = 0;
    let isBroken = true;
    const hub = await uploadHub({
      token: TOKEN,
      largeFrom: 500,
      fault: (request) =>
        isBroken && request.startsWith("PUT /store/") && ++stores > 1
          ? { status: 400, body: { error: "the store is out" } }
          : null,
    });
    const root = await set();
    await expect(publish(at(root, hub), push)).rejects.toThrow("the store is out");
    expect(hub.repos[REPO]?.commits).toBe(0);
    isBroken = false;
    const before = hub.requests.length;
    await publish(at(root, hub), push);
    const sent = hub.requests.slice(before).filter((one) => one.startsWith("PUT /store/"));
    expect(hub.repos[REPO]?.commits).toBe(1);
    expect(sent.length).toBeLessThan(4);
    expect(sent).not.toContain(hub.requests.find((one) => one.startsWith("PUT /store/")));
  });

  test("passing faults are waited out, a commit that may have been made is not made again", async () => {
    const waits: number[] = [];
    const hub = await uploadHub({
      token: TOKEN,
      fault: (request, seen) =>
        request === "POST /api/repos/create" && seen.length < 2
          ? { status: 503, headers: { "retry-after": "7" } }
          : request.includes("/commit/") &&
              seen.filter((one) => one.includes("/commit/")).length === 0
            ? { status: 504, body: { error: "gateway timeout" } }
            : null,
    });
    const root = await set();
    const upload = {
      endpoint: hub.url,
      token: TOKEN,
      repo: REPO,
      isPublic: false,
      title: "t",
      remove: [],
      files: [{ name: "README.md", path: join(root, "dataset/set/README.md") }],
      wait: (ms: number) => Promise.resolve(waits.push(ms)),
    };
    await expect(uploadDataset(upload)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^publish: the Hub refused acme\/turns: gateway timeout \(HTTP 504, request id req-\d+\)$/,
      ),
      hint: "run it again: files that are up already are not sent twice; if it stays, quote the request id",
    });
    expect(waits).toEqual([7000, 7000]);
    expect(hub.requests.filter((one) => one.includes("/commit/"))).toHaveLength(1);
  });
});

describe("refusals", () => {
  test.each([
    [
      401,
      "Invalid credentials",
      "set HF_TOKEN (or HUGGINGFACE_API_KEY) in .env to a token that is valid and may write",
    ],
    [
      403,
      "You don't have the rights",
      "the token needs write access to that owner's data sets; check --repo and the token's scopes",
    ],
    [
      404,
      "No such organization",
      "check the owner in --repo: you can write to your own name and to organisations you belong to",
    ],
  ])(
    "HTTP %d is told with the Hub's words and the id of the request",
    async (status, error, hint) => {
      const hub = await uploadHub({ token: TOKEN, fault: () => ({ status, body: { error } }) });
      // A repository that is not there yet has nothing to look up: the next request is refused.
      const id = status === 404 ? "req-2" : "req-1";
      await expect(publish(at(await set(), hub), push)).rejects.toMatchObject({
        message: `publish: the Hub refused acme/turns: ${error} (HTTP ${status}, request id ${id})`,
        hint,
      });
    },
  );

  test("a Hub that is not there is told with its address", async () => {
    const root = await set();
    const upload = {
      endpoint: "http://127.0.0.1:9",
      token: TOKEN,
      repo: REPO,
      isPublic: false,
      title: "t",
      remove: [],
      files: [],
      wait: () => Promise.resolve(),
    };
    await expect(uploadDataset(upload)).rejects.toThrow(
      /^publish: the Hub cannot be reached at http:\/\/127\.0\.0\.1:9 \(/,
    );
    expect(root).not.toBe("");
  });

  test.each([
    [{}, "publish: no token: HF_TOKEN and HUGGINGFACE_API_KEY are not set"],
    [
      { HF_TOKEN: "abc" },
      "publish: the token in HF_TOKEN or HUGGINGFACE_API_KEY does not start with hf_",
    ],
  ])("without a token of the Hub's kind nothing is sent: %j", async (env, message) => {
    const hub = await uploadHub({ token: TOKEN });
    await expect(publish(at(await set(), hub, env), push)).rejects.toThrow(message);
    expect(hub.requests).toEqual([]);
  });

  test.each([
    [undefined, "publish: no --repo was given"],
    ["turns", 'publish: --repo "turns" is no owner/name'],
    ["acme/../x", 'publish: --repo "acme/../x" is no owner/name'],
  ])("--repo %s is told its form", async (repo, message) => {
    const root = await set();
    const options = { ...OPTIONS, folder: "dataset/set", ...(repo === undefined ? {} : { repo }) };
    await expect(publish(testConfig(root), options)).rejects.toMatchObject({
      message,
      hint: "for example --repo your-name/your-set; or name the owner with --hub-org, or [dataset].hub_org in chain.toml",
    });
  });
});

describe("a set is not sent", () => {
  const key = `hf_${"aB3dE5gH7j".repeat(4)}`;

  test.each([[false], [true]])(
    "with a secret in a row, told by file and line (parquet: %s)",
    async (parquet) => {
      const hub = await uploadHub({ token: TOKEN });
      const root = await set(parquet, [
        { ok: true, example: example("group0", 50, { answer: `echo\n${key}` } as never) },
      ]);
      await expect(publish(at(root, hub), push)).rejects.toThrow(
        /^publish: the set holds unmasked secrets in \d+ lines; nothing was sent\n {2}(?:train|val)\.jsonl line \d+: hf_token/,
      );
      await expect(publish(at(root, hub), { ...push, push: false })).rejects.toThrow(
        "unmasked secrets",
      );
      expect(hub.requests).toEqual([]);
    },
  );

  test("with a secret in its card", async () => {
    const root = await set();
    appendFileSync(join(root, "dataset/set/README.md"), `\n${key}\n`);
    await expect(publish(testConfig(root), { ...push, push: false })).rejects.toThrow(
      /README\.md line \d+: hf_token/,
    );
  });

  test.each([
    [
      "no statistics",
      (folder: string) => rmSync(join(folder, "dataset_stats.json")),
      "holds no finished set: there is no dataset_stats.json",
    ],
    [
      "a missing split",
      (folder: string) => rmSync(join(folder, "val.jsonl")),
      "is not a whole set: val.jsonl is missing",
    ],
    [
      "a cut split",
      (folder: string) => writeFileSync(join(folder, "train.jsonl"), '{"messages": ['),
      "is not a whole set: train.jsonl line 1 is not JSON",
    ],
    [
      "fewer rows",
      (folder: string) => writeFileSync(join(folder, "val.jsonl"), "{}\n{}\n"),
      "is not a whole set: val.jsonl has 2 rows, dataset_stats.json says 3",
    ],
    [
      "broken statistics",
      (folder: string) => writeFileSync(join(folder, "dataset_stats.json"), "{"),
      "is not a whole set: dataset_stats.json is not JSON",
    ],
    [
      "no list of files",
      (folder: string) => writeFileSync(join(folder, "dataset_stats.json"), "{}"),
      "is not a whole set: dataset_stats.json lists no files",
    ],
    [
      "a path out of it",
      (folder: string) =>
        writeFileSync(
          join(folder, "dataset_stats.json"),
          '{"files":[{"name":"../../chain.toml"}]}',
        ),
      'is not a whole set: dataset_stats.json lists "../../chain.toml"',
    ],
  ])("with %s", async (_title, spoil, message) => {
    const root = await set();
    spoil(join(root, "dataset/set"));
    await expect(publish(testConfig(root), push)).rejects.toThrow(message);
  });
});

test("the script is a dry run by default and says what it would send", async () => {
  const root = await set();
  const ran = await runScriptFile("publish", ["dataset/set", "--root", root, "--repo", REPO]);
  expect(ran.stderr).toBe("");
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain("https://huggingface.co/datasets/acme/turns (private): 4 files");
  expect(ran.stdout).toContain("dry run: nothing was sent; add --push to send it");
});
