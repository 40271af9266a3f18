/** Readers of files that people and other programs hand in, but for sessions. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { loadConfig, parseConfig } from "../../../src/config.ts";
import { exactTokens } from "../../../src/core/dataset/tokenizer.ts";
import { jinjaRenderer } from "../../../src/core/template/render.ts";
import { chatTemplate } from "../../../src/core/template/source.ts";
import { findInjections } from "../../../src/core/duel/injection.ts";
import { maskSecrets } from "../../../src/core/secrets/mask.ts";
import { checkForm } from "../../../src/core/turn/form.ts";
import { UserError } from "../../../src/errors.ts";
import { rowReader } from "../../../src/io/dataset/lines.ts";
import { openJsonl } from "../../../src/io/jsonl.ts";
import { openParquet } from "../../../src/io/parquet.ts";
import { openTraj } from "../../../src/io/traj.ts";
import { recordedAnswers } from "../duel.ts";
import { wordLevel } from "../tokenizer.ts";
import { json, put, type FuzzReader } from "./fuzz.ts";

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

const lines = (file: string): Buffer => readFileSync(file);
const answers = Object.values(recordedAnswers()).slice(0, 3);
const trajectories = lines("test/fixtures/real/toolcall_conversations.jsonl").subarray(0, 40_000);
const CONVERSATION = [
  { role: "user", content: "U" },
  { role: "assistant", content: "A" },
];

const PARQUET = {
  columnData: [
    { name: "instance_id", data: ["a", "b", "c"], type: "STRING" as const },
    {
      name: "messages",
      data: CONVERSATION.map(({ content }) => content.repeat(50)).concat("x"),
      type: "STRING" as const,
    },
    { name: "turn", data: [1, 2, 3], type: "INT32" as const },
  ],
};
async function rowsOf(file: {
  rows: number;
  read(rows: readonly number[]): Promise<readonly unknown[]>;
}): Promise<unknown> {
  return file.read(Array.from({ length: Math.min(file.rows, 3) }, (_, row) => row));
}

/** A value that JSON says, or the refusal that its reader would give. */
function valueOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch {
    throw new UserError("it is not JSON", "fetch the file again");
  }
}

export const FILE_READERS: readonly FuzzReader[] = [
  {
    name: "JSON Lines",
    seeds: [trajectories, lines("sample/prs.jsonl").subarray(0, 20_000)],
    async read(bytes, folder) {
      const path = put(bytes, folder, "a.jsonl");
      for await (const batch of rowReader(true).rows(path)) for (const { row } of batch) void row;
      return rowsOf(await openJsonl(path, { skipBad: (bytes[0] ?? 0) % 2 === 0 }));
    },
  },
  {
    name: "JSON Lines, packed",
    seeds: [gzipSync(trajectories), gzipSync(Buffer.alloc(1 << 14, "{}\n")), trajectories],
    // Half of them are packed after they were edited: what was edited when packed hardly ever unpacks.
    read: async (bytes, folder) =>
      rowsOf(
        await openJsonl(put(bytes[0] === 0x1f ? bytes : gzipSync(bytes), folder, "a.jsonl.gz"), {
          skipBad: (bytes[0] ?? 0) % 2 === 0,
        }),
      ),
  },
  {
    name: "Parquet",
    seeds: [new Uint8Array(parquetWriteBuffer(PARQUET))],
    read: async (bytes, folder) => rowsOf(await openParquet(put(bytes, folder, "a.parquet"))),
  },
  {
    name: "traj.json",
    seeds: [
      json({ instance_id: "a", info: { exit_status: "x" }, messages: CONVERSATION }),
      json({ environment: "e", trajectory: [], history: CONVERSATION, info: { submission: "" } }),
      json([{ messages: CONVERSATION }]),
    ],
    read: async (bytes, folder) =>
      rowsOf(await openTraj(put(bytes, folder, "a.traj.json"), { skipBad: false })),
  },
  {
    name: ".env",
    seeds: [Buffer.from("CHUTES_API_KEY=abc\nexport HF_TOKEN='x'\n# c\nA=\"b\\nc\"\n")],
    read(bytes, folder) {
      put(bytes, folder, ".env");
      return loadConfig(folder, {});
    },
  },
  {
    name: "chain.toml",
    seeds: [lines("chain.toml"), lines("sample/chain.toml")],
    read: (bytes) => parseConfig(textOf(bytes), "chain.toml"),
  },
  {
    name: "tokenizer.json",
    seeds: [json(wordLevel(["a", "b"]))],
    read: (bytes) =>
      exactTokens(
        valueOf(bytes),
        "tokenizer.json",
      )({
        kind: "sft",
        prompt: CONVERSATION,
        answer: "a b c",
        group: "g",
        metadata: {},
      }),
  },
  {
    name: "tokenizer_config.json",
    seeds: [
      json({
        chat_template:
          "{% for m in messages %}{{ m['role'] }}: {{ m['content'] | trim }}{% if loop.last %}{{ eos_token }}{% endif %}{% endfor %}",
        eos_token: { content: "</s>" },
      }),
      json({ chat_template: [{ name: "default", template: "{{ messages[0].content }}" }] }),
    ],
    read: (bytes) => {
      const template = chatTemplate(
        { config: valueOf(bytes), jinja: null },
        "tokenizer_config.json",
      );
      return jinjaRenderer(
        template,
        "tokenizer_config.json",
        "2026-01-31",
      )({ messages: CONVERSATION });
    },
  },
  {
    name: "answers of models",
    seeds: answers.flatMap(({ king, challenger }) => [Buffer.from(king), Buffer.from(challenger)]),
    read: (bytes) => [
      checkForm(textOf(bytes)),
      findInjections(textOf(bytes)),
      maskSecrets(textOf(bytes)),
    ],
  },
];
