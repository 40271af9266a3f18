/** reign with a Python side and servers that are scripts: trained, served, judged, crowned or not. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { exitCodeOf } from "../../src/command/cli.ts";
import { runsInside } from "../../src/command/wiring.ts";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { LINEAGE, lineageSchema, type Lineage } from "../../src/records/lineage.ts";
import { reign, type ReignOptions } from "../../src/stages/reign.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { fakeServer } from "../support/fake-server.ts";
import { fakeTrainer, trainsWell } from "../support/fake-trainer.ts";
import { startLlmServer, type LlmServer, type ServerOptions } from "../support/llm-server.ts";
import { snapshot } from "../support/project.ts";
import {
  CHALLENGER_SAYS,
  heldOutTurns,
  KING_SAYS,
  playedBy,
  reignWorkspace,
  trainedCheckpoint,
  trainsAndServes,
} from "../support/reign-workspace.ts";
import { trainingRow } from "../support/training-set.ts";

const MERGES = `fs.mkdirSync(run.output, { recursive: true });
fs.writeFileSync(path.join(run.output, "config.json"), "{}");
fs.writeFileSync(path.join(run.output, "generation_config.json"), JSON.stringify({ do_sample: run.do_sample }));
fs.writeFileSync(path.join(run.output, "says.txt"), ${JSON.stringify(CHALLENGER_SAYS)});
end(0);`;

const nobody = (): string => {
  throw new Error("Python was asked for");
};

function start(root: string, more: Partial<ReignOptions> = {}): Promise<StageSummary> {
  const config = loadConfig(root, { PATH: process.env["PATH"] });
  const flags = { ...OPTIONS, root, json: true, yes: true };
  const deps = { ...testDeps(root, nobody as never), progress: silentProgress };
  return reign(config, deps, {
    ...OPTIONS,
    cpu: true,
    allowBenchmarks: false,
    yes: true,
    agree: () => Promise.resolve(null),
    inside: runsInside(flags),
    ...more,
  });
}

async function served(options: ServerOptions = {}): Promise<LlmServer> {
  const server = await startLlmServer({ answer: playedBy("challenger"), ...options });
  onTestFinished(() => server.close());
  return server;
}

const lineageOf = (root: string): Lineage =>
  lineageSchema.parse(JSON.parse(readFileSync(join(root, LINEAGE), "utf8")));

/** A workspace with a checkpoint whose server is the one that plays everybody. */
async function withCheckpoint(
  answer: NonNullable<ServerOptions["answer"]>,
  repos = 12,
): Promise<{ root: string; server: LlmServer; more: Partial<ReignOptions> }> {
  const server = await served({
    answer: (request, n) => (request.model === "mine" ? CHALLENGER_SAYS : answer(request, n)),
    models: [{ id: "mine" }],
  });
  const root = reignWorkspace({ url: server.url, turns: heldOutTurns(repos) });
  await trainedCheckpoint(root);
  return { root, server, more: { checkpoint: "set-sft", baseUrl: server.url } };
}

describe("reign", () => {
  test("what is wrong with the training is said under the name that was typed", async () => {
    const server = await served();
    const root = reignWorkspace({ url: server.url });
    const wish = { set: "dataset/set", model: "owner/base", python: "none" };
    const fault = start(root, { ...wish, method: "ppo" });
    await expect(fault).rejects.toThrow(/^reign: "ppo" is no method; known are sft/);
    const set = start(root, { ...wish, set: "dataset/gone" });
    await expect(set).rejects.toThrow(/^reign: /);
  });

  test("trains, merges, serves, judges twice, crowns, and then asks nothing more", async () => {
    const server = await served();
    const fake = fakeServer();
    const trainer = fakeTrainer({ train: trainsWell(16), merge: MERGES });
    const root = reignWorkspace({ url: server.url });
    const wish = {
      set: "dataset/set",
      model: "owner/base",
      python: trainsAndServes(trainer, fake),
    };
    const summary = await start(root, wish);
    expect(summary).toMatchObject({
      stage: "reign",
      read: 12,
      kept: 12,
      dropped: {},
      pending: 0,
      stopped: null,
    });
    expect(exitCodeOf(summary)).toBe(0);
    expect(summary.notes.join("\n")).toContain(
      "set-sft is crowned: 2 of 2 duels won against king-model",
    );
    expect(trainer.asked()).toEqual(["train", "merge"]);

    const lineage = lineageOf(root);
    expect(lineage.kings.map(({ name, challenge }) => [name, challenge])).toEqual([
      ["king-model", null],
      ["set-sft", "set-sft"],
    ]);
    const [challenge] = lineage.challenges;
    expect(challenge).toMatchObject({
      state: "crowned",
      dataset: "dataset/set",
      base: "owner/base",
      trained_on: { repositories: Array.from({ length: 8 }, (_, at) => `owner${at}/repo${at}`) },
      challenger: { model: "artifacts/checkpoints/set-sft/merged", provider: null },
    });
    const spent = challenge?.duels.flatMap(({ repositories }) => repositories) ?? [];
    expect([spent.length, new Set(spent).size]).toEqual([12, 12]);
    for (const duel of challenge?.duels ?? []) {
      expect(duel.result).toMatchObject({ accepted: true, n_turns: 6, n_parsed: 6, n_clusters: 6 });
      const [low = 0, high = 0] = duel.result?.interval ?? [];
      expect(low).toBeGreaterThan(0);
      expect(duel.result?.margin).toBeGreaterThan(low);
      expect(high).toBeGreaterThan(duel.result?.margin ?? 0);
    }

    // Served twice, with the merged model, and gone.
    expect(
      fake
        .events()
        .filter(({ event }) => event !== "ask")
        .map(({ event }) => event),
    ).toEqual(["start", "end", "start", "end"]);
    expect(new Set(fake.events().map(({ model }) => model))).toEqual(
      new Set([join(root, "artifacts/checkpoints/set-sft/merged")]),
    );
    expect(fake.events().filter(({ event }) => event === "ask")).toHaveLength(12);
    // 12 answers of the king; 12 turns x 2 judges x 2 orders.
    expect(server.stats.requests).toBe(12 + 48);

    const before = snapshot(root);
    const asked = server.stats.requests;
    const again = await start(root, wish);
    expect(again).toEqual(summary);
    expect(server.stats.requests).toBe(asked);
    expect(fake.events().filter(({ event }) => event === "start")).toHaveLength(2);
    expect(trainer.asked()).toEqual(["train", "merge"]);
    expect(snapshot(root)).toEqual(before);
  });

  test("asks both blind: the same words, and nothing of the other", async () => {
    const { root, server, more } = await withCheckpoint(playedBy("challenger"));
    await start(root, more);
    const wordsOf = (model: string): string[] =>
      server.seen
        .filter(({ body }) => body.model === model)
        .map(({ body }) => JSON.stringify(body.messages))
        .sort();
    expect(wordsOf("mine")).toHaveLength(12);
    expect(wordsOf("mine")).toEqual(wordsOf("king-model"));
    const judged = server.seen.filter(({ body }) => body.model.startsWith("judge"));
    expect(JSON.stringify(judged)).not.toMatch(/king|challenger/i);
    const names = readdirSync(join(root, "reign/set-sft/duel-1/answer"));
    const name = names.find((file) => file.endsWith(".json")) ?? "";
    const answer = answerSchema.parse(
      JSON.parse(readFileSync(join(root, "reign/set-sft/duel-1/answer", name), "utf8")),
    );
    expect([answer.king, answer.challenger]).toEqual([KING_SAYS, CHALLENGER_SAYS]);
    expect(answer.king_run).toMatchObject({ model: "king-model", provider: "loop" });
    expect(answer.challenger_run).toMatchObject({ model: "mine", provider: "served" });
  });

  test("leaves the king on the throne where the panel prefers it", async () => {
    const { root, more } = await withCheckpoint(playedBy("king"));
    const summary = await start(root, more);
    expect(summary).toMatchObject({ kept: 6, dropped: { not_needed: 6 }, stopped: null });
    expect(exitCodeOf(summary)).toBe(0);
    expect(lineageOf(root)).toMatchObject({
      kings: [{ name: "king-model" }],
      challenges: [{ state: "refused", duels: [{ result: { accepted: false } }] }],
    });
    expect(summary.notes.join("\n")).toContain("is not crowned: king-model stays king, 0 of 2");
  });

  test("gives a later challenger no repository that was used before", async () => {
    const { root, more } = await withCheckpoint(playedBy("king"), 24);
    await start(root, more);
    const summary = await start(root, { ...more, force: true });
    const [first, second] = lineageOf(root).challenges;
    expect(second?.name).toBe("set-sft-2");
    const used = first?.duels[0]?.repositories ?? [];
    expect(second?.duels[0]?.repositories.filter((repo) => used.includes(repo))).toEqual([]);
    expect(summary.dropped).toEqual({ spent_repository: 12, not_needed: 6 });
    await expect(start(root, { ...more, force: true })).rejects.toThrow(
      "reign: 6 held-out repositories are left, and 2 duels need at least 10",
    );
  });

  test("counts a form that the checkpoint never finds as a lost turn, and keeps its words", async () => {
    const server = await served({
      answer: (request) =>
        request.model === "mine" ? "I do not know." : playedBy("challenger")(request),
      models: [{ id: "mine" }],
    });
    const root = reignWorkspace({ url: server.url });
    await trainedCheckpoint(root);
    await start(root, { checkpoint: "set-sft", baseUrl: server.url });
    expect(lineageOf(root).challenges[0]).toMatchObject({
      state: "refused",
      duels: [{ result: { accepted: false, n_disqualified: 6, margin: -100 } }],
    });
    const folder = join(root, "reign/set-sft/duel-1/answer");
    const [name = ""] = readdirSync(folder).filter((one) => one.endsWith(".json"));
    const answer = answerSchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8")));
    expect(answer.challenger).toBe("I do not know.");
    expect(answer.challenger_run).toMatchObject({ attempts: 3, malformed: {} });
  });

  test("has the crowned checkpoint served as king against the next one", async () => {
    const { root, more } = await withCheckpoint(playedBy("challenger"), 24);
    writeFileSync(
      join(root, "chain.toml"),
      `${readFileSync(join(root, "chain.toml"), "utf8")}\n[reign]\nrepositories = 5\n`,
    );
    await start(root, more);
    expect(lineageOf(root).kings.at(-1)?.name).toBe("set-sft");
    const fake = fakeServer();
    const trainer = fakeTrainer({ train: trainsWell(16), merge: MERGES });
    const summary = await start(root, {
      set: "dataset/set",
      model: "owner/base",
      seed: 7,
      name: "second",
      python: trainsAndServes(trainer, fake),
    });
    // Both say the same: no verdict for either, so that no crown passes on.
    expect(summary.notes.join("\n")).toContain("second is not crowned: set-sft stays king");
    const models = fake.events().map(({ model }) => model.replace(root, ""));
    expect(new Set(models)).toEqual(
      new Set(["/artifacts/checkpoints/second/merged", "/artifacts/checkpoints/set-sft/merged"]),
    );
  });

  test("may begin with the untrained base, sampled, as king", async () => {
    const server = await served();
    const fake = fakeServer();
    const trainer = fakeTrainer({ train: trainsWell(16), merge: MERGES });
    const base = { "base/config.json": {}, "base/says.txt": KING_SAYS };
    const root = reignWorkspace({
      url: server.url,
      files: base,
      toml: '[reign]\nwins = 1\nmodel = "base"',
    });
    await start(root, {
      set: "dataset/set",
      model: "base",
      python: trainsAndServes(trainer, fake),
    });
    const links = join(root, "reign/set-sft/served-king");
    expect(fake.events().map(({ model }) => model)).toContain(links);
    expect(JSON.parse(readFileSync(join(links, "generation_config.json"), "utf8"))).toEqual({
      do_sample: true,
    });
    expect(existsSync(join(root, "base/generation_config.json"))).toBe(false);
    expect(lineageOf(root).kings.map(({ name }) => name)).toEqual([join(root, "base"), "set-sft"]);
    expect(server.seen.every(({ body }) => body.model.startsWith("judge"))).toBe(true);
  });

  test("goes on after verdicts that nobody gave, and asks for those alone", async () => {
    let isDown = true;
    const { root, server, more } = await withCheckpoint(playedBy("challenger"));
    writeFileSync(
      join(root, "chain.toml"),
      readFileSync(join(root, "chain.toml"), "utf8").replace(
        "[king]",
        "breaker = 2\ntries = 1\n[king]",
      ),
    );
    const failing = await served({
      answer: (request) =>
        isDown && request.model === "judge-b"
          ? { status: 500, body: "down" }
          : playedBy("challenger")(request),
    });
    writeFileSync(
      join(root, "chain.toml"),
      readFileSync(join(root, "chain.toml"), "utf8").replaceAll(server.url, failing.url),
    );
    await expect(start(root, more)).rejects.toThrow("judge-b: http_500");
    const answers = server.stats.requests;
    isDown = false;
    const second = await start(root, more);
    expect(second).toMatchObject({ kept: 12, pending: 0, stopped: null });
    // Nothing of the first duel was asked of the checkpoint again.
    expect(server.stats.requests).toBe(answers * 2);
  });
});

describe("reign refuses", () => {
  test("before anything is trained, where no repository is held out", async () => {
    const trainer = fakeTrainer({ train: trainsWell(16), merge: MERGES });
    const root = reignWorkspace({ url: "http://127.0.0.1:1/v1", turns: heldOutTurns(9) });
    await expect(
      start(root, { set: "dataset/set", model: "owner/base", python: trainer.python }),
    ).rejects.toMatchObject({
      message:
        "reign: 9 held-out repositories are left, and 2 duels need at least 10 (turns: not_needed 9)",
      hint: expect.stringContaining("--turns DIR"),
    });
    expect(trainer.asked()).toEqual([]);
    expect(existsSync(join(root, LINEAGE))).toBe(false);
  });

  test.each<[string, (root: string) => void, string]>([
    [
      "a set that has changed since",
      (root) => writeFileSync(join(root, "dataset/set/train.jsonl"), '{"prompt": []}\n'),
      "dataset/set, which set-sft was trained on, is another set by now",
    ],
    [
      "a set that is gone",
      (root) => rmSync(join(root, "dataset/set"), { recursive: true }),
      "dataset/set, which set-sft was trained on, is not there any more",
    ],
    [
      "a checkpoint that was not finished",
      (root) => rmSync(join(root, "artifacts/checkpoints/set-sft/train.json")),
      "artifacts/checkpoints/set-sft is no finished checkpoint",
    ],
  ])("%s", async (_case, spoil, message) => {
    const root = reignWorkspace({ url: "http://127.0.0.1:1/v1" });
    await trainedCheckpoint(root);
    spoil(root);
    await expect(start(root, { checkpoint: "set-sft" })).rejects.toThrow(message);
    expect(existsSync(join(root, LINEAGE))).toBe(false);
  });

  test("rows that do not say where they are from", async () => {
    const { metadata: _about, ...bare } = trainingRow(1) as { metadata: unknown };
    const files = { "dataset/set/train.jsonl": `${JSON.stringify(bare)}\n` };
    const root = reignWorkspace({ url: "http://127.0.0.1:1/v1", files });
    await trainedCheckpoint(root);
    await expect(start(root, { checkpoint: "set-sft" })).rejects.toThrow(
      /1 of 1 rows of .* name neither repository nor instance/,
    );
  });

  test("to be told nothing", async () => {
    const root = reignWorkspace({ url: "http://127.0.0.1:1/v1" });
    await expect(start(root)).rejects.toMatchObject({
      message: "reign: neither a set to train on nor a checkpoint is named",
      hint: expect.stringMatching(
        /npm run stages.*npm run stage:export.*npm run reign -- dataset\/export;.*--checkpoint export-sft/,
      ),
    });
  });

  test("a set that is not there, with the commands that lead to it in their order", async () => {
    const root = reignWorkspace({ url: "http://127.0.0.1:1/v1" });
    const told = (method: string) => start(root, { set: "dataset/export", method, python: "none" });
    await expect(told("sft")).rejects.toMatchObject({
      message: expect.stringContaining("dataset/export is not there"),
      hint: expect.stringMatching(
        /^in this order: npm run stages .*, npm run stage:export \(.*dataset\/export\), then this command/,
      ),
    });
    await expect(told("dpo")).rejects.toMatchObject({
      hint: expect.stringContaining("npm run stage:export -- --format preference"),
    });
  });

  test.each<[string, { models?: { id: string }[]; serverModel?: string; url?: string }, string]>([
    ["a server that is not there", { url: "http://127.0.0.1:1" }, "no server answers at"],
    ["a server with two models", { models: [{ id: "a" }, { id: "b" }] }, "has a, b"],
    ["a server that lists none", { models: [] }, "lists no model"],
    [
      "a model that the server has not",
      { models: [{ id: "a" }], serverModel: "c" },
      "has no model c; it has a",
    ],
  ])("%s", async (_case, { models = [], serverModel, url }, message) => {
    const server = await served({ models });
    const root = reignWorkspace({ url: server.url });
    await trainedCheckpoint(root);
    const named = serverModel === undefined ? {} : { serverModel };
    await expect(
      start(root, { checkpoint: "set-sft", baseUrl: url ?? server.url, ...named }),
    ).rejects.toThrow(message);
  });

  test("a duel whose share of [budget] is used up by the others", async () => {
    const { root, more } = await withCheckpoint(playedBy("challenger"));
    const chain = join(root, "chain.toml");
    writeFileSync(chain, `${readFileSync(chain, "utf8")}\n[budget]\nmax_tokens = 14000\n`);
    const first = await start(root, more);
    expect(first.stopped).toMatchObject({ why: "budget" });
    const spent = await openStore(root).readText("reign/set-sft/duel-1/king/chain.toml");
    // The challenger's six answers have cost 6 x 1,100 tokens.
    expect(spent).toContain("max_tokens = 7_400");
  });
});
