import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { report } from "../../src/stages/report.ts";
import { share } from "../../src/stages/share.ts";
import type { StageSummary } from "../../src/work.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";
import { duelDownload } from "../../src/viewer/download.ts";

const TOKEN = `ghp_${"a1B2".repeat(9)}`;

type Record_ = Record<string, unknown>;
const readJson = (path: string): Record_ => JSON.parse(readFileSync(path, "utf8")) as Record_;
const change = (root: string, path: string, fields: (record: Record_) => Record_): void => {
  const record = readJson(join(root, path));
  writeFileSync(join(root, path), JSON.stringify({ ...record, ...fields(record) }));
};

const run = (root: string, out: string, options = {}): Promise<StageSummary> =>
  share(
    loadConfig(root, {}),
    { store: openStore(root), output: openStore(out), name: "a run" },
    options,
  );

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const unescaped = (html: string): string =>
  html
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

const textOf = (folder: string): string =>
  filesOf(folder)
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");

/** Where raw replies and requests are kept, and fields that no build of today writes: all of them quote. */
const raw = (words: string): Record_ => ({
  raw: `RAWREPLY PRWORDS ${TOKEN} ${words}`,
  reasoning: "RAWREPLY PRWORDS",
  unread_detail: "RAWREPLY PRWORDS",
  request: "SENTWORDS PRWORDS",
  later_field: ["PRWORDS", { reply: "RAWREPLY" }],
});

/** Request files as [engine] batch-file leaves them: the challenger's hold the pull request. */
function keepRequests(root: string): void {
  for (const stage of ["king", "challenger", "validate"]) {
    mkdirSync(join(root, "engine", stage), { recursive: true });
    const head = { requests: 1, stage, provider: "p", model: "m", results: [] };
    const entry = { custom_id: "c1", key: `${stage}/t01.json/1`, ask: "1" };
    const body = {
      model: "m",
      messages: [{ role: "user", content: `SENTWORDS PRWORDS ${TOKEN}` }],
    };
    const write = (name: string, ...lines: object[]): void =>
      writeFileSync(
        join(root, "engine", stage, name),
        `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`,
      );
    write("map-1.jsonl", head, entry);
    write("requests-1.jsonl", { custom_id: "c1", body });
    write("results-1.jsonl", { custom_id: "c1", response: { body: "RAWREPLY PRWORDS" } });
  }
}

/** A judged workspace in which the pull request, a secret, raw replies and requests stand wherever they may. */
async function marked(): Promise<string> {
  const root = await judgedWorkspace();
  keepRequests(root);
  const messages = (record: Record_): Record_ => ({
    messages: [...(record["messages"] as unknown[]), { role: "user", content: `key ${TOKEN}` }],
  });
  change(root, "answer/t01.json", (record) => ({
    ...messages(record),
    king: `export T=${TOKEN}`,
    challenger: "PRWORDS quoted",
    ...raw("of the answer"),
    challenger_run: {
      ...(record["challenger_run"] as object | undefined),
      model: "m",
      provider: "p",
      prompt_version: "challenger-1",
      config_hash: "c",
      usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1, reasoning_tokens: 0 },
      cost_usd: null,
      attempts: 1,
      finish_reason: "stop",
      time: "2026-01-01T00:00:00.000Z",
      ...raw("of the challenger"),
      malformed: { reason: "no_block", detail: "no_block: there was PRWORDS" },
    },
    audit: {
      verdict: "leak",
      findings: [{ kind: "line", text: "PRWORDS", span: [0, 7], evidence: "PRWORDS evidence" }],
    },
    canaries: [{ kind: "name", true: "PRWORDS", shown: "x" }],
    challenger_tries: [
      {
        attempt: 1,
        raw: "PRWORDS try",
        finish_reason: null,
        reason: "leak",
        detail: "PRWORDS",
        usage: { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 },
        cost_usd: null,
        time: "",
      },
    ],
  }));
  change(root, "score/t01.json", (record) => ({
    disqualified: { reason: "leak", detail: "line: PRWORDS" },
    judges: (record["judges"] as Record_[]).map((judge) => ({
      ...judge,
      reason: "PRWORDS",
      ...raw("of a judge"),
      usage: { ...(judge["usage"] as object), ...raw("of its usage") },
    })),
    opponent_flags: [{ kind: "injection", text: "PRWORDS" }],
    ...raw("of the score"),
  }));
  change(root, "score/t02.json", (record) => ({
    judges: (record["judges"] as Record_[]).map((judge) => ({ ...judge, ...raw("of a judge") })),
  }));
  change(root, "answer/t02.json", () => ({
    king_run: readJson(join(root, "answer/t01.json"))["challenger_run"],
    audit: {
      verdict: "suspect",
      findings: [
        { kind: "phrase", text: "as the pull request says", span: [0, 5], evidence: "PRWORDS" },
        { kind: "name", text: "PRWORDS", span: [0, 5], evidence: "PRWORDS" },
      ],
    },
  }));
  mkdirSync(join(root, "review"));
  writeFileSync(
    join(root, "review/t02.json"),
    JSON.stringify({
      file: "t02.json",
      verdict: 2,
      bucket: null,
      note: "PRWORDS in a note",
      ...raw("of a review"),
      time: "",
      pair_hash: "",
    }),
  );
  return root;
}

test("a copy holds every duel, leads to files of its own alone, and 200 duels stay under 5 MB", async () => {
  const root = await judgedWorkspace();
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  await report(loadConfig(root, {}), deps, OPTIONS);
  const out = join(root, "site");
  const summary = await run(root, out);
  expect(summary).toMatchObject({ stage: "share", read: 24, kept: 24, dropped: {}, asked: 0 });
  const pages = filesOf(out).filter((file) => file.endsWith(".html"));
  expect(readdirSync(join(out, "duel"))).toHaveLength(24);
  let links = 0;
  for (const page of pages) {
    const text = readFileSync(page, "utf8");
    for (const [, href = ""] of text.matchAll(/\s(?:href|src|action)="([^"#]+)[^"]*"/g)) {
      expect(href).not.toMatch(/^(?:\/|[a-z]+:)|\?/);
      links++;
      if (!existsSync(normalize(join(dirname(page), decodeURIComponent(href)))))
        throw new Error(`${page} leads to ${href}, which is not there`);
    }
  }
  expect(links).toBeGreaterThan(200);
  const bytes = (files: readonly string[]): number =>
    files.reduce((sum, file) => sum + readFileSync(file).length, 0);
  const assets = bytes(filesOf(join(out, "assets")));
  // Pages grow with the turns, what they load does not.
  expect(((bytes(filesOf(out)) - assets) / 24) * 200 + assets).toBeLessThan(5_000_000);
  // What a text says stays as it was, its blanks too.
  const answer = readJson(join(root, "answer/t12.json"))["challenger"] as string;
  const command = /```\w+\n([^]*?)\n```/.exec(answer)?.[1] ?? "";
  const shown = readFileSync(join(out, "duel/t12.html"), "utf8").replace(/<[^>]*>/g, "");
  expect(command).toMatch(/ {2}/);
  expect(unescaped(shown)).toContain(command);
  expect(readFileSync(join(out, "report.html"), "utf8")).toContain('href="duel/t24.html"');
});

const LEAVES_NEVER = new RegExp(`PRWORDS|RAWREPLY|SENTWORDS|later_field|${TOKEN.slice(0, 12)}`);

test("of pull request, secrets, raw replies and requests nothing is in a copy, also where a leaking turn was judged", async () => {
  const root = await marked();
  const out = join(root, "site");
  const summary = await run(root, out);
  const text = textOf(out);
  expect(text).not.toMatch(LEAVES_NEVER);
  expect(text).toContain("as the pull request says");
  expect(text).toContain("MASKED");
  expect(readFileSync(join(out, "duel/t01.html"), "utf8")).toContain("no_block");
  expect(summary.notes.join("\n")).toMatch(/secrets masked: /);
});

test("of pull request, secrets, raw replies and requests nothing is in a duel that is downloaded", async () => {
  const root = await marked();
  const store = openStore(root);
  const { audit } = loadConfig(root, {});
  for (const file of ["t01.json", "t02.json", "t03.json"]) {
    const path = `answer/${file}`;
    const duel = await duelDownload({ audit }, store, { file, path });
    const text = JSON.stringify(duel);
    // Of the history a turn's own words stay.
    expect(text).not.toMatch(LEAVES_NEVER);
    expect(duel).toMatchObject({ file, score: { file, mode: 2, judges: expect.any(Array) as [] } });
  }
  const judged = await duelDownload({ audit }, store, {
    file: "t02.json",
    path: "answer/t02.json",
  });
  expect(judged).toMatchObject({
    king_run: { model: "m", malformed: { reason: "no_block", detail: "" } },
    review: { verdict: 2, note: "" },
    score: {
      judges: expect.arrayContaining([expect.objectContaining({ raw: "", reasoning: null })]) as [],
    },
  });
});

test("a copy made again takes out what it has no longer, and leaves what is not its own", async () => {
  const root = await judgedWorkspace();
  const out = join(root, "site");
  await run(root, out);
  writeFileSync(join(out, "CNAME"), "example.org");
  expect((await run(root, out, { only: "t0*" })).kept).toBe(9);
  expect(readdirSync(join(out, "duel"))).toHaveLength(9);
  expect(existsSync(join(out, "CNAME"))).toBe(true);
  const index = readFileSync(join(out, "index.html"), "utf8");
  expect(index.match(/class="row"/g)).toHaveLength(9);
  // A list of files from elsewhere takes nothing away.
  writeFileSync(
    join(out, "share.json"),
    JSON.stringify({ made_by: "kingmaker share", files: ["../answer/t01.json", "CNAME"] }),
  );
  await run(root, out, { only: "t0*" });
  expect(existsSync(join(root, "answer/t01.json"))).toBe(true);
  expect(existsSync(join(out, "CNAME"))).toBe(true);
});

test("turns that cannot be read or must not be used are left out and counted", async () => {
  const root = await judgedWorkspace({}, '\n[source]\nexclude_ids = ["django__django-11815"]\n');
  writeFileSync(join(root, "answer/t01.json"), "{");
  const { read, kept, dropped, notes } = await run(root, join(root, "site"));
  expect(notes).toContainEqual(expect.stringMatching(/^not read: answer\/t01\.json; mend/));
  expect(dropped).toMatchObject({ broken_file: 1, excluded_id: expect.any(Number) as number });
  expect(read).toBe(kept + Object.values(dropped).reduce((sum, n) => sum + n, 0));
});

test("a broken lineage is named, and everything else is shared", async () => {
  const root = tempProject({ "reign/lineage.json": "{" }, await judgedWorkspace());
  const { notes } = await run(root, join(root, "site"));
  expect(notes).toContainEqual(expect.stringMatching(/^not read: reign\/lineage\.json; mend/));
  expect(readdirSync(join(root, "site"))).toContain("index.html");
});

test("a folder of the workspace's own is refused, and so is a link where pages go", async () => {
  const root = await judgedWorkspace();
  await expect(run(root, join(root, "outcome"))).rejects.toThrow(
    `share: ${join(root, "outcome")} is a folder of the workspace's own`,
  );
  const site = join(root, "site");
  await run(root, site);
  const elsewhere = tempProject();
  rmSync(join(site, "duel"), { recursive: true });
  symlinkSync(elsewhere, join(site, "duel"));
  await expect(run(root, site)).rejects.toThrow(`share: ${join(site, "duel")} is a link`);
  expect(readdirSync(elsewhere)).toEqual([]);
});

test("addresses are masked where [audit].mask_emails says so", async () => {
  const root = await judgedWorkspace();
  change(root, "answer/t02.json", () => ({ king: "ask jane.roe@corp-name.com" }));
  const [plain, masked] = [join(root, "plain"), join(root, "masked")];
  await run(root, plain);
  writeFileSync(
    join(root, "chain.toml"),
    `${readFileSync(join(root, "chain.toml"), "utf8")}\n[audit]\nmask_emails = true\n`,
  );
  await run(root, masked);
  expect(textOf(plain)).toContain("jane.roe@corp-name.com");
  expect(textOf(masked)).not.toContain("jane.roe");
});

test("a folder with something else in it is refused, and so is a selection of nothing", async () => {
  const root = await judgedWorkspace();
  await expect(run(root, root)).rejects.toThrow(`share: ${root} holds something else`);
  await expect(run(root, join(root, "site"), { only: "no-such*" })).rejects.toThrow(
    "--only no-such* matches none of 24 answer files",
  );
  expect(existsSync(join(root, "site"))).toBe(false);
  const empty = tempProject({ "answer/.gitkeep": "" });
  await expect(run(empty, join(empty, "site"))).rejects.toThrow(
    "share: there are no answers in answer/",
  );
});
