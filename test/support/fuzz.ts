/**
 * Every reader of foreign input, fed with bytes of chance and with real inputs that were cut, doubled and
 * edited. A reader may say no by a UserError; it may not crash, hang or take the memory.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { loadConfig, parseConfig } from "../../src/config.ts";
import { exactTokens } from "../../src/core/dataset/tokenizer.ts";
import { jinjaRenderer } from "../../src/core/template/render.ts";
import { chatTemplate } from "../../src/core/template/source.ts";
import { findInjections } from "../../src/core/duel/injection.ts";
import { maskSecrets } from "../../src/core/secrets/mask.ts";
import { checkForm } from "../../src/core/turn/form.ts";
import { UserError } from "../../src/errors.ts";
import { rowReader } from "../../src/io/dataset/lines.ts";
import { openJsonl } from "../../src/io/jsonl.ts";
import { openLedger } from "../../src/io/ledger.ts";
import { openParquet } from "../../src/io/parquet.ts";
import { openStore } from "../../src/io/store.ts";
import { openTraj } from "../../src/io/traj.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { reviewSchema } from "../../src/records/review.ts";
import { scoreSchema } from "../../src/records/score.ts";
import { recordedAnswers } from "./duel.ts";
import { wordLevel } from "./tokenizer.ts";

export type FuzzReader = {
  readonly name: string;
  /** Real inputs, to be edited. */
  readonly seeds: readonly Uint8Array[];
  /** Reads one input; throws a UserError for what it refuses. @param folder of its own, empty of others. */
  readonly read: (bytes: Uint8Array, folder: string) => unknown;
};

export type FuzzCount = {
  readonly reader: string;
  readonly inputs: number;
  /** Read, or refused by a UserError. */
  readonly read: number;
  readonly refused: number;
  /** Anything else that was thrown: the first few, with the input in base64. */
  readonly crashes: readonly string[];
  readonly slowestMs: number;
  /** Of the process, after the last input. */
  readonly peakMb: number;
};

/** Feeds a reader. Same seed, same inputs. */
export async function fuzz(reader: FuzzReader, inputs: number, seed: number): Promise<FuzzCount> {
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-fuzz-"));
  const crashes: string[] = [];
  let [read, refused, slowestMs] = [0, 0, 0];
  try {
    for (let from = 0; from < inputs; from += BATCH) {
      const numRuns = Math.min(BATCH, inputs - from);
      for (const bytes of fc.sample(inputsOf(reader.seeds), { seed: seed + from, numRuns })) {
        const start = performance.now();
        try {
          await reader.read(bytes, folder);
          read++;
        } catch (error) {
          if (error instanceof UserError) refused++;
          else if (crashes.length < 5) {
            crashes.push(
              `${String(error)}: ${Buffer.from(bytes).toString("base64").slice(0, 2000)}`,
            );
          }
        }
        slowestMs = Math.max(slowestMs, performance.now() - start);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  return { reader: reader.name, inputs, read, refused, crashes, slowestMs, peakMb };
}

const BATCH = 250;

type Edit = readonly [kind: number, at: number, length: number, bytes: Uint8Array];

/** Bytes of chance, texts of chance, and edited seeds. */
function inputsOf(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const text = fc.string({ unit: "binary", maxLength: 100 }).map((one) => Buffer.from(one));
  const edits = fc.array(
    fc.tuple(fc.nat(5), fc.nat(1 << 20), fc.nat(64), fc.oneof(bytes, constants)),
    { minLength: 1, maxLength: 6 },
  );
  const edited = fc
    .tuple(fc.constantFrom(...seeds), edits)
    .map(([given, changes]) => changes.reduce(withEdit, Buffer.from(given)));
  return fc.oneof(
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: text },
    { weight: 4, arbitrary: edited },
  );
}

/** What parsers stumble over. */
const constants = fc
  .constantFrom(
    "{",
    "[[[[[[[[",
    '"',
    "\\",
    "\0",
    "\n",
    "\r\n",
    "null",
    "1e999",
    "__proto__",
    '{"a":',
    "\uFEFF",
    "\u2028",
    "9".repeat(40),
    "[".repeat(5000),
    '{"a":'.repeat(3000),
  )
  .map((one) => Buffer.from(one));

function withEdit(given: Buffer, [kind, place, length, bytes]: Edit): Buffer {
  const at = given.length === 0 ? 0 : place % given.length;
  const end = Math.min(given.length, at + length);
  switch (kind) {
    case 0:
      return given.subarray(0, at);
    case 1:
      return Buffer.concat([given.subarray(0, at), given.subarray(end)]);
    case 2:
      return Buffer.concat([given.subarray(0, at), bytes, given.subarray(at)]);
    case 3:
      return Buffer.concat([given.subarray(0, at), bytes, given.subarray(end)]);
    case 4:
      return Buffer.concat([given.subarray(0, end), given.subarray(at)]);
    default: {
      const flipped = Buffer.from(given);
      if (flipped.length > 0) flipped[at] = (flipped[at] ?? 0) ^ (1 << (length & 7));
      return flipped;
    }
  }
}

// ---------------------------------------------------------------------------------------------

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

/** Writes the input where a reader finds it. */
function put(bytes: Uint8Array, folder: string, name: string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const lines = (file: string): Buffer => readFileSync(file);
const answers = Object.values(recordedAnswers()).slice(0, 3);
const trajectories = lines("test/fixtures/real/toolcall_conversations.jsonl").subarray(0, 40_000);
const call = { stage: "king", item: "king/a/1", role: "king", provider: "p", model: "m" };
const counts = { tokens_in: 1, tokens_cached: 0, tokens_out: 1, tokens_reasoning: 0, usd: null };
const ledgerLine = (event: string): object => ({
  id: "a-1",
  event,
  time: "2026-01-01T00:00:00.000Z",
  latency_ms: null,
  outcome: null,
  ...call,
  ...counts,
});
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
const SCORE = {
  file: "a.json",
  instance_id: "a",
  mode: 2,
  score: 50,
  metrics: { correctness: 50, grounding: 50, progress: 50, protocol: 50, efficiency: 50 },
  judges: [],
  style: "look",
  pending: 0,
  disqualified: null,
  config_hash: "h",
  parsed: true,
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

export const FUZZ_READERS: readonly FuzzReader[] = [
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
    seeds: [gzipSync(trajectories), gzipSync(Buffer.alloc(1 << 20, "{}\n"))],
    read: async (bytes, folder) =>
      rowsOf(await openJsonl(put(bytes, folder, "a.jsonl.gz"), { skipBad: true })),
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
  ...(
    [
      ["answer", answerSchema, answers],
      ["score", scoreSchema, [SCORE]],
      [
        "review",
        reviewSchema,
        [{ file: "a", verdict: 1, bucket: null, note: "", time: "", pair_hash: "" }],
      ],
    ] as const
  ).map(([name, schema, values]): FuzzReader => ({
    name,
    seeds: values.map(json),
    read(bytes, folder) {
      put(bytes, folder, "a.json");
      return openStore(folder).read<unknown>("a.json", schema);
    },
  })),
  {
    name: "ledger",
    seeds: [
      Buffer.from(
        `${JSON.stringify(ledgerLine("intent"))}\n${JSON.stringify(ledgerLine("outcome"))}\n`,
      ),
    ],
    async read(bytes, folder) {
      openStore(folder);
      rmSync(join(folder, "report"), { recursive: true, force: true });
      await openStore(folder).writeText("report/ledger.jsonl", "");
      put(bytes, join(folder, "report"), "ledger.jsonl");
      const ledger = openLedger(folder, () => new Date(0));
      await ledger.close();
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
