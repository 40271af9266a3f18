/**
 * Runs of thirteen agents through the whole pipeline: every call, id, argument and result of a history is in
 * the requests of king, challenger and every judge, in what the audit sees, and in the exports.
 */
import { beforeAll, expect, test } from "vitest";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { readVisible } from "../../src/core/audit/visible.ts";
import { readRow } from "../../src/core/dataset/read-row.ts";
import { FORMATS, TRAINERS } from "../../src/core/dataset/format-names.ts";
import { listAnswers } from "../../src/io/answers.ts";
import { openStore } from "../../src/io/store.ts";
import type { Message } from "../../src/records/message.ts";
import { answerSchema, type Answer } from "../../src/records/answer.ts";
import { exportedSchema } from "../../src/records/exported.ts";
import { TARGETS } from "../../src/core/formats/targets.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { convert } from "../../src/stages/convert.ts";
import { exportTurns } from "../../src/stages/export.ts";
import { king } from "../../src/stages/king.ts";
import { prompt } from "../../src/stages/prompt.ts";
import { report } from "../../src/stages/report.ts";
import { validate } from "../../src/stages/validate.ts";
import type { ChatRequest } from "../../src/work.ts";
import { replyOf, scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { missingIn, piecesOf, REAL_HISTORIES, type Piece } from "../support/histories.ts";

const KING = "Let me first see what is there.";
const CHALLENGER = "One more look at this, before anything is changed.";
const TOML = `[source]
trajectories = "runs.jsonl"
max_turn = 100
max_per_instance = 0
mask = "off"
[challenger]
hidden = "future"
[dataset]
formats = ["openai", "prompt-completion", "preference"]
val_fraction = 0
`;

/** As data sets have them: calls in the shape of the API, arguments as JSON text. */
const rows = REAL_HISTORIES.map(({ format, messages, tools }, at) => ({
  id: `${format}-${at}`,
  messages: messages.map((message) => ({
    ...message,
    ...(message.tool_calls === undefined
      ? {}
      : {
          tool_calls: message.tool_calls.map(({ id, name, arguments: args }) => ({
            id,
            type: "function",
            function: {
              name,
              arguments: typeof args === "string" ? args : JSON.stringify(args),
            },
          })),
        }),
  })),
  ...(tools === undefined ? {} : { tools }),
}));

const root = mkdtempSync(join(tmpdir(), "kingmaker-structure-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A call of the first tool that is named, with what its schema asks for. */
function answerOf(request: ChatRequest, content: string, id: string) {
  const [tool] = (request.tools ?? []) as { function: { name: string; parameters: Schema } }[];
  const name = tool?.function.name ?? "";
  const needed = tool?.function.parameters.required ?? [];
  const args = Object.fromEntries(needed.map((key) => [key, "x"]));
  return replyOf(content, { tool_calls: [{ id, name, arguments: args }] });
}
type Schema = { required?: string[] };

const chat = scriptedChat((request, { role }) => {
  if (role === "king") return { ok: true, reply: answerOf(request, KING, "king_1") };
  if (role === "challenger") {
    return { ok: true, reply: answerOf(request, CHALLENGER, "challenger_1") };
  }
  const text = request.messages.at(-1)?.content ?? "";
  const vote = text.indexOf(CHALLENGER) < text.indexOf(KING) ? 1 : 2;
  return `{"correctness": ${vote}, "grounding": ${vote}, "progress": ${vote}, "protocol": ${vote}, "efficiency": ${vote}, "reason": "r"}`;
});

const answers = new Map<string, Answer>();

beforeAll(async () => {
  writeFileSync(join(root, "chain.toml"), TOML);
  writeFileSync(join(root, "runs.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  const config = loadConfig(root, {});
  const deps = testDeps(root, chat);
  await prompt(config, deps, { ...OPTIONS, skipBad: false });
  await king(config, deps, OPTIONS);
  await challenger(config, deps, OPTIONS);
  await validate(config, deps, OPTIONS);
  await report(config, deps, OPTIONS);
  await exportTurns(config, deps, {
    ...OPTIONS,
    format: ["openai", "prompt-completion", "preference"],
  });
  const store = openStore(root);
  for (const { name, path } of await listAnswers(store)) {
    answers.set(name, await store.read(path, answerSchema));
  }
}, 60_000);

test("every run gives a turn, and king and challenger answer with calls", () => {
  expect(answers.size).toBe(rows.length);
  expect(new Set(REAL_HISTORIES.map(({ format }) => format)).size).toBeGreaterThanOrEqual(10);
  for (const answer of answers.values()) {
    expect(answer).toMatchObject({ protocol: "tools", schema: 2 });
    expect(answer.king_message?.tool_calls).toHaveLength(1);
    expect(answer.challenger_message?.tool_calls).toHaveLength(1);
    expect(answer.king).toMatch(/^Let me first see[^]*```/);
    expect(answer.challenger_run?.malformed ?? null).toBeNull();
  }
});

test("the history that was drawn is the history of the run, word for word", () => {
  for (const answer of answers.values()) {
    const run = REAL_HISTORIES.find((one, at) => `${one.format}-${at}` === answer.instance_id);
    const pieces = piecesOf(run?.messages.slice(0, answer.messages.length) ?? []);
    expect(pieces.length).toBeGreaterThan(0);
    expect(missingIn(JSON.stringify(answer.messages), pieces)).toEqual([]);
  }
});

test.each(["king", "challenger", "judge"] as const)(
  "every call, id, argument and result is in every request of the %s",
  (role) => {
    const seen = chat.seen.filter(({ item }) => item.role === role);
    expect(seen.length).toBe(answers.size * (role === "judge" ? 6 : 1));
    for (const { request, item } of seen) {
      const answer = answers.get(item.key.split("/")[1] ?? "");
      const text = JSON.stringify(request.messages);
      expect(missingIn(text, piecesOf(answer?.messages ?? []))).toEqual([]);
      if (role !== "judge" || answer === undefined) continue;
      const both = [answer.king_message, answer.challenger_message].flatMap((one) => one ?? []);
      expect(missingIn(text, piecesOf(both))).toEqual([]);
    }
  },
);

test("the audit sees every call, id, argument and result", () => {
  for (const { messages } of answers.values()) {
    expect(missingIn(readVisible(messages).text, piecesOf(messages))).toEqual([]);
  }
});

test("exports hold every call, id, argument and result, and the answers' own calls", async () => {
  const store = openStore(root);
  const finals = await store.list("final");
  expect(finals.length).toBeGreaterThan(rows.length / 2);
  for (const name of finals) {
    const exported = await store.read(`final/${name}`, exportedSchema);
    const text = JSON.stringify(exported);
    expect(missingIn(text, piecesOf(answers.get(name)?.messages ?? []))).toEqual([]);
    expect(exported.challenger_message).toEqual(answers.get(name)?.challenger_message);
    // What the run did afterwards is the challenger's alone.
    expect(text).not.toContain('"future"');
  }
});

test.each(["openai", "prompt-completion", "preference"] as const)(
  "rows of %s hold the history and the answers with all their structure",
  async (format) => {
    const folder = format === "openai" ? "dataset/export" : `dataset/export/${format}`;
    const lines = readFileSync(join(root, folder, "train.jsonl"), "utf8")
      .trim()
      .split("\n");
    expect(lines.length).toBeGreaterThan(rows.length / 2);
    for (const line of lines) {
      const row = JSON.parse(line) as Record<string, unknown>;
      const back = readRow(row, format);
      const ids = JSON.stringify(back?.prompt);
      // Messages that no template takes side by side are one in a row.
      const [answer] = [...answers.values()]
        .filter(({ messages }) => missingIn(ids, piecesOf(messages)).length === 0)
        .sort((a, b) => b.messages.length - a.messages.length);
      expect(answer).toBeDefined();
      expect(missingIn(line, piecesOf(answer?.messages ?? []))).toEqual([]);
      // Of a row of openai the answer alone is learned.
      expect(back?.said[0]).toEqual(
        format === "openai"
          ? { ...answer?.challenger_message, weight: 1 }
          : answer?.challenger_message,
      );
      if (format === "preference") expect(back?.said[1]).toEqual(answer?.king_message);
      const tools = row["tools"];
      expect(typeof tools === "string" ? JSON.parse(tools) : tools).toEqual(answer?.tools);
    }
  },
);

test("no future leaves commit/: neither king, judges nor exports hold a word that comes later", () => {
  for (const answer of answers.values()) {
    const run = REAL_HISTORIES.find((one, at) => `${one.format}-${at}` === answer.instance_id);
    const at = answer.messages.length;
    const shown = JSON.stringify([answer.messages, answer.assistant_message, answer.assistant]);
    const later = piecesOf(run?.messages.slice(at + 1) ?? []).filter(
      ({ what, text }) =>
        (what === "content" || what === "argument") &&
        text.length >= 16 &&
        missingIn(shown, [{ what, text }]).length > 0,
    );
    for (const { request, item } of chat.seen) {
      if (!item.key.includes(`/${fileOf(answer)}`) || item.role === "challenger") continue;
      expect(missingIn(JSON.stringify(request), later)).toEqual(later);
    }
  }
});

function fileOf(answer: Answer): string {
  return [...answers].find(([, one]) => one === answer)?.[0] ?? "";
}

/** Forms with ids of calls as they were; elsewhere they are new, or a machine's affair and left out. */
const KEEPS_IDS = new Set(["openai", "prompt-completion", "preference", "kto"]);

test.each([
  ...FORMATS.filter((format) => format !== "stepwise").map((format) => ({ format: [format] })),
  ...TRAINERS.map((trainer) => ({ for: trainer })),
  { format: ["openai", "sharegpt", "alpaca", "chatml"] as const, unit: "run" as const },
])("rows of %j hold every call, argument and result, or are counted drops", async (flags) => {
  const output = mkdtempSync(join(root, "set-"));
  const summary = await exportTurns(loadConfig(root, {}), testDeps(root, chat), {
    ...OPTIONS,
    ...flags,
    ...("format" in flags ? { format: [...flags.format] } : {}),
    privileged: "future",
    output,
  });
  expect(summary).toMatchObject({ read: answers.size, kept: answers.size, dropped: {} });
  const files = readdirSync(output, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("train.jsonl"))
    .sort();
  expect(files.length).toBeGreaterThan(0);
  let rowsThere = 0;
  let without = 0;
  for (const file of files) {
    const written = rowsIn(join(output, file));
    rowsThere += written.length;
    for (const { messages, instance_id, challenger_message: said } of answers.values()) {
      const keepsIds = "format" in flags && flags.format.every((one) => KEEPS_IDS.has(one));
      const pieces = (of: readonly Message[]): Piece[] =>
        piecesOf(of).filter(({ what }) => keepsIds || what !== "id");
      const [before, answer] = [pieces(messages), pieces(said === undefined ? [] : [said])];
      const own = written.filter((row) => isOf(row, instance_id, [...before, ...answer]));
      if (own.length === 0) without++;
      for (const row of own) {
        expect(missingIn(JSON.stringify(row), before)).toEqual([]);
        expect(strayResults(row)).toEqual([]);
      }
      // Of kto's two rows one has the answer that lost.
      const missed = own.map((row) => missingIn(JSON.stringify(row), answer));
      if (own.length > 0) expect(missed).toContainEqual([]);
    }
  }
  // What is in no row is in the counts: nothing is left out without one.
  const { format_reasons } = JSON.parse(
    readFileSync(join(output, "dataset_stats.json"), "utf8"),
  ) as { format_reasons: Record<string, number> };
  const dropped = Object.values(format_reasons).reduce((sum, count) => sum + count, 0);
  expect(without).toBeLessThanOrEqual(dropped);
  const isKto = (file: string): boolean =>
    /kto/.test(file) || ("format" in flags && flags.format[0] === "kto");
  const most = files.reduce((sum, file) => sum + (isKto(file) ? 2 : 1) * answers.size, 0);
  expect(rowsThere + dropped).toBe(most);
});

const rowsIn = (path: string): Record<string, unknown>[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** By its metadata; a row of openai, which has none, by what is in it. */
function isOf(row: Record<string, unknown>, instance: string, wanted: readonly Piece[]): boolean {
  const about = row["metadata"] as { instance_id?: string } | undefined;
  return about === undefined
    ? missingIn(JSON.stringify(row), wanted).length === 0
    : about.instance_id === instance;
}

/** Results whose call does not stand before them; rows without messages have none. */
function strayResults(row: Record<string, unknown>): string[] {
  const list = (row["messages"] ?? row["prompt"] ?? []) as unknown;
  const calls = new Set<string>();
  const stray: string[] = [];
  for (const message of Array.isArray(list) ? (list as RowMessage[]) : []) {
    for (const { id } of message.tool_calls ?? []) calls.add(id);
    const result = message.tool_call_id ?? "";
    if (result !== "" && !calls.has(result)) stray.push(result);
  }
  return stray;
}
type RowMessage = { tool_calls?: { id: string }[] | null; tool_call_id?: string | null };

test.each(TARGETS)("runs converted to %s hold every call, id, argument and result", async (to) => {
  const lines: string[] = [];
  const summary = await convert(loadConfig(root, {}), {
    input: "runs.jsonl",
    to,
    skipBad: false,
    write: (line) => void lines.push(line),
  });
  expect(summary).toMatchObject({ written: rows.length, skipped: {}, dropped: {} });
  for (const [at, { messages }] of REAL_HISTORIES.entries()) {
    expect(missingIn(lines[at] ?? "", piecesOf(messages))).toEqual([]);
  }
});
