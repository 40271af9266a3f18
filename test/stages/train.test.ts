/** stage:train with a Python side that is a script: what is told to it, and what is made of its words. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../src/command/cli.ts";
import { openStore } from "../../src/io/store.ts";
import { trainRunSchema } from "../../src/records/train-run.ts";
import { train, type TrainOptions } from "../../src/stages/train.ts";
import { silentProgress } from "../support/chat.ts";
import { OPTIONS, testConfig } from "../support/deps.ts";
import { fakeTrainer, trainsWell, type FakeTrainer } from "../support/fake-trainer.ts";
import { uploadHub } from "../support/hub-upload.ts";
import { tempProject } from "../support/project.ts";
import { jsonLines, trainingFiles, trainingRow } from "../support/training-set.ts";

const WISH: Omit<TrainOptions, "python"> = {
  ...OPTIONS,
  set: "dataset/set",
  model: "owner/model",
  cpu: true,
  estimate: false,
  merge: false,
  allowBenchmarks: false,
  push: false,
  public: false,
  yes: false,
  agree: () => Promise.resolve(null),
};

const ESTIMATE = `tell({ event: "estimate", device: "cpu", rows: 4, longest: 50, tokens: 160, steps: 2, weights: 3000000000, trained_weights: 30000000, hours: 12.5, memory_gb: 14.2 }); end(0);`;

function start(
  root: string,
  { python }: FakeTrainer,
  more: Partial<TrainOptions> = {},
  signal = new AbortController().signal,
): ReturnType<typeof train> {
  const deps = { store: openStore(root), progress: silentProgress, signal };
  return train(testConfig(root), deps, { ...WISH, python, ...more });
}

const told = (root: string, name = "set-sft"): ReturnType<typeof trainRunSchema.parse> =>
  trainRunSchema.parse(
    JSON.parse(readFileSync(join(root, "artifacts/checkpoints", name, "run.json"), "utf8")),
  );

describe("stage:train", () => {
  test("tells Python the set, the method's own settings and what flags change", async () => {
    const root = tempProject(trainingFiles("set", 4, 2));
    const summary = await start(root, fakeTrainer({ train: trainsWell(4) }), {
      maxSteps: 2,
      maxTokens: 900,
      training: ["learning_rate=1e-3", "optim=sgd"],
      lora: ["r=4"],
    });
    expect(summary).toMatchObject({ stage: "train", read: 4, kept: 4, dropped: {}, pending: 0 });
    expect(exitCodeOf(summary)).toBe(0);
    const run = told(root);
    expect(run).toMatchObject({
      name: "set-sft",
      method: "sft",
      model: "owner/model",
      seed: 42,
      device: "cpu",
      output: join(root, "artifacts/checkpoints/set-sft"),
    });
    expect(run.dataset).toMatchObject({
      path: "dataset/set",
      max_tokens: 900,
      train: [join(root, "dataset/set/train.jsonl")],
      validation: [join(root, "dataset/set/val.jsonl")],
    });
    expect(run.lora).toMatchObject({ r: 4, lora_alpha: 32, target_modules: "all-linear" });
    expect(run.training).toMatchObject({ max_steps: 2, learning_rate: 1e-3, optim: "sgd" });
  });

  test("says what is loaded before Python can say anything", async () => {
    const root = tempProject(trainingFiles("set", 4));
    const said: string[] = [];
    const progress = { ...silentProgress, note: (line: string) => void said.push(line) };
    const device = `tell({ event: "device", device: "cuda", name: "a GPU" }); end(0);`;
    const { python } = fakeTrainer({ device, train: trainsWell(4) });
    const deps = { store: openStore(root), progress, signal: new AbortController().signal };
    await train(testConfig(root), deps, { ...WISH, python, cpu: false });
    expect(said.slice(0, 2)).toEqual([
      "loading PyTorch to look for a GPU",
      "loading PyTorch, TRL and owner/model",
    ]);
  });

  test("asks nothing twice: a finished run is told, and another one needs --force", async () => {
    const root = tempProject(trainingFiles("set", 4));
    const trainer = fakeTrainer({ train: trainsWell(4) });
    await start(root, trainer);
    const again = await start(root, trainer);
    expect(trainer.asked()).toEqual(["train"]);
    expect(again.notes[0]).toContain("is trained already");
    await expect(start(root, trainer, { seed: 7 })).rejects.toThrow("holds another run");
    await start(root, trainer, { seed: 7, force: true });
    expect(told(root).seed).toBe(7);
  });

  test("a run that was planned and never begun makes way for another", async () => {
    const root = tempProject(trainingFiles("set", 4));
    const trainer = fakeTrainer({ estimate: ESTIMATE, train: trainsWell(4) });
    await start(root, trainer, { estimate: true });
    await start(root, trainer, { seed: 7 });
    expect(told(root).seed).toBe(7);
  });

  test("a set that changed is another run", async () => {
    const root = tempProject(trainingFiles("set", 4));
    const trainer = fakeTrainer({ train: trainsWell(4) });
    await start(root, trainer);
    const before = told(root);
    const other = tempProject(trainingFiles("set", 5));
    await start(other, trainer);
    expect(told(other).dataset.hash).not.toBe(before.dataset.hash);
    expect(told(other).run_hash).not.toBe(before.run_hash);
  });

  test("a config file is laid over the method's own, and names the method", async () => {
    const root = tempProject({
      ...trainingFiles("set", 2),
      "dataset/set/preference/train.jsonl": jsonLines([
        { prompt: [], chosen: [], rejected: [], metadata: {} },
      ]),
      "my.json": { method: "dpo", training: { beta: 0.5 }, dataset: { dev_split: 0.9 } },
    });
    await start(root, fakeTrainer({ train: trainsWell(1) }), { config: "my.json", lora: false });
    const run = told(root, "set-dpo");
    expect(run.training).toMatchObject({ beta: 0.5, learning_rate: 2e-5 });
    expect(run.dataset).toMatchObject({
      dev_split: 0.9,
      train: [join(root, "dataset/set/preference/train.jsonl")],
    });
    expect(run.lora).toBeNull();
  });

  test("Ctrl-C ends with 130 and says how to go on", async () => {
    const root = tempProject(trainingFiles("set", 4));
    const stopping = new AbortController();
    const trainer = fakeTrainer({
      train: `process.on("SIGINT", () => { tell({ event: "stopped", step: 3 }); end(130); });
tell({ event: "rows", given: 4, to_train: 4, left_out: {}, validation: 0, longest: 5, tokens: 20 });
tell({ event: "begin", step: 0, steps: 9 });
setInterval(() => {}, 1000);`,
    });
    const deps = {
      store: openStore(root),
      signal: stopping.signal,
      progress: { ...silentProgress, begin: () => stopping.abort() },
    };
    const { python } = trainer;
    const summary = await train(testConfig(root), deps, { ...WISH, python });
    expect(summary).toMatchObject({ read: 4, kept: 0, pending: 4 });
    expect(summary.stopped?.message).toBe("saved at step 3; run it again to go on");
    expect(exitCodeOf(summary)).toBe(130);
  });

  test("--estimate says tokens, time and memory, and trains nothing", async () => {
    const root = tempProject(trainingFiles("set", 4));
    const trainer = fakeTrainer({ estimate: ESTIMATE });
    const summary = await start(root, trainer, { estimate: true });
    expect(trainer.asked()).toEqual(["estimate"]);
    expect(summary.notes.at(-1)).toBe(
      "on this machine (cpu) about 12 h 30 min and 14.2 GB of memory",
    );
    expect(existsSync(join(root, "artifacts"))).toBe(false);
  });

  test.each([
    [true, true],
    [false, false],
    [null, false],
  ])("without a GPU it says how long it takes and asks: %s", async (answer, goesOn) => {
    const root = tempProject(trainingFiles("set", 4));
    const trainer = fakeTrainer({
      device: `tell({ event: "device", device: "cpu", name: "cpu" }); end(0);`,
      estimate: ESTIMATE,
      train: trainsWell(4),
    });
    const asked: string[] = [];
    const agree = (question: string): Promise<boolean | null> => {
      asked.push(question);
      return Promise.resolve(answer);
    };
    const run = start(root, trainer, { cpu: false, agree });
    if (goesOn) await run;
    else await expect(run).rejects.toThrow("train: not started: there is no GPU here");
    expect(asked[0]).toContain("about 12 h 30 min");
    expect(trainer.asked().includes("train")).toBe(goesOn);
  });

  test("where a GPU is nobody is asked", async () => {
    const root = tempProject(trainingFiles("set", 4));
    const trainer = fakeTrainer({
      device: `tell({ event: "device", device: "cuda", name: "a GPU" }); end(0);`,
      train: trainsWell(4),
    });
    await start(root, trainer, { cpu: false });
    expect(trainer.asked()).toEqual(["device", "train"]);
  });

  test("test problems of benchmarks are refused unless they are allowed", async () => {
    const rows = [
      trainingRow(0),
      trainingRow(1, { metadata: { instance_id: "django__django-11049" } }),
    ];
    const root = tempProject({ "dataset/set/train.jsonl": jsonLines(rows) });
    const trainer = fakeTrainer({ train: trainsWell(2) });
    await expect(start(root, trainer)).rejects.toThrow(
      "1 rows are test problems of SWE-bench Lite or Verified (django__django-11049)",
    );
    const summary = await start(root, trainer, { allowBenchmarks: true });
    expect(summary.notes[0]).toContain("WARNING: 1 rows are test problems");
  });

  test("--merge asks for a merged model beside the adapter", async () => {
    const root = tempProject(trainingFiles("set", 4));
    const trainer = fakeTrainer({
      train: trainsWell(4),
      merge: `tell({ event: "merged", output: run.output }); end(0);`,
    });
    const summary = await start(root, trainer, { merge: true });
    expect(trainer.asked()).toEqual(["train", "merge"]);
    expect(summary.notes.at(-1)).toBe("merged in float32: artifacts/checkpoints/set-sft/merged");
  });
});

describe("--repo and --push", () => {
  const TOKEN = "hf_testtoken";
  const wish = { repo: "acme/agent" };

  async function pushed(
    more: Partial<TrainOptions>,
    env: Record<string, string> = { HF_TOKEN: TOKEN },
    card = "# card",
  ): Promise<{ notes: readonly string[]; hub: Awaited<ReturnType<typeof uploadHub>> }> {
    const hub = await uploadHub({ token: TOKEN });
    const root = tempProject(trainingFiles("set", 4));
    const { python } = fakeTrainer({ train: trainsWell(4).replace("# card", card) });
    const config = { ...testConfig(root), env: { HF_ENDPOINT: hub.url, ...env } };
    const deps = { store: openStore(root), progress: silentProgress };
    const { notes } = await train(config, deps, { ...WISH, ...wish, ...more, python });
    return { notes, hub };
  }

  test("a dry run says what would be sent, and sends nothing", async () => {
    const { notes, hub } = await pushed({});
    expect(hub.requests).toEqual([]);
    expect(notes.some((one) => one.startsWith(`${hub.url}/acme/agent (private): 4 files, `))).toBe(
      true,
    );
    expect(notes.at(-1)).toBe("dry run: nothing was sent; add --push to send it");
  });

  test("--push sends adapter, card and record to a private model repository", async () => {
    const { hub } = await pushed({ push: true });
    const repo = hub.repos["acme/agent"];
    expect(repo).toMatchObject({ private: true, commits: 1 });
    expect(Object.keys(repo?.files ?? {}).sort()).toEqual([
      "README.md",
      "adapter_config.json",
      "adapter_model.safetensors",
      "train.json",
    ]);
    expect(hub.requests.every((one) => !one.includes("/datasets/"))).toBe(true);
  });

  test.each([
    ["without a token", { push: true }, {}, "# card", "train: no token"],
    [
      "with a token of another form",
      { push: true },
      { HF_TOKEN: "x" },
      "# card",
      "does not start with hf_",
    ],
    [
      "with a secret in the card",
      {},
      {},
      "AKIAIOSFODNN7EXAMPLE".replace("EXAMPLE", "QWERTYU"),
      "unmasked secrets",
    ],
  ])("%s nothing is sent", async (_, more, env, card, what) => {
    await expect(pushed(more, env, card)).rejects.toThrow(what);
  });

  test("an adapter of a folder of this machine is not sent", async () => {
    const root = tempProject({
      ...trainingFiles("set", 4),
      "model/config.json": {},
    });
    const { python } = fakeTrainer({ train: trainsWell(4) });
    const deps = { store: openStore(root), progress: silentProgress };
    await expect(
      train(testConfig(root), deps, { ...WISH, ...wish, model: "model", python }),
    ).rejects.toThrow("a folder of this machine: nobody else could load it");
  });
});

describe("faults", () => {
  const cases: [string, Record<string, unknown>, Partial<TrainOptions>, string, string][] = [
    ["no folder", {}, {}, "dataset/set is not there", "npm run stage:export"],
    [
      "an empty folder",
      { "dataset/set/README.md": "x" },
      {},
      "holds no set",
      "npm run stage:export",
    ],
    [
      "a set without the format",
      trainingFiles("set", 2),
      { method: "dpo" },
      "has no rows of the format preference (it has prompt-completion)",
      "--format preference, or train on what is there with --method sft",
    ],
    [
      "labels where answers to learn are wanted",
      { "dataset/set/train.jsonl": jsonLines([trainingRow(0, { label: true })]) },
      {},
      "has no rows of the format prompt-completion (it has kto)",
      "--format prompt-completion, or train on what is there with --method kto",
    ],
    ["a broken line", { "dataset/set/train.jsonl": "{\n" }, {}, "line 1 is not JSON", "--force"],
    [
      "a method that is none",
      trainingFiles("set", 2),
      { method: "sfd" },
      '"sfd" is no method',
      "--method sft",
    ],
    [
      "a config that is not there",
      trainingFiles("set", 2),
      { config: "x.json" },
      "--config x.json is not there",
      "training/configs/",
    ],
    [
      "a config with a misspelt key",
      { ...trainingFiles("set", 2), "my.json": { dataset: { dev_spilt: 0.9 } } },
      { config: "my.json" },
      "dataset.dev_spilt is not a key",
      "did you mean dev_split?",
    ],
    [
      "a config that is no JSON",
      { ...trainingFiles("set", 2), "my.json": "{" },
      { config: "my.json" },
      "is not JSON",
      "mend it there",
    ],
    [
      "a config of a wrong type",
      { ...trainingFiles("set", 2), "my.json": { seed: "x" } },
      { config: "my.json" },
      "my.json: seed",
      "mend it there",
    ],
    [
      "a pair without =",
      trainingFiles("set", 2),
      { training: ["lr"] },
      '--training "lr" is no KEY=VALUE',
      "learning_rate=1e-4",
    ],
    [
      "a name that is a path",
      trainingFiles("set", 2),
      { name: "../x" },
      '"../x" cannot name a checkpoint',
      "--name",
    ],
    [
      "a model folder that is not there",
      trainingFiles("set", 2),
      { model: "./none" },
      "none is not there",
      "--model",
    ],
  ];
  test.each(cases)("%s", async (_, files, more, what, mend) => {
    const root = tempProject(files);
    const run = start(root, fakeTrainer({ train: trainsWell(2) }), more);
    await expect(run).rejects.toThrow(what);
    await expect(run).rejects.toMatchObject({ hint: expect.stringContaining(mend) as string });
  });

  const ends: [string, string, string][] = [
    [
      "a fault that Python tells is the person's",
      `tell({ event: "fault", message: "m", hint: "h" }); end(1);`,
      "m",
    ],
    [
      "a kill by the system is told as want of memory",
      `process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);`,
      "was killed by the system",
    ],
    [
      "anything else is our bug, with its trace",
      `process.stderr.write("Traceback: x\\n"); end(3);`,
      "Traceback: x",
    ],
  ];
  test.each(ends)("%s", async (_, body, what) => {
    const root = tempProject(trainingFiles("set", 2));
    await expect(start(root, fakeTrainer({ train: body }))).rejects.toThrow(what);
  });

  test("lines of libraries between the events are passed over", async () => {
    const root = tempProject(trainingFiles("set", 2));
    const noise = `fs.writeSync(1, "{'loss': 1}\\n{\\"event\\": 3}\\nhello\\n");`;
    const summary = await start(root, fakeTrainer({ train: noise + trainsWell(2) }));
    expect(summary.kept).toBe(2);
  });
});
