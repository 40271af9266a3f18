/** Readers of sessions and runs, a format each: found as a person's folder is looked through, and read. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { findLogs } from "../../../src/drawing/logs/find.ts";
import { readLog } from "../../../src/drawing/logs/read.ts";
import { put, type FuzzReader } from "./fuzz.ts";

const FIXTURES = "test/fixtures/formats";
/** Longer files are cut behind a line: what parsers stumble over does not take more. */
const MOST_BYTES = 6_000;

type Session = {
  readonly name: string;
  /** Below the fixtures. */
  readonly seeds: readonly string[];
  /** Where the input lies; default: the first seed's name. */
  readonly as?: string;
  /** Files beside it, by their path there. */
  readonly beside?: Readonly<Record<string, string>>;
};

const TRIAL = "atif/fix-add__a1b2c3d";
const EVENTS = "openhands_sdk/86b77eeec5914e3c80c383b85026317c";
const TASK = "cline/1795856316773_hp7lx/1795856316773_hp7lx";
const CODEX = "codex/rollout-2026-11-28T08-24-";

const SESSIONS: readonly Session[] = [
  {
    name: "Claude Code",
    seeds: [
      "claude_code/1ca54586-7339-4bd0-8d65-48758f09c144.jsonl",
      "claude_code/1ca54586-7339-4bd0-8d65-48758f09c144/subagents/agent-ab0938f7209966b3f.jsonl",
    ],
  },
  {
    name: "Codex",
    seeds: [
      `${CODEX}29-01a22141-7b9a-7a73-9379-eeccdd949b1e.jsonl`,
      `${CODEX}30-01a22141-7ea6-7030-84f6-4eb0096a9478.jsonl`,
    ],
  },
  { name: "Cline", seeds: [`${TASK}.messages.json`] },
  {
    name: "Cline, its task",
    seeds: [`${TASK}.json`],
    beside: { "a.messages.json": `${TASK}.messages.json` },
    as: "a.json",
  },
  {
    name: "Gemini CLI",
    seeds: [
      "gemini/session-2026-11-28T08-37-e4f5c7b2.jsonl",
      "gemini/session-2026-11-28T08-39-e4f5c7b2.jsonl",
    ],
  },
  { name: "Qwen Code", seeds: ["qwen/chats/d053ae3c-ab97-480a-936a-8ee2b661e486.jsonl"] },
  { name: "pi", seeds: ["pi/2026-11-28T08-34-47-207Z_01a2214a-e925-7242-a70f-dfcfd685127b.jsonl"] },
  {
    name: "OpenCode",
    seeds: ["opencode/ses_ddebb5edbffelkWHHFINd1TJHH.json"],
  },
  { name: "OpenCode, database", seeds: ["opencode/opencode.db"] },
  { name: "OpenClaw, database", seeds: ["openclaw/openclaw-agent.sqlite"] },
  {
    name: "OpenHands, events",
    seeds: [
      `${EVENTS}/events/event-00001-58de9c26-0f7d-45e3-8dd0-5e2dc64d0fa1.json`,
      `${EVENTS}/events/event-00004-8dfab922-6fbc-4226-aa25-67a5ac111796.json`,
    ],
    as: "events/event-00000-a.json",
    beside: { "base_state.json": `${EVENTS}/base_state.json` },
  },
  {
    name: "OpenHands, state",
    seeds: [`${EVENTS}/base_state.json`],
    as: "base_state.json",
    beside: {
      "events/event-00000-a.json": `${EVENTS}/events/event-00001-58de9c26-0f7d-45e3-8dd0-5e2dc64d0fa1.json`,
    },
  },
  {
    name: "mini-swe-agent",
    seeds: ["text", "tool", "limit"].map((name) => `mini_swe_agent/${name}.traj.json`),
  },
  { name: "SWE-agent", seeds: ["swe_agent/acme__widget-lim/acme__widget-lim.traj"] },
  { name: "inspect", seeds: ["inspect/basic.json"] },
  { name: "inspect, packed", seeds: ["inspect/limit.eval"] },
  {
    name: "ATIF",
    seeds: [`${TRIAL}/agent/trajectory.json`],
    as: "trial/agent/trajectory.json",
    beside: { "trial/result.json": `${TRIAL}/result.json` },
  },
  {
    name: "Harbor's result",
    seeds: [`${TRIAL}/result.json`],
    as: "trial/result.json",
    beside: { "trial/agent/trajectory.json": `${TRIAL}/agent/trajectory.json` },
  },
];

const isBinary = (name: string): boolean => /\.(?:db|sqlite|eval)$/.test(name);

function seedOf(name: string): Buffer {
  const bytes = readFileSync(join(FIXTURES, name));
  if (isBinary(name) || bytes.length <= MOST_BYTES || !name.endsWith("l")) return bytes;
  return bytes.subarray(0, bytes.lastIndexOf(10, MOST_BYTES) + 1);
}

function readerOf({
  name,
  seeds,
  as = basename(seeds[0] ?? ""),
  beside = {},
}: Session): FuzzReader {
  return {
    name,
    seeds: seeds.map(seedOf),
    async read(bytes, folder) {
      const path = put(bytes, folder, as);
      const others = Object.entries(beside).map(([to, from]) => {
        const there = join(folder, to);
        return existsSync(there) ? there : put(seedOf(from), folder, to);
      });
      return readAll([path, ...others]);
    },
  };
}

/** Documents are read packed as well; the reader keeps the last one, so the name changes. */
let packed = 0;

async function readPacked(bytes: Uint8Array, folder: string): Promise<unknown> {
  const isGzip = bytes[0] === 0x1f;
  const path = put(isGzip ? bytes : gzipSync(bytes), folder, `${++packed % 50}.json.gz`);
  const found = await readAll([path]);
  rmSync(path);
  return found;
}

async function readAll(paths: readonly string[]): Promise<number> {
  let runs = 0;
  for await (const found of findLogs(paths)) {
    if (found.kind !== "log") continue;
    for await (const reading of readLog(found, () => Promise.resolve(null)))
      runs += reading.runs.length;
  }
  return runs;
}

const aider = Buffer.from(
  "TO LLM 2026-11-28T08:00:00\n-------\nSYSTEM rules\n-------\nUSER mend it\nLLM RESPONSE 2026-11-28T08:00:01\nASSISTANT done\n",
);

export const SESSION_READERS: readonly FuzzReader[] = [
  ...SESSIONS.map(readerOf),
  {
    name: "documents, packed",
    seeds: [seedOf("inspect/basic.json"), gzipSync(seedOf("inspect/basic.json"))],
    read: readPacked,
  },
  {
    name: "aider",
    seeds: [aider],
    read: (bytes, folder) => readAll([put(bytes, folder, "llm.history")]),
  },
];
