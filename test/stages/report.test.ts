import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { report } from "../../src/stages/report.ts";
import { validate } from "../../src/stages/validate.ts";
import { loadConfig } from "../../src/config.ts";
import type { StageSummary } from "../../src/work.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { recordedAnswers, recordedJudges, recordedWorkspace } from "../support/duel.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { openStore } from "../../src/io/store.ts";
import { LINEAGE, lineageSchema } from "../../src/records/lineage.ts";
import { judgedWorkspace } from "../support/workspace.ts";

const nobody = scriptedChat(() => "");
const run = (root: string): Promise<StageSummary> =>
  report(loadConfig(root, {}), testDeps(root, nobody), OPTIONS);
const text = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

const judged = (toml = ""): Promise<string> => judgedWorkspace({}, toml);

test("the recorded sample at the default limits: 8 refined, 16 defeat, none final", async () => {
  const root = await judged();
  const summary = await run(root);
  expect(summary).toMatchObject({ read: 24, kept: 24, dropped: {}, pending: 0, asked: 0 });
  expect(summary.notes[0]).toBe("buckets: final 0, refined 8, defeat 16");
  expect(summary.notes[1]).toMatch(
    /^final\/ is empty: the best turn's score is \d+(\.\d+)?, under \[bucket\]\.final_min 80; .*-- --refined .*\[bucket\] final_min and defeat_max/,
  );
  expect(readdirSync(join(root, "refined"))).toHaveLength(8);
  expect(readdirSync(join(root, "defeat"))).toHaveLength(16);
  expect(text(root, "report/report.md")).toContain(
    "The limits 80 and 66 are the defaults of \\[bucket\\]",
  );
});

test("the report explains limits of its own and labels recorded replies", async () => {
  const root = await judged("[bucket]\nfinal_min = 70\ndefeat_max = 60\n");
  await run(root);
  const md = text(root, "report/report.md");
  expect(md).toContain(
    "This workspace sets its own limits in chain.toml: final_min = 70, defeat_max = 60",
  );
  expect(md).toContain("68.5 % of the metric votes");
  expect(md).toContain("> Recorded replies: the provider `offline` replays");
  expect(md).toContain("> The challenger is accepted.");
  for (const picture of ["scores", "styles", "bias", "judges", "bootstrap"]) {
    expect(md).toContain(`(${picture}.svg)`);
    expect(text(root, `report/${picture}.svg`)).toMatch(/^<svg .*<\/svg>\n$/);
  }
});

test("turns stand highest first, with numbers that follow from the recorded verdicts", async () => {
  const root = await judged();
  await run(root);
  const rows = text(root, "report/report.md")
    .split("\n")
    .filter((line) => /\| t\d\d\.json \|/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(rows).toHaveLength(24);
  const scores = rows.map((cells) => Number(cells[1]));
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  // t15, by hand: correctness and protocol draws (50); grounding lost by all six (0); progress and
  // efficiency won by all six (100); mean 60.
  expect(rows.find((cells) => cells[2] === "t15.json")?.slice(4, 9)).toEqual([
    "50",
    "0",
    "100",
    "50",
    "100",
  ]);
  expect(rows.find((cells) => cells[2] === "t15.json")?.[1]).toBe("60");
});

test("where figures come from stands at the head, judges second to the gate and cost third", async () => {
  const root = await judged();
  await run(root);
  const html = text(root, "report/report.html");
  const headings = [...html.matchAll(/<h2 id="([^"]*)">/g)].map(([, id]) => id);
  expect(headings.slice(0, 3)).toEqual(["where-this-comes-from", "the-gate", "by-judge"]);
  expect(headings.indexOf("cost")).toBeLessThan(headings.indexOf("buckets"));
  const contents = /<nav class="contents"[^]*?<\/nav>/.exec(html)?.[0] ?? "";
  expect([...contents.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id)).toEqual(headings);
  const md = text(root, "report/report.md");
  expect(md).toContain("## Where this comes from");
  expect(md).toMatch(/\| seed \| 42 \|/);
  expect(md).toMatch(/\| challenger \| .+ \(\w+\) \|/);
  for (const picture of ["repositories", "turns", "lengths", "agreement"])
    expect(text(root, `report/${picture}.svg`)).toContain("<title>");
});

test("a report names no pull requests where the challenger saw what its run did later", async () => {
  const root = await judged();
  const config = loadConfig(root, {});
  const seeing = { ...config, challenger: { ...config.challenger, hidden: "future" as const } };
  await report(seeing, testDeps(root, nobody), OPTIONS);
  expect(text(root, "report/report.md")).toContain(
    "| pull requests | none: the challenger saw what its run did later |",
  );
});

test("a second run changes no file", async () => {
  const root = await judged();
  await run(root);
  const before = snapshot(root);
  await run(root);
  expect(snapshot(root)).toEqual(before);
});

test("a person's review overrules the panel, and the turn is in one bucket only", async () => {
  const root = await judged();
  await run(root);
  const score = JSON.parse(text(root, "score/t01.json")) as { pair_hash: string };
  const from = readdirSync(join(root, "defeat")).includes("t01.json") ? "defeat" : "refined";
  const review = {
    file: "t01.json",
    verdict: 2,
    bucket: null,
    note: "",
    time: "2026-01-01T00:00:00Z",
    pair_hash: score.pair_hash,
  };
  await testDeps(root, nobody).store.write("review/t01.json", review);
  const summary = await run(root);
  expect(readdirSync(join(root, "final"))).toEqual(["t01.json"]);
  expect(readdirSync(join(root, from))).not.toContain("t01.json");
  expect(summary.notes[0]).toContain("final 1");
  expect(JSON.parse(text(root, "final/t01.json"))).toMatchObject({
    reason: expect.stringContaining(
      "a person judged: the challenger is better (panel said",
    ) as string,
  });
  expect(text(root, "report/report.md")).toContain(
    "a person decided the bucket of 1 turn; that overrules the panel in the exports",
  );
});

test("a workspace without answers is refused, and no report says that it is done", async () => {
  const root = tempProject({ "answer/.gitkeep": "" });
  await expect(run(root)).rejects.toMatchObject({
    message: "report: there are no answers in answer/",
    hint: "run npm run stage:prompt, stage:king, stage:challenger and stage:validate first, or name another workspace with --root",
  });
  expect(existsSync(join(root, "report"))).toBe(false);
});

test("answers without scores give a report that says so", async () => {
  const root = recordedWorkspace();
  const summary = await run(root);
  expect(summary.dropped).toEqual({ not_validated: 24 });
  const md = text(root, "report/report.md");
  expect(md).toContain(
    "> There are no scores yet. Run `npm run stage:validate` to put the answers before the panel.",
  );
  expect(md).toContain("| t01.json | not validated yet |");
  expect(md).not.toContain("## By judge");
});

test("pending verdicts give a report that says so, and those turns are in no bucket", async () => {
  const root = await judged();
  await run(root);
  const score = JSON.parse(text(root, "score/t01.json")) as object;
  writeFileSync(
    join(root, "score/t01.json"),
    JSON.stringify({ ...score, parsed: false, score: null, metrics: null, pending: 2 }),
  );
  const summary = await run(root);
  expect(summary.dropped).toEqual({ verdicts_pending: 1 });
  const md = text(root, "report/report.md");
  expect(md).toContain("Verdicts are pending on 1 of 24 turns: they are in no bucket");
  expect([
    ...readdirSync(join(root, "refined")),
    ...readdirSync(join(root, "defeat")),
  ]).not.toContain("t01.json");
});

test("hostile text from a trajectory is text in every file of the report", async () => {
  const name = "answer/t01.json";
  const answer = recordedAnswers()[name];
  const root = recordedWorkspace();
  await testDeps(root, nobody).store.write(name, {
    ...answer,
    repo: "<script>alert(1)</script>|x",
  });
  await validate(loadConfig(root, {}), testDeps(root, recordedJudges()), OPTIONS);
  const score = JSON.parse(text(root, "score/t01.json")) as object;
  writeFileSync(
    join(root, "score/t01.json"),
    JSON.stringify({ ...score, style: "<img src=x onerror=alert(1)>|" }),
  );
  await run(root);
  expect(text(root, "report/report.md")).toContain("| &lt;img src=x onerror=alert(1)&gt;\\| |");
  for (const file of ["report.md", "report.html", "styles.svg"]) {
    expect(text(root, `report/${file}`)).not.toContain("<img");
  }
});

test("a broken file is named and counted, never quoted, and the report goes on without it", async () => {
  const root = await judged();
  await run(root);
  writeFileSync(join(root, "answer/t01.json"), '{"king": "zebra');
  writeFileSync(join(root, "score/t02.json"), "[]");
  mkdirSync(join(root, "review"), { recursive: true });
  writeFileSync(join(root, "review/t03.json"), "zebra");
  const summary = await run(root);
  expect(summary).toMatchObject({ read: 24, kept: 21, dropped: { broken_file: 3 } });
  expect(summary.notes).toContainEqual(
    expect.stringMatching(
      /^not read: answer\/t01\.json, review\/t03\.json, score\/t02\.json; mend/,
    ),
  );
  for (const page of ["report/report.md", "report/report.html"]) {
    expect(text(root, page)).toContain("3 files are broken, and what is in them is in no count");
    expect(text(root, page)).not.toContain("zebra");
  }
  expect(text(root, "report/turns.csv").split("\n")).toHaveLength(21 + 2);
});

test("a broken lineage is a section that is left out and named; nobody is told to delete it", async () => {
  const root = await judged();
  mkdirSync(join(root, "reign"));
  writeFileSync(join(root, LINEAGE), '{"king": ');
  const summary = await run(root);
  expect(summary).toMatchObject({ kept: 24, dropped: {} });
  expect(text(root, "report/report.md")).toContain(
    "1 file is broken, and what is in it is in no count here: reign/lineage.json.",
  );
  await expect(openStore(root).read(LINEAGE, lineageSchema)).rejects.toMatchObject({
    message: expect.stringContaining("reign/lineage.json is not JSON") as string,
    hint: "mend it by hand, or bring it back from a copy: it says who became king and why, and nothing makes it again",
  });
});

test("a ledger line that is none stops the stage with its number; a torn last line does not", async () => {
  const root = await judged();
  const line = {
    id: "1",
    event: "outcome",
    time: "",
    stage: "king",
    item: "i",
    role: "king",
    provider: "p",
    model: "m",
    tokens_in: 10,
    tokens_cached: 4,
    tokens_out: 1,
    tokens_reasoning: 0,
    usd: null,
    latency_ms: 5,
    outcome: "http_500",
  };
  await testDeps(root, nobody).store.writeText(
    "report/ledger.jsonl",
    `${JSON.stringify(line)}\n{"id": "2", "ev`,
  );
  await run(root);
  const md = text(root, "report/report.md");
  expect(md).toContain(
    "unpriced: 1 call, over all runs, none with a known price (npm run prices asks the provider, or add a price table",
  );
  expect(md).toContain("1 call failed; what they cost is not known");
  expect(md).toContain("| king | m | 1 | 1 | 10 | 40 % | 1 | 0 | unpriced | 5 ms |");
  await testDeps(root, nobody).store.writeText(
    "report/ledger.jsonl",
    `nonsense\n${JSON.stringify(line)}\n`,
  );
  await expect(run(root)).rejects.toThrow(/^report\/ledger\.jsonl line 1 is no ledger line: /);
});

test("files of buckets without an answer file are named and left alone", async () => {
  const root = await judged();
  await testDeps(root, nobody).store.write("final/gone.json", {});
  await run(root);
  expect(text(root, "report/report.md")).toContain("final/gone.json");
  expect(text(root, "final/gone.json")).toBe("{}\n");
});

test("models whose templates leave out what is said beside calls are named, where a history says something", async () => {
  const root = await judged();
  const file = join(root, "answer/t01.json");
  const answer = JSON.parse(readFileSync(file, "utf8")) as { messages: object[] };
  answer.messages.push(
    {
      role: "assistant",
      content: "I look.",
      tool_calls: [{ id: "a", name: "ls", arguments: {} }],
    },
    { role: "tool", content: "setup.py", tool_call_id: "a", name: "ls" },
  );
  writeFileSync(file, JSON.stringify(answer));
  const toml = readFileSync(join(root, "chain.toml"), "utf8");
  writeFileSync(
    join(root, "chain.toml"),
    `${toml}\n[provider.own]\nbase_url = "http://127.0.0.1:1/v1"\n[king]\nprovider = "own"\nmodel = "Llama-3.3-70B"\n`,
  );
  await run(root);
  expect(text(root, "report/report.md")).toContain(
    "In 1 of 24 turns the agent said something beside its calls, and the published templates of Llama-3.3-70B leave such words out",
  );
});
