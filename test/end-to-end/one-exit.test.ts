/**
 * All stages that write texts, on a workspace with marked secrets in its histories, answers and sources
 * and a marked pull request: then every file outside answer/, commit/ and score/ is searched.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { HONEST, say } from "../support/slug-turn.ts";
import { scriptedChat } from "../support/chat.ts";
import { runKing } from "../support/batch-king.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { wishFor, worthTrainer } from "../support/worth-trainer.ts";
import { openStore } from "../../src/io/store.ts";
import { openParquet } from "../../src/io/parquet.ts";
import { maskedSummary } from "../../src/command/masked-summary.ts";
import { FORMATS } from "../../src/core/dataset/format-names.ts";
import { saveRun } from "../../src/io/run-file.ts";
import { actions } from "../../src/stages/actions.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { exportTurns } from "../../src/stages/export.ts";
import { refine } from "../../src/stages/refine.ts";
import { repair } from "../../src/stages/repair.ts";
import { report } from "../../src/stages/report.ts";
import { speedrun } from "../../src/stages/speedrun.ts";
import { share } from "../../src/stages/share.ts";
import { tables } from "../../src/stages/tables.ts";
import { validate } from "../../src/stages/validate.ts";
import { worth } from "../../src/stages/worth.ts";
import type { StageSummary } from "../../src/work.ts";

// Put together here so that no scanner takes this file for a leak.
const drawn = ["k7Qz", "3vXp", "9LmT", "wB2c", "8RfN", "y5Hd"].join("");
const SECRETS: Readonly<Record<string, string>> = {
  bearer: `curl -H 'Authorization: Bearer ${drawn}A1' https://x`,
  curl: `curl -u ci:${drawn}B2 https://x`,
  mysql: `mysql -u root -p${drawn}C3 app`,
  password: `export DB_PASSWORD=${drawn}D4`,
  token: `SLACK_TOKEN=${drawn}E5`,
  netrc: `machine h login bob password ${drawn}F6`,
  address: `amqp://app:${drawn}G7@mq/v`,
  hub: `hf_${drawn.repeat(2).slice(0, 34)}`,
};
/** Of a person, in what is read and in what is answered. */
const MAIL = "zoe.quill@mail-of-zoe.org";
const MARKS = [drawn, MAIL];
/** All but the one whose purpose is to show hidden texts. */
const OWN_FORMATS = FORMATS.filter((format) => format !== "privileged");
/** Those that repair has rows for, one run each. */
const REPAIR_FORMATS = ["openai", "sharegpt", "alpaca", "preference", "kto"];
/** A name that the pull request alone knows. */
const HIDDEN = "zebra_quux_marker";

const all = [...Object.values(SECRETS), `Written by Zoe <${MAIL}>`].join("\n");
const TURNS = 24;

const answers = Object.fromEntries(
  Array.from({ length: TURNS }, (_, at) => [
    `answer/prompts_${TURNS}_001_${at + 1}.json`,
    {
      instance_id: `o${at}__r-${at}`,
      repo: `o${at}/r`,
      turn: 0,
      // Answers with secrets are learned from by nobody, also as the one that lost.
      king: say(`I try number ${at}${at % 2 === 0 ? `: ${SECRETS["token"]}` : ""}`),
      challenger: "",
      assistant: say(`The reference ${at}${at % 2 === 0 ? `: ${SECRETS["password"]}` : ""}`),
      messages: [
        { role: "user", content: `Slugs of module ${at} keep their dashes.\n${all}` },
        {
          role: "assistant",
          content: HONEST,
          tool_calls: [{ arguments: { text: all, password: `${drawn}H8`, [MAIL]: "a key" } }],
        },
        { role: "user", content: `word${at} listing\n${all}` },
      ],
    },
  ]),
);
const commits = Object.fromEntries(
  Array.from({ length: TURNS }, (_, at) => [
    `commit/o${at}__r-${at}.json`,
    {
      instance_id: `o${at}__r-${at}`,
      repo: `o${at}/r`,
      patch: `--- a/slug.py\n+++ b/slug.py\n@@ -1,1 +1,1 @@\n-    return joined\n+    return ${HIDDEN}(joined)\n`,
    },
  ]),
);
const runs = Array.from({ length: 4 }, (_, at) => ({
  instance_id: `s${at}__r-${at}`,
  resolved: true,
  messages: [
    { role: "user", content: `Mend the slug ${at}.\n${all}` },
    {
      role: "assistant",
      content: say(`First ${at}`).replace("ls", `ls ${at} # ${SECRETS["curl"]}`),
    },
    { role: "user", content: all },
    { role: "assistant", content: say(`Then ${at} ${SECRETS["hub"]}`) },
  ],
}));
/** A failed attempt, and one that mended it. */
const logs = Array.from({ length: 8 }, (_, at) => ({
  instance_id: `l__r-${Math.floor(at / 2)}`,
  repo: `l/r${Math.floor(at / 2)}`,
  attempt: 2 - (at % 2),
  resolved: at % 2 === 0,
  failure_category: at % 2 === 0 ? null : "wrong_fix",
  patch: `--- a/x${at}.py\n+++ b/x${at}.py\n@@ -1 +1 @@\n-old\n+os.environ["${SECRETS["password"]?.slice(7).replace("=", '"] = "')}"\n`,
  problem_statement: `${all} ${Array.from({ length: 25 }, (_, n) => `word${n}`).join(" ")}`,
  localised_files: ["a.py"],
  test_stdout: `Traceback (most recent call last):\n  File "a.py", line 1, in f\nTypeError: ${all}`,
}));
const rows = Array.from({ length: 4 }, (_, at) => ({
  instance_id: `b${at}__r-${at}`,
  repo: `b${at}/r`,
  problem_statement: `Issue ${at}: ${all}`,
  patch:
    at === 3
      ? ""
      : `diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+${SECRETS["address"]}\n`,
}));

const jsonl = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** All metrics for a seat, or the first two, which is a little. */
function vote(seat: 1 | 2, isClear = true): string {
  const rest = isClear ? seat : 0;
  return `{"correctness": ${seat}, "grounding": ${seat}, "progress": ${rest}, "protocol": ${rest}, "efficiency": ${rest}, "reason": "It is quicker."}`;
}

/** Turns that nobody has answered: they leave in a request file. */
const asked = Array.from({ length: 2 }, (_, at) => ({
  instance_id: `o${at}__r-${at}`,
  repo: `o${at}/r`,
  turn: 1,
  messages: [{ role: "user", content: `Slugs of part ${at} keep their dashes.\n${all}` }],
  assistant: say("Look"),
  origin: { dataset: null, revision: null, file: "t.jsonl", row: at },
}));

test("no secret and no word of the pull request is in any file outside answer/, commit/ and score/", async () => {
  const root = tempProject({
    ...answers,
    ...commits,
    "prompt/prompts_2_001.json": asked,
    "runs.jsonl": jsonl(runs),
    "logs.jsonl": jsonl(logs),
    "rows.jsonl": jsonl(rows),
  });
  const config = testConfig(root, "[challenger]\nleak_attempts = 1\n[audit]\nmask_emails = true\n");
  // Every third challenger says the hidden name, and goes on doing so.
  const chat = scriptedChat((request, item) => {
    const n = Number(/_(\d+)\.(?:r1\.)?json/.exec(item.key)?.[1] ?? 0);
    const ours = request.tag.order === "king_first" ? 2 : 1;
    // The king wins two turns, so that there are answers of both labels; one is refined.
    if (item.role === "judge") {
      if (n === 5) return vote(ours, item.key.includes(".r1."));
      return vote(n % 4 === 0 ? (ours === 1 ? 2 : 1) : ours);
    }
    return n % 3 === 0
      ? say(`The helper \`${HIDDEN}\` is what has to be called here.`)
      : say(`I will look around ${n} ${request.messages.length} first.`);
  });
  const deps = testDeps(root, chat);
  const dataset = { ...OPTIONS, skipBad: false, format: ["chatml"] };
  const run = async (stage: () => Promise<StageSummary>): Promise<StageSummary> => {
    const summary = await stage();
    const about = { started: new Date(0), wallMs: 1, configHash: "h" };
    await saveRun(deps.store, await maskedSummary(summary, config), about);
    return summary;
  };
  await run(() => challenger(config, deps, OPTIONS));
  await run(() => validate(config, deps, OPTIONS));
  await run(() => report(config, deps, OPTIONS));
  await run(() => refine(config, deps, OPTIONS));
  await run(() => report(config, deps, OPTIONS));
  await run(() => runKing(root));
  await run(() =>
    exportTurns(config, deps, {
      ...OPTIONS,
      refined: true,
      format: [OWN_FORMATS.join(",")],
    }),
  );
  await run(() =>
    actions(config, deps, {
      ...dataset,
      format: ["prompt-completion"],
      swe: [join(root, "runs.jsonl")],
      toolbench: ["none"],
      own: true,
      output: join(root, "dataset"),
    }),
  );
  await run(() => repair(config, deps, { ...dataset, input: ["logs.jsonl"] }));
  for (const format of REPAIR_FORMATS) {
    await run(() =>
      repair(config, deps, {
        ...dataset,
        input: ["logs.jsonl"],
        format: [format],
        output: join(root, `dataset/repair-${format}`),
      }),
    );
  }
  await run(() =>
    speedrun(config, deps, {
      ...dataset,
      dataset: [join(root, "rows.jsonl")],
      minPatchChars: 0,
      includeEmpty: false,
      devSplit: "0.9",
      emitTest: false,
      skippedReport: join(root, "skipped.jsonl"),
      forceSkippedReport: false,
      output: join(root, "dataset/speedrun"),
    }),
  );

  await tables(config, deps.store);
  await share(config, { store: deps.store, output: openStore(join(root, "site")), name: "w" }, {});
  await run(() =>
    worth(config, deps, {
      ...wishFor(root),
      seeds: 1,
      heldOut: 0.7,
      answers: 10,
      maxNewTokens: 8,
      python: worthTrainer("() => true").python,
    }),
  );

  const files = snapshot(root);
  // Their texts are packed.
  for (const name of Object.keys(files).filter((one) => one.endsWith(".parquet"))) {
    const table = await openParquet(join(root, name));
    const all = Array.from({ length: table.rows }, (_, row) => row);
    files[name] = JSON.stringify(await table.read(all), (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
  }
  // Request files are what models are asked: whole prompts, which no export reads.
  const origins = /^(?:answer|commit|score|prompt|engine)\/|^(?:runs|logs|rows)\.jsonl$/;
  const outside = Object.entries(files).filter(([name]) => !origins.test(name));
  expect(outside.map(([name]) => name.split("/")[0])).toEqual(
    expect.arrayContaining([
      "report",
      "final",
      "refined",
      "defeat",
      "dataset",
      "evaluation",
      "artifacts",
      "site",
      "skipped.jsonl",
    ]),
  );
  for (const [name, text] of outside) {
    for (const mark of MARKS) expect(text.includes(mark), `${name} holds a secret`).toBe(false);
    expect(text.includes(HIDDEN), `${name} quotes the pull request`).toBe(false);
  }
  const requests = Object.entries(files).filter(([name]) => name.startsWith("engine/king/"));
  expect(requests.some(([, text]) => text.includes("Slugs of part 1"))).toBe(true);
  for (const [name, text] of requests) {
    expect(text.includes(HIDDEN), `${name} shows the king the pull request`).toBe(false);
  }
  for (const format of OWN_FORMATS.slice(1)) {
    expect(files[`dataset/export/${format}/train.jsonl`] ?? "", format).not.toBe("");
  }
  for (const format of REPAIR_FORMATS) {
    expect(files[`dataset/repair-${format}/train.jsonl`] ?? "", format).not.toBe("");
  }
  expect(files["report/tables/answers.parquet"]?.includes("I try number 3")).toBe(true);
  expect(files["dataset/worth/winner/train.jsonl"]).toContain("MASKED_EMAIL");
  expect(files["site/index.html"]).toBeDefined();
  // They were there, and what stands in their place is named.
  expect(
    Object.entries(files).some(
      ([name, text]) => name.startsWith("answer/") && text.includes(HIDDEN),
    ),
  ).toBe(true);
  const sets = outside.filter(
    ([name, text]) => /^dataset\/.*(?:train|dev)/.test(name) && text !== "",
  );
  expect(sets.length).toBeGreaterThanOrEqual(4);
  for (const [name, text] of sets) expect(text, name).toContain("MASKED_ADDRESS_PASSWORD");
  const leaking = outside.filter(
    ([name]) => Number(/^defeat\/.*_(\d+)\.json$/.exec(name)?.[1] ?? 1) % 3 === 0,
  );
  expect(leaking).toHaveLength(TURNS / 3);
  for (const [, text] of leaking) {
    expect(JSON.parse(text)).toMatchObject({
      challenger: "",
      king: expect.stringContaining("I try"),
    });
  }
}, 120_000);

test("--no-mask leaves texts as they are, and the card says so", async () => {
  const root = tempProject({ "logs.jsonl": jsonl(logs) });
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  await repair(testConfig(root), deps, {
    ...OPTIONS,
    skipBad: false,
    input: ["logs.jsonl"],
    format: ["chatml"],
    mask: false,
  });
  const files = snapshot(root);
  expect(files["dataset/repair/train.jsonl"]).toContain(drawn);
  expect(files["dataset/repair/README.md"]).toContain("Nothing was masked (--no-mask)");
  expect(JSON.parse(files["dataset/repair/dataset_stats.json"] ?? "")).toMatchObject({
    masked_secrets: null,
  });
});
