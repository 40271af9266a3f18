/**
 * npm run bench:chat: the model client against a loopback server in its own process (fixed latency
 * 200 ms, prompts of 30 kB, answers of 1.5 kB). Prints wall over ideal (calls sent x latency / C), CPU
 * seconds per 1,000 calls and peak memory, each beside its target; with promptfoo on PATH or in
 * node_modules, the same job there.
 */
import { against } from "./chat-figures.ts";
import { LATENCY_MS, measure, type Ran, type Row } from "./chat-jobs.ts";
import { beside, findPromptfoo } from "./chat-promptfoo.ts";

const FAULTS = {
  "429": 0.1,
  "500": 0.03,
  reset_before: 0.02,
  cut_json: 0.01,
  html: 0.01,
  null_content: 0.01,
};

/** Who else reads the same replies. */
const BESIDE = [
  { kind: "bare", who: "bare openai client" },
  { kind: "fetch", who: "plain fetch" },
  { kind: "http", who: "plain node:http" },
] as const;

const ROWS: readonly Row[] = [
  {
    name: "client alone, C = 64",
    kind: "client",
    concurrency: 64,
    calls: 6400,
    target: { wall: 1.12, cpu: 0.75, rss: 150 },
  },
  {
    name: "client alone, C = 256",
    kind: "client",
    concurrency: 256,
    calls: 10_240,
    target: { wall: 1.3, cpu: 0.55, rss: 260 },
  },
  {
    name: "client alone, C = 1,024",
    kind: "client",
    concurrency: 1024,
    calls: 10_240,
    target: { wall: 2.6, cpu: 0.5, rss: 460 },
  },
  ...[20, 100].map((events): Row => ({
    name: `streamed in ${events} events, C = 64`,
    kind: "client",
    concurrency: 64,
    calls: 3200,
    target: { wall: 1.3, cpu: 0.82 },
    events,
  })),
  ...BESIDE.flatMap(({ kind, who }) =>
    [0, 20, 100].map((events): Row => ({
      name: `${who}, ${events === 0 ? "whole" : `streamed in ${events} events`}, C = 64`,
      kind,
      concurrency: 64,
      calls: 3200,
      target: {},
      ...(events === 0 ? {} : { events }),
    })),
  ),
  {
    name: "client alone, C = 64, 18 % faults",
    kind: "client",
    concurrency: 64,
    calls: 6400,
    target: { wall: 1.35 },
    faults: FAULTS,
  },
  {
    name: "stage:king, C = 64, N = 1,280",
    kind: "king",
    concurrency: 64,
    calls: 1280,
    target: { wall: 1.3, cpu: 2.3, rss: 260 },
  },
  {
    name: "stage:king, C = 256, N = 5,120",
    kind: "king",
    concurrency: 256,
    calls: 5120,
    target: { wall: 2.05, cpu: 1.9, rss: 340 },
  },
  {
    name: "stage:king, C = 256, N = 20,480",
    kind: "king",
    concurrency: 256,
    calls: 20_480,
    target: { wall: 1.9, cpu: 1.9, rss: 370 },
  },
];

const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith("--"));
const rows = ROWS.filter(
  ({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)),
);
for (const row of rows) {
  const ran = await measure(row);
  print(row, ran);
}
const promptfoo = wanted.length === 0 || wanted.includes("promptfoo") ? findPromptfoo() : null;
if (promptfoo !== null) await beside(promptfoo);
else process.stdout.write("promptfoo is not on PATH and not in node_modules: not run beside it\n");

// ---------------------------------------------------------------------------------------------

function print(row: Row, ran: Ran): void {
  const { target, concurrency } = row;
  const idealMs = (ran.calls * LATENCY_MS) / concurrency;
  const perThousand = ran.cpuS / (ran.calls / 1000);
  const parts = [
    `wall/ideal ${against(ran.wallMs / idealMs, target.wall)} (${(ran.wallMs / 1000).toFixed(1)} s of ${(idealMs / 1000).toFixed(1)} s)`,
    `CPU s/1,000 calls ${against(perThousand, target.cpu)}`,
    `peak RSS MB ${against(ran.rssMb, target.rss)}`,
    `${ran.calls} calls, ${ran.unanswered} items unanswered`,
  ];
  process.stdout.write(`${row.name}\n  ${parts.join("\n  ")}\n`);
}
