/** worth by the gym and by judges outside the panel: models of known skill on a server of loopback. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { exitCodeOf } from "../../src/command/cli.ts";
import { SUBMIT } from "../../src/core/tasks/trajectory.ts";
import { armTasks } from "../../src/gym/arm-tasks.ts";
import { taskPath } from "../../src/gym/build.ts";
import { openStore } from "../../src/io/store.ts";
import { gymTaskSchema } from "../../src/records/gym-task.ts";
import { WORTH, worthSchema, type Worth } from "../../src/records/worth.ts";
import { loadConfig } from "../../src/config.ts";
import { worth, type WorthOptions } from "../../src/stages/worth.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { fakeServer } from "../support/fake-server.ts";
import { trainsAndServes } from "../support/reign-workspace.ts";
import { startLlmServer, type ChatBody, type LlmServer } from "../support/llm-server.ts";
import { SAME, wishFor, worthTrainer } from "../support/worth-trainer.ts";
import { GYM_TOML, worthGym, type WorthGym } from "../support/worth-gym.ts";
import { WORTH_TOML, worthWorkspace } from "../support/worth-workspace.ts";

// Processes by the dozen, on a machine that may be busy with others' tests.
vi.setConfig({ testTimeout: 900_000 });

const PAIR = { arms: ["winner", "king"], seeds: 5 } as const;
const QUICK = { arms: ["winner", "king"], seeds: 2, answers: 0 } as const;
const submits = `THOUGHT: done.\n\n\`\`\`bash\necho ${SUBMIT}\n\`\`\``;

async function served(answer: (body: ChatBody) => string | { status: number; body: unknown }) {
  const names = ["winner", "king"].flatMap((arm) =>
    [1, 2, 3, 4, 5].map((seed) => ({ id: `worth-${arm}-s${seed}` })),
  );
  const server = await startLlmServer({ answer, models: names });
  onTestFinished(() => server.close());
  return server;
}

function start(
  root: string,
  more: Partial<WorthOptions> = {},
  signal = new AbortController().signal,
): Promise<StageSummary> {
  const deps = { store: openStore(root), progress: silentProgress, signal };
  const { python } = worthTrainer(SAME);
  const config = loadConfig(root, { PATH: process.env["PATH"] });
  return worth(config, deps, { ...wishFor(root), python, ...more });
}

const toldIn = (root: string): Worth =>
  worthSchema.parse(JSON.parse(readFileSync(join(root, WORTH), "utf8")));

const taskNames = (root: string): Promise<string[]> => openStore(root).list(".cache/gym/tasks");

async function workspace(toml: string): Promise<string> {
  const root = await worthWorkspace();
  writeFileSync(join(root, "chain.toml"), `${WORTH_TOML}${toml}`);
  return root;
}

describe("worth by the gym", () => {
  /** The winner's arm mends what it is given; the king's submits at once. */
  const bySkill =
    (gym: () => WorthGym) =>
    ({ model, messages }: ChatBody): string => {
      const hasMended = messages.some(({ role }) => role === "assistant");
      return model.includes("winner") && !hasMended ? gym().mends : submits;
    };

  async function gymWorld(packages = 5): Promise<{
    root: string;
    gym: WorthGym;
    server: LlmServer;
    more: Partial<WorthOptions>;
  }> {
    const root = await workspace(GYM_TOML);
    const gym = await worthGym(root, packages);
    const server = await served(bySkill(() => gym));
    const more = { baseUrl: server.url, openGym: async () => gym.gym };
    return { root, gym, server, more };
  }

  test("finds the arm that mends more, over seeds and packages together, and asks nothing twice", async () => {
    const { root, server, more } = await gymWorld();
    const summary = await start(root, { ...PAIR, ...more });
    expect([exitCodeOf(summary), summary.stopped]).toEqual([0, null]);
    const told = toldIn(root);
    expect(told).toMatchObject({
      outcome: "gym",
      gym: { tasks: 5, packages: 5, runs: 1, seen: 0 },
      effects: [
        {
          first: "winner",
          second: "king",
          difference: 1,
          n_seeds: 5,
          n_rows: 5,
          n_clusters: 5,
          verdict: "better",
        },
      ],
      beside: { action: [{ first: "winner", second: "king", verdict: "none" }] },
      means: { winner: { "pass rate": 1 }, king: { "pass rate": 0 } },
    });
    expect(summary.notes.join("\n")).toContain(
      "Decides: pass rate in the gym (5 tasks of 5 packages, once each). Behind it, shown and deciding nothing: next action as the reference's",
    );
    const report = readFileSync(join(root, "evaluation/worth/report.md"), "utf8");
    expect(report).toContain("winner against king: better by 100 %");
    expect(report).toContain("Behind it: next action as the reference's");
    // 25 runs of two steps by the winner's arm, 25 of one by the king's.
    expect(server.stats.requests).toBe(75);
    await start(root, { ...PAIR, ...more });
    expect(server.stats.requests).toBe(75);
  });

  test("serves each checkpoint in its turn where no server is named, and leaves no merged weights", async () => {
    const root = await workspace(GYM_TOML);
    const gym = await worthGym(root, 5);
    const fake = fakeServer();
    const merges = `fs.mkdirSync(run.output, { recursive: true });
fs.writeFileSync(path.join(run.output, "config.json"), "{}");
fs.writeFileSync(path.join(run.output, "generation_config.json"), JSON.stringify({ do_sample: run.do_sample }));
fs.writeFileSync(path.join(run.output, "says.txt"), ${JSON.stringify(submits)});
end(0);`;
    const trainer = worthTrainer(SAME, undefined, { merge: merges });
    const wish = {
      ...QUICK,
      seeds: 1,
      outcomes: ["gym"] as const,
      python: trainsAndServes(trainer, fake),
      openGym: async () => gym.gym,
    };
    expect((await start(root, wish)).stopped).toBeNull();
    const events = fake.events();
    expect(events.filter(({ event }) => event !== "ask").map(({ event }) => event)).toEqual([
      "start",
      "end",
      "start",
      "end",
    ]);
    expect(new Set(events.map(({ model }) => model))).toEqual(
      new Set(
        ["king", "winner"].map((arm) => join(root, `artifacts/checkpoints/worth-${arm}-s1/merged`)),
      ),
    );
    expect(events.filter(({ event }) => event === "ask")).toHaveLength(10);
    for (const arm of ["king", "winner"])
      expect(existsSync(join(root, `artifacts/checkpoints/worth-${arm}-s1/merged`))).toBe(false);
    expect(trainer.asked().filter((command) => command === "merge")).toHaveLength(2);
    // Merged once and weighed: neither is done again, and nothing is served.
    const before = trainer.asked().length;
    await start(root, wish);
    expect(trainer.asked().length).toBe(before);
    expect(fake.events()).toHaveLength(events.length);
  });

  test("stopped by Ctrl-C it goes on where it was", async () => {
    const { root, gym, server, more } = await gymWorld();
    const stopping = new AbortController();
    const wish = { ...QUICK, ...more, seeds: 1, outcomes: ["gym"] as const };
    const slow = await served((body) => {
      if (server.stats.requests === 0) stopping.abort();
      return bySkill(() => gym)(body);
    });
    const gymNow = { ...gym.gym, signal: stopping.signal };
    const first = await start(
      root,
      { ...wish, baseUrl: slow.url, openGym: async () => gymNow },
      stopping.signal,
    );
    expect(exitCodeOf(first)).toBe(130);
    expect(existsSync(join(root, WORTH))).toBe(false);
    const second = await start(root, wish);
    expect(second.stopped).toBeNull();
    expect(toldIn(root).effects[0]).toMatchObject({ difference: 1, n_rows: 5 });
  });

  test("leaves out the tasks of packages that the arms were trained on, and takes of all packages alike", async () => {
    const root = await worthWorkspace();
    await worthGym(root, 6);
    const store = openStore(root);
    const task = await store.read(".cache/gym/tasks/" + (await taskNames(root))[0], gymTaskSchema);
    await store.write(taskPath(`${task.id}-b`), { ...task, id: `${task.id}-b` });
    const all = await armTasks(store, new Set(), 50);
    expect([all.tasks.length, all.packages, all.seen]).toEqual([7, 6, 0]);
    const free = await armTasks(store, new Set(["gym/tiny3"]), 50);
    expect([free.tasks.length, free.packages, free.seen]).toEqual([6, 5, 1]);
    const few = await armTasks(store, new Set(), 6);
    expect([few.tasks.length, few.packages]).toEqual([6, 6]);
  });

  test("a server that fails leaves the runs for later, and only those are played again", async () => {
    const { root, gym } = await gymWorld();
    let isUp = false;
    const server = await served((body) =>
      isUp || body.model === "worth-king-s1"
        ? bySkill(() => gym)(body)
        : { status: 500, body: { error: { message: "down" } } },
    );
    const wish = {
      ...QUICK,
      outcomes: ["gym"] as const,
      baseUrl: server.url,
      openGym: async () => gym.gym,
    };
    const first = await start(root, wish);
    expect(first.stopped).toMatchObject({
      why: "settings",
      message: expect.stringMatching(/down -> .*\[provider\.served\]/),
    });
    expect(exitCodeOf(first)).toBe(1);
    expect(existsSync(join(root, WORTH))).toBe(false);
    isUp = true;
    const before = server.stats.delivered;
    const second = await start(root, wish);
    expect(second.stopped).toBeNull();
    expect(toldIn(root).effects[0]).toMatchObject({ difference: 1, verdict: "unsure" });
    // The first checkpoint's five runs are not played again: five of the king's other seed, ten of two steps.
    expect([before, server.stats.delivered - before]).toEqual([5, 5 + 20]);
  });

  test("refuses a server that lacks a checkpoint, and a gym that is too small", async () => {
    const { root, gym, more } = await gymWorld(3);
    await expect(start(root, { ...QUICK, ...more, outcomes: ["gym"] })).rejects.toMatchObject({
      message:
        "worth: the gym has 3 tasks of 3 packages for the arms to play; nothing can be said with fewer than 5 packages",
      hint: expect.stringContaining("npm run gym -- build"),
    });
    const without = await start(root, { ...QUICK, ...more, answers: 5 });
    expect(toldIn(root).outcome).toBe("action");
    expect(without.stopped).toBeNull();
    expect(toldIn(root).notes?.[0]).toContain("nothing can be said with fewer than 5 packages");
    const other = await startLlmServer({ models: [{ id: "mine" }] });
    onTestFinished(() => other.close());
    await worthGym(root, 5);
    const wish = { ...QUICK, outcomes: ["gym"] as const, openGym: async () => gym.gym };
    await expect(start(root, { ...wish, baseUrl: other.url })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^worth: the server at http:.* has no model worth-king-s1; it has mine$/,
      ),
      hint: expect.stringContaining("--lora-modules worth-king-s1=FOLDER"),
    });
  });
});

describe("a file of worth that is rubbish", () => {
  const quick = { ...QUICK, seeds: 1, answers: 5, outcomes: ["action"] as const };

  test("is made anew, or is an error with its name", async () => {
    const root = await workspace("");
    await start(root, quick);
    const before = readFileSync(join(root, WORTH), "utf8");
    for (const path of [
      "evaluation/worth-king-s1-held/done.txt",
      "evaluation/worth-king-s1-held/answers.jsonl",
      "evaluation/worth-king-s1-held/run.json",
      "dataset/worth/king/train.jsonl",
      "dataset/worth/held/test.jsonl",
      "evaluation/worth/worth.json",
      "evaluation/worth/report.md",
      "evaluation/worth/.train.json",
    ]) {
      writeFileSync(join(root, path), '{"half": ');
      // Answers are Python's, who knows torn ones by their first line; the mark says that they were whole.
      if (path.endsWith("answers.jsonl")) rmSync(join(root, dirname(path), "done.txt"));
      expect((await start(root, quick)).stopped, path).toBeNull();
      expect(readFileSync(join(root, WORTH), "utf8"), path).toBe(before);
    }
    for (const path of [
      "final/prompts_75_001_1.json",
      "artifacts/checkpoints/worth-king-s1/train.json",
    ]) {
      const whole = readFileSync(join(root, path), "utf8");
      writeFileSync(join(root, path), "{");
      await expect(start(root, quick), path).rejects.toThrow(/\.json is not JSON/);
      writeFileSync(join(root, path), whole);
    }
  });

  test("is an error with its name: a run of the gym, the lineage", async () => {
    const root = await workspace(GYM_TOML);
    const gym = await worthGym(root, 5);
    const server = await served(() => submits);
    const wish = {
      ...quick,
      outcomes: ["gym"] as const,
      baseUrl: server.url,
      openGym: async () => gym.gym,
    };
    await start(root, wish);
    const folder = join(root, "evaluation/worth/gym");
    const [own = ""] = readdirSync(folder);
    const [name = ""] = readdirSync(join(folder, own, "runs"));
    const path = join(folder, own, "runs", name);
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, whole.slice(0, 50));
    await expect(start(root, wish)).rejects.toThrow(`runs/${name} is not JSON`);
    rmSync(path);
    const requests = server.stats.requests;
    await start(root, wish);
    expect(server.stats.requests - requests).toBe(1);
    rmSync(path);
    mkdirSync(join(root, "reign"), { recursive: true });
    writeFileSync(join(root, "reign/lineage.json"), "{");
    await expect(start(root, wish)).rejects.toThrow("reign/lineage.json is not JSON");
  });
});

describe("worth by judges outside the panel", () => {
  /** What says "git push" loses against the reference; the reference's own words draw with it. */
  const judges = ({ messages }: ChatBody): string => {
    const text = messages.map(({ content }) => content).join("\n");
    const pushes = text.lastIndexOf("git push");
    const won = pushes === -1 ? 0 : pushes < text.lastIndexOf("I read it") ? 2 : 1;
    const metrics = ["correctness", "grounding", "progress", "protocol", "efficiency"];
    return JSON.stringify({
      ...Object.fromEntries(metrics.map((name) => [name, won])),
      reason: "so",
    });
  };

  const toml = (url: string, names = '["out-a", "out-b"]'): string =>
    `[worth]\njudges = ${names}\n[provider.loop]\nbase_url = "${url}"\n`;

  async function judgedWorld(): Promise<{ root: string; server: LlmServer }> {
    const server = await served(judges);
    const root = await worthWorkspace();
    const own = WORTH_TOML.replace("[judge]", '[judge]\nprovider = "loop"');
    writeFileSync(join(root, "chain.toml"), `${own}${toml(server.url)}`);
    return { root, server };
  }

  test("scores every arm against the reference, once for all that wrote the same", async () => {
    const { root, server } = await judgedWorld();
    const summary = await start(root, { ...PAIR, outcomes: ["duel"] });
    expect([exitCodeOf(summary), summary.stopped]).toEqual([0, null]);
    const told = toldIn(root);
    const { rows } = told.held_out;
    expect(told).toMatchObject({
      outcome: "duel",
      duel: { judges: ["out-a", "out-b"], answers: 2 * rows, unread: 0 },
      effects: [{ first: "winner", second: "king", n_seeds: 5, n_rows: rows, verdict: "none" }],
    });
    // Right answers are the reference's own and draw; the others lose.
    const mean = told.means["winner"]?.["outside score"] ?? -1;
    expect(mean).toBeGreaterThan(0.15);
    expect(mean).toBeLessThan(0.35);
    expect(new Set(server.seen.map(({ body }) => body.model))).toEqual(new Set(["out-a", "out-b"]));
    expect(server.stats.requests).toBe(2 * rows * 2 * 2);
    expect(JSON.stringify(server.seen)).not.toMatch(/worth-|winner|king|challenger/i);
    await start(root, { ...PAIR, outcomes: ["duel"] });
    expect(server.stats.requests).toBe(2 * rows * 2 * 2);
  });

  test("stands behind the next action, and says before what it may cost", async () => {
    const { root } = await judgedWorld();
    const lines = (await start(root, { ...PAIR, estimate: true })).notes.join("\n");
    expect(lines).toMatch(
      /duel: at most [\d,]+ calls of 2 judges outside the panel, no price is known of out-a, out-b/,
    );
    await start(root, { ...PAIR });
    const told = toldIn(root);
    expect(told.outcome).toBe("action");
    expect(told.beside?.duel?.[0]).toMatchObject({ first: "winner", second: "king" });
  });

  test("an answer that went away is judged no more, and its verdicts are kept", async () => {
    const { root } = await judgedWorld();
    await start(root, { ...QUICK, answers: 5, outcomes: ["duel"] });
    const folder = join(root, "evaluation/worth/duel");
    writeFileSync(join(folder, "answer/held_999_0.json"), "{}");
    rmSync(join(root, WORTH));
    await start(root, { ...QUICK, answers: 5, outcomes: ["duel"] });
    expect(existsSync(join(folder, "answer/held_999_0.json"))).toBe(false);
    expect(readdirSync(join(folder, "score")).length).toBeGreaterThan(5);
  });

  test.each([
    ['["judge-a"]', "judge-a of [worth].judges is of the panel that chose the answers"],
    ['["Owner/Judge-B:free"]', "Owner/Judge-B:free of [worth].judges is of the panel"],
    ['["out-a", "host/out-a"]', "[worth].judges names host/out-a twice"],
  ])("refuses %s", async (names, message) => {
    const root = await workspace(toml("http://127.0.0.1:9/v1", names));
    await expect(start(root, { ...PAIR })).rejects.toThrow(message);
  });

  test("refuses a duel that nobody is named for", async () => {
    const root = await workspace("");
    await expect(start(root, { ...PAIR, outcomes: ["duel"] })).rejects.toMatchObject({
      message: "worth: nobody outside the panel is named to judge the arms",
      hint: expect.stringContaining("[worth] judges"),
    });
  });

  test("refuses who judged these turns, though the panel is another now", async () => {
    const root = await workspace("");
    writeFileSync(
      join(root, "chain.toml"),
      '[judge]\nmodels = ["new-a", "new-b"]\nthinking_models = []\n[worth]\njudges = ["judge-a"]\n',
    );
    await expect(start(root, { ...PAIR })).rejects.toThrow("would judge its own choice");
  });
});
