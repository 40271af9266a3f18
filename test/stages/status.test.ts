import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { loadConfig } from "../../src/config.ts";
import { saveRun } from "../../src/io/run-file.ts";
import { openStore } from "../../src/io/store.ts";
import { estimate, readLearned } from "../../src/stages/estimate.ts";
import { outOf } from "../../src/core/spend/out.ts";
import { forget } from "../../src/stages/forget.ts";
import { report } from "../../src/stages/report.ts";
import { status, statusAndTarget, statusLines } from "../../src/stages/status.ts";
import { validate } from "../../src/stages/validate.ts";
import type { Chat } from "../../src/work.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { recordedJudges } from "../support/duel.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";
import { judgedWorkspace } from "../support/workspace.ts";
import { LEDGER_CALL } from "../support/ledger-call.ts";

const prompt = {
  instance_id: "a__b-1",
  repo: "a/b",
  turn: 0,
  messages: [],
  assistant: "",
  origin: { dataset: null, revision: null, file: null, row: null },
};
const answer = { instance_id: "a__b-1", king: "k", challenger: "", assistant: "", messages: [] };
const ledger = [
  { ...LEDGER_CALL, id: "1", event: "intent", usd: 0.5, outcome: null },
  { ...LEDGER_CALL, id: "1", event: "outcome", usd: 0.25, outcome: "ok" },
  { ...LEDGER_CALL, id: "2", event: "intent", usd: 0.5, outcome: null },
  { ...LEDGER_CALL, id: "3", event: "intent", usd: null, outcome: null },
  { ...LEDGER_CALL, id: "3", event: "outcome", usd: null, outcome: "http_500" },
]
  .map((line) => JSON.stringify(line))
  .join("\n");

test.each([
  ["torn", (text: string) => text.slice(0, 200), "score/_duel.json is not JSON"],
  ["empty", () => "", "score/_duel.json is not JSON"],
  ["no object", () => "[]", "score/_duel.json has the wrong shape"],
  [
    "of another shape",
    (text: string) => text.replace(/"judged_print": "[^"]*"/, '"judged_print": 7'),
    "score/_duel.json has the wrong shape: .judged_print",
  ],
])("of a duel that is %s status says so, and not that all is done", async (_name, spoil, said) => {
  const root = await judgedWorkspace();
  const config = loadConfig(root, {});
  await report(config, testDeps(root, recordedJudges()), OPTIONS);
  const path = join(root, "score/_duel.json");
  writeFileSync(path, spoil(readFileSync(path, "utf8")));
  const told = await statusAndTarget(openStore(root), config);
  expect(told.state.next).toBe("npm run stage:validate");
  expect(told.said).toHaveLength(1);
  expect(told.said[0]).toContain(said);
  expect(told.said[0]).toContain("-> mend it by hand, or bring it back from a copy");
});

test("a duel that counts turns that were taken out is weighed again, and reported again", async () => {
  const root = await judgedWorkspace();
  const store = openStore(root);
  const deps = testDeps(root, recordedJudges());
  const config = loadConfig(root, {});
  await report(config, deps, OPTIONS);
  expect((await status(store, config)).next).toBeNull();
  const [file = ""] = (await store.list("answer")).filter((name) => name.endsWith(".json"));
  const { instance_id: id } = await store.read(
    `answer/${file}`,
    z.object({ instance_id: z.string() }),
  );
  await forget(config, { store }, { id, folders: [], yes: true });
  const left = (await store.list("score")).filter((name) => !name.startsWith("_")).length;
  expect((await status(store, config)).next).toBe("npm run stage:validate");
  const said = `the duel counts 24 judged turns and ${left} are here: npm run stage:validate, then npm run stage:report`;
  expect((await report(config, deps, OPTIONS)).notes).toContain(said);
  expect(await store.readText("report/report.md")).toContain(`the duel counts 24 judged turns`);
  expect((await status(store, config)).next).toBe("npm run stage:validate");
  await validate(config, deps, OPTIONS);
  const { notes } = await report(config, deps, OPTIONS);
  expect(notes.join("\n")).not.toContain("the duel counts");
  expect((await status(store, config)).next).toBeNull();
});

test("a swap of judged turns at equal count is weighed again, once", async () => {
  const root = await judgedWorkspace();
  const store = openStore(root);
  const deps = testDeps(root, recordedJudges());
  const config = loadConfig(root, {});
  const run = { started: new Date(), wallMs: 1, configHash: "c" };
  const reported = async (): Promise<void> =>
    saveRun(store, await report(config, deps, OPTIONS), run);
  await reported();
  expect((await status(store, config)).next).toBeNull();
  // As of a draw that took another turn's place: judged, and its run ended before all were weighed.
  for (const folder of ["answer", "score"]) {
    renameSync(join(root, folder, "t01.json"), join(root, folder, "t99.json"));
  }
  const score = JSON.parse(readFileSync(join(root, "score/t99.json"), "utf8")) as object;
  writeFileSync(join(root, "score/t99.json"), JSON.stringify({ ...score, file: "t99.json" }));
  const stale = await status(store, config);
  expect(stale.next).toBe("npm run stage:validate");
  expect(stale.stages.find(({ stage }) => stage === "validate")).toMatchObject({ pending: 1 });
  expect(await validate(config, deps, OPTIONS)).toMatchObject({ asked: 0 });
  expect((await status(store, config)).next).toBe("npm run stage:report");
  await reported();
  expect((await status(store, config)).next).toBeNull();
  expect((await status(store)).next).toBeNull();
});

test.each([
  [
    "a score file that no answer stands behind",
    (root: string) => {
      cpSync(join(root, "score/t01.json"), join(root, "score/stray_1.json"));
    },
  ],
  [
    "a score that was mended by hand",
    (root: string) => {
      const path = join(root, "score/t01.json");
      const score = JSON.parse(readFileSync(path, "utf8")) as object;
      writeFileSync(path, JSON.stringify({ ...score, score: 1 }));
    },
  ],
  [
    "an instance that was left out since",
    (root: string) => {
      const { instance_id } = JSON.parse(readFileSync(join(root, "score/t01.json"), "utf8")) as {
        instance_id: string;
      };
      const path = join(root, "chain.toml");
      writeFileSync(
        path,
        `${readFileSync(path, "utf8")}[source]\nexclude_ids = ["${instance_id}"]\n`,
      );
    },
  ],
])("after %s one validate and report make all done, and status stays so", async (_what, change) => {
  const root = await judgedWorkspace();
  const store = openStore(root);
  const deps = testDeps(root, recordedJudges());
  change(root);
  const config = loadConfig(root, {});
  for (let run = 0; run < 2; run++) {
    expect(await validate(config, deps, OPTIONS)).toMatchObject({ asked: 0 });
    await report(config, deps, OPTIONS);
    expect((await status(store, config)).next).toBeNull();
  }
});

test("a duel that an older build weighed is told by counts, as it was", async () => {
  const root = await judgedWorkspace();
  const store = openStore(root);
  const config = loadConfig(root, {});
  await report(config, testDeps(root, recordedJudges()), OPTIONS);
  const path = join(root, "score/_duel.json");
  const { judged_print: print, ...older } = JSON.parse(readFileSync(path, "utf8")) as {
    judged_print: string;
  };
  expect(print).toMatch(/^[0-9a-f]{20}$/);
  writeFileSync(path, JSON.stringify(older));
  expect((await status(store, config)).next).toBeNull();
});

test("an empty workspace says to begin with stage:prompt", async () => {
  const state = await status(openStore(tempProject()));
  expect(state.next).toBe("npm run stage:prompt");
});

test.each([
  ["in flight", []],
  [
    "booked after a kill",
    [
      {
        ...LEDGER_CALL,
        id: "1",
        event: "outcome",
        usd: null,
        outcome: "unknown",
        latency_ms: null,
      },
    ],
  ],
])("a call without a price that is %s is never shown as $0", async (_what, outcome) => {
  const lines = [
    { ...LEDGER_CALL, id: "1", event: "intent", usd: null, outcome: null },
    ...outcome,
  ];
  const root = tempProject({
    "prompt/prompts_1_001.json": [prompt],
    "report/ledger.jsonl": lines.map((line) => JSON.stringify(line)).join("\n") + "\n",
  });
  const said = statusLines(await status(openStore(root))).join("\n");
  expect(said).toMatch(/king +0 +1 +0 +1 +1 unpriced/);
});

test("hundreds of calls without a price leave the columns apart", async () => {
  const calls = Array.from({ length: 384 }, (_, n) => ({
    ...LEDGER_CALL,
    id: String(n),
    usd: null,
  }));
  const root = tempProject({
    "prompt/prompts_1_001.json": [prompt],
    "report/ledger.jsonl":
      calls
        .flatMap((one) => [
          { ...one, event: "intent", outcome: null },
          { ...one, event: "outcome", outcome: "ok", latency_ms: 1 },
        ])
        .map((line) => JSON.stringify(line))
        .join("\n") + "\n",
  });
  const said = statusLines(await status(openStore(root))).join("\n");
  expect(said).toMatch(/king +0 +1 +0 +384 +384 unpriced/);
});

const INTENT = { event: "intent", usd: 0.5, outcome: null };

test("what is out in request files is said with its batch and how to go on", async () => {
  const intent = (id: string, engine: string, stage: string, time: string): object => ({
    ...LEDGER_CALL,
    ...INTENT,
    id,
    engine,
    stage,
    time,
  });
  const lines = [
    intent("1", "batch", "king", "2026-11-28T21:05:00Z"),
    intent("2", "batch", "king", "2026-11-28T21:04:00Z"),
    intent("3", "batch", "king", "2026-11-28T21:06:00Z"),
    { ...LEDGER_CALL, id: "3", event: "outcome", usd: 0.25, outcome: "ok" },
    intent("4", "batch-file", "validate", "2026-11-28T22:00:00Z"),
  ];
  const book = {
    requests: 1,
    provider: "p",
    mark: "m",
    input: null,
    posted_at: "2026-11-28T21:04:00Z",
    batch: "batch_7",
    ended: false,
  };
  const root = tempProject({
    "prompt/prompts_1_001.json": [prompt],
    "engine/king/batch-1.json": book,
    "engine/king/batch-2.json": { ...book, requests: 2, batch: "batch_6", ended: true },
    "report/ledger.jsonl": lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  });
  const state = await status(openStore(root));
  expect(statusLines(state).filter((line) => line.startsWith("out: "))).toEqual([
    "out: 2 items of stage:king with batch_7 since 2026-11-28T21:04:00Z; `npm run stage:king` takes the results up (with --wait it stays until they are there) and asks none of them again",
    "out: 1 item of stage:validate with the engine batch-file since 2026-11-28T22:00:00Z; `npm run stage:validate` takes the results up and asks it no second time",
  ]);
  const { ledger: sums } = await readLearned(openStore(root));
  expect(outOf(sums.spending.open)).toMatchObject([{ items: 2 }, { items: 1 }]);
});

test("every stage shows what is done, pending and failed, and what its calls cost", async () => {
  const root = tempProject({
    "prompt/prompts_4_001.json": [prompt, prompt, prompt, prompt],
    "answer/prompts_4_001_1.json": answer,
    "answer/prompts_4_001_2.json": { ...answer, challenger: "c" },
    "report/tries/king/prompts_4_001_3.json": {
      file: "prompts_4_001_3.json",
      instance_id: "a__b-1",
      tries: [],
      dropped: { reason: "no_block", detail: "" },
    },
    "report/ledger.jsonl": `${ledger}\n`,
  });
  const state = await status(openStore(root));
  const byName = Object.fromEntries(state.stages.map((row) => [row.stage, row]));
  expect(byName["king"]).toMatchObject({
    done: 2,
    pending: 1,
    failed: 1,
    calls: 3,
    usd: 0.75,
    unpriced: 1,
  });
  expect(byName["challenger"]).toMatchObject({ done: 1, pending: 1, failed: 0, calls: 0 });
  expect(byName["validate"]).toMatchObject({ done: 0, pending: 1 });
  expect(state.next).toBe("npm run stage:king");
  expect(statusLines(state).join("\n")).toMatch(/king +2 +1 +1 +3 +0\.7500 \+ 1 unpriced/);
});

test.each([
  [null, [], ["all stages are done: read report/report.md"]],
  ["npm run stage:king", [], ["next: npm run stage:king"]],
  ["npm run stage:king", ["no key"], ["wrong: no key", "then: npm run stage:king"]],
  [null, ["no key"], ["wrong: no key", "all that was asked for is done: read report/report.md"]],
])("what is wrong stands before what comes next: %j with %j", (next, wrong, lines) => {
  expect(statusLines({ stages: [], out: [], next, refinable: 0 }, wrong).slice(1)).toEqual(lines);
});

test.each(["king", "challenger", "validate"])(
  "what was dropped in %s is named with the command that asks for it again",
  (failing) => {
    const stages = ["prompt", "king", "challenger", "validate", "report"].map((stage) => ({
      stage,
      done: 1,
      pending: 0,
      usd: 0,
      unpriced: 0,
      calls: 0,
      failed: stage === failing || stage === "prompt" ? 1 : 0,
    }));
    const lines = statusLines({ stages, out: [], next: null, refinable: 0 });
    expect(lines[0]?.split(/ +/)).toEqual(["stage", "done", "pending", "dropped", "calls", "USD"]);
    expect(lines).toContain(
      `--retry asks again for what was dropped: npm run stage:${failing} -- --retry`,
    );
  },
);

const [A, B, C] = ["recorded/judge-a", "recorded/judge-b-thinking", "recorded/judge-c"];
const panelOf = (models: readonly (string | undefined)[], more = ""): string =>
  `[judge]\nprovider = "offline"\nmodels = ${JSON.stringify(models)}\nquorum = 2\nthinking_models = []\n${more}`;

test.each<[what: string, toml: string, isJudged: boolean]>([
  ["the panel that judged", panelOf([A, B, C]), true],
  ["one judge less", panelOf([A, C]), true],
  ["another judge", panelOf([A, B, "new/judge"]), false],
  ["another reading of the same verdicts", panelOf([A, B, C], '[bucket]\nby = "decisive"\n'), true],
  ["another opponent", panelOf([A, B, C], "[duel]\nmode = 1\n"), false],
  ["the gym instead of a panel", panelOf([A, B, "new/judge"], 'with = "outcome"\n'), true],
])(
  "status, estimate and validate agree on what is left to judge under %s",
  async (_what, toml, isJudged) => {
    const root = await judgedWorkspace({ "chain.toml": toml });
    const [config, store] = [loadConfig(root, {}), openStore(root)];
    const look = async (): Promise<number> =>
      (await status(store, config)).stages.find(({ stage }) => stage === "validate")?.pending ?? -1;
    const pending = await look();
    expect(await look()).toBe(pending);
    const calls = (await estimate(config, store, {}))
      .filter(({ stage }) => stage === "validate")
      .reduce((sum, row) => sum + row.calls, 0);
    const asked = new Set<string>();
    const recorded = recordedJudges([]);
    const chat: Chat = (request, ...more) => {
      const { pair_hash, order } = request.tag;
      asked.add(`${pair_hash} ${request.model} ${order}`);
      return recorded(request, ...more);
    };
    await validate(config, testDeps(root, chat), OPTIONS);
    const turns = new Set([...asked].map((key) => key.split(" ")[0])).size;
    expect([pending, calls]).toEqual([turns, asked.size]);
    expect(turns === 0).toBe(isJudged);
    // Without the settings there is only what the files say of the panel that judged them.
    const [, , , alone] = (await status(openStore(root))).stages;
    expect(alone).toMatchObject({ stage: "validate" });
  },
);

test("what refine would still answer is said behind the five stages", async () => {
  const root = await judgedWorkspace({}, "[bucket]\nfinal_min = 70\ndefeat_max = 60\n");
  const [config, store] = [loadConfig(root, {}), openStore(root)];
  await report(config, testDeps(root, recordedJudges()), OPTIONS);
  const state = await status(store, config);
  expect(state).toMatchObject({ next: null, refinable: 12 });
  expect(statusLines(state).at(-1)).toBe(
    "if you like: npm run stage:refine, a second answer for turns in refined/ (12 have none; npm run estimate counts the calls)",
  );
  writeFileSync(
    join(root, "score", (await store.list("refined"))[0]?.replace(".json", ".r1.json") ?? ""),
    "{}",
  );
  expect((await status(store, config)).refinable).toBe(11);
  const gym = { ...config, judge: { ...config.judge, with: "outcome" } } as const;
  expect((await status(store, gym)).refinable).toBe(0);
});

test("in an empty folder estimate and status say the same comes next", async () => {
  const root = tempProject();
  const [one, other] = [
    await runScriptFile("estimate", ["--root", root]),
    await runScriptFile("status", ["--root", root]),
  ];
  const next = `next: npm run stage:prompt -- --root ${root}`;
  expect(one.stdout).toBe(`of what is drawn no model call is missing; ${next}\n`);
  expect(other.stdout.trimEnd().split("\n").at(-1)).toBe(next);
});
