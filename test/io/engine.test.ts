import { expect, test } from "vitest";
import { localEngine } from "../../src/io/engine.ts";
import type { Chat, ChatFailure, Outcome, WorkItem } from "../../src/work.ts";
import { replyOf, scriptedChat } from "../support/chat.ts";

const work = (key: string, model = "m"): WorkItem => ({
  stage: "validate",
  key,
  role: "judge",
  request: {
    provider: "p",
    model,
    messages: [{ role: "user", content: key }],
    temperature: 0,
    max_tokens: 1,
    tag: { role: "judge", history_hash: "h", attempt: 1 },
  },
});

const never = new AbortController().signal;
const nothing = async (): Promise<WorkItem[]> => [];
const ok = (content = "x"): Outcome => ({ ok: true, reply: replyOf(content) });
const failure = (kind: ChatFailure["kind"], closed = false): Outcome => ({
  ok: false,
  failure: { kind, message: `${kind}!`, ...(closed ? { closed: true } : {}) },
});

/** A chat whose calls are answered by hand. */
function heldChat(): { chat: Chat; held: Map<string, (outcome: Outcome) => void> } {
  const held = new Map<string, (outcome: Outcome) => void>();
  const chat: Chat = (_request, { key }) => new Promise((resolve) => held.set(key, resolve));
  return { chat, held };
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
};

test("the list is read only as far as the window, whatever its length", async () => {
  const { chat, held } = heldChat();
  let read = 0;
  function* list(): Generator<WorkItem> {
    for (let i = 0; i < 100_000; i++) {
      read++;
      yield work(`k${i}`);
    }
  }
  const stopping = new AbortController();
  const report = localEngine({ chat, window: 10, signal: stopping.signal })(list(), nothing);
  await settle();
  expect(read).toBe(10);
  held.get("k3")?.(ok());
  await settle();
  expect(read).toBe(11);
  stopping.abort();
  for (const [key, answer] of held) if (key !== "k3") answer(ok());
  expect(await report).toMatchObject({ asked: 11, stopped: { why: "interrupted" } });
  expect(read).toBe(11);
});

test("follow-ups are asked next, before items that were not begun", async () => {
  const chat = scriptedChat(() => "x");
  const report = await localEngine({ chat, window: 1, signal: never })(
    [work("a"), work("b")],
    async (item) => (item.key === "a" ? [work("a2"), work("a3")] : []),
  );
  expect(chat.seen.map(({ item }) => item.key)).toEqual(["a", "a2", "a3", "b"]);
  expect(report).toEqual({ asked: 4, unanswered: 0, stopped: null, first_failures: [] });
});

test("a model that does not answer does not hold up another one's items", async () => {
  const { chat, held } = heldChat();
  const done: string[] = [];
  const list = Array.from({ length: 40 }, (_, i) => [
    work(`slow${i}`, "slow"),
    work(`fast${i}`, "fast"),
  ]).flat();
  const report = localEngine({ chat, window: 4, signal: never })(list, async (item) => {
    done.push(item.key);
    return [];
  });
  for (let i = 0; i < 40; i++) {
    await settle();
    held.get(`fast${i}`)?.(ok());
  }
  await settle();
  expect(done).toEqual(Array.from({ length: 40 }, (_, i) => `fast${i}`));
  expect([...held.keys()].filter((key) => key.startsWith("slow"))).toHaveLength(4);
  while (done.length < 80) {
    for (const answer of held.values()) answer(ok());
    await settle();
  }
  expect(await report).toMatchObject({ asked: 80, unanswered: 0 });
});

test("reading past a full model ends at a limit, so that memory stays flat", async () => {
  const { chat, held } = heldChat();
  let read = 0;
  function* list(): Generator<WorkItem> {
    yield work("fast", "fast");
    for (; read < 1000; read++) yield work(`s${String(read).padStart(3, "0")}`, "slow");
  }
  const stopping = new AbortController();
  const report = localEngine({ chat, window: 4, signal: stopping.signal, aheadChars: 100 })(
    list(),
    nothing,
  );
  await settle();
  // 4 in hand, then 4 characters each until 100 are read ahead.
  expect(read).toBeGreaterThanOrEqual(25);
  expect(read).toBeLessThanOrEqual(30);
  stopping.abort();
  for (const answer of held.values()) answer(ok());
  expect((await report).stopped?.why).toBe("interrupted");
});

test("an interrupted run returns when what is in flight was filed, and says so", async () => {
  const { chat, held } = heldChat();
  const filed: string[] = [];
  const stopping = new AbortController();
  let returned = false;
  async function* list(): AsyncGenerator<WorkItem> {
    try {
      for (let i = 0; ; i++) yield work(`k${i}`);
    } finally {
      returned = true;
    }
  }
  const report = localEngine({ chat, window: 2, signal: stopping.signal })(list(), async (item) => {
    filed.push(item.key);
    return [work("follow-up")];
  });
  await settle();
  stopping.abort();
  await settle();
  expect(filed).toEqual([]);
  held.get("k0")?.(ok());
  held.get("k1")?.(failure("interrupted"));
  expect(await report).toEqual({
    asked: 2,
    unanswered: 3,
    stopped: { why: "interrupted", message: "stopped by Ctrl-C" },
    first_failures: ["m: interrupted!"],
  });
  expect(filed).toEqual(["k0", "k1"]);
  expect(returned).toBe(true);
});

test("a budget that is used up stops the run, and all that was not asked is counted", async () => {
  const chat = scriptedChat((_request, { key }) => (key === "k2" ? failure("budget") : "x"));
  const list = Array.from({ length: 10 }, (_, i) => work(`k${i}`));
  const left: string[] = [];
  const engine = localEngine({ chat, window: 1, signal: never });
  const report = await engine(list, nothing, ({ key }) => left.push(key));
  expect(left).toEqual(["k3", "k4", "k5", "k6", "k7", "k8", "k9"]);
  expect(report).toEqual({
    asked: 3,
    unanswered: 8,
    stopped: { why: "budget", message: "budget!" },
    first_failures: ["m: budget!"],
  });
});

test("a run stops early when every model is out of order", async () => {
  const chat = scriptedChat(() => failure("provider", true));
  const list = Array.from({ length: 100 }, (_, i) => work(`k${i}`, i % 2 === 0 ? "a" : "b"));
  const report = await localEngine({ chat, window: 1, signal: never })(list, nothing);
  expect(report.unanswered).toBe(100);
  expect(report.asked).toBeLessThanOrEqual(4);
  expect(report.stopped).toEqual({ why: "provider", message: "a: provider!" });
});

test("a run goes on when only one of its models is out of order", async () => {
  const chat = scriptedChat(({ model }) => (model === "a" ? failure("provider", true) : "x"));
  const list = Array.from({ length: 100 }, (_, i) => work(`k${i}`, i % 2 === 0 ? "a" : "b"));
  let left = 0;
  const engine = localEngine({ chat, window: 2, signal: never });
  const report = await engine(list, nothing, ({ request }) => {
    expect(request.model).toBe("a");
    left++;
  });
  // Those that the closed model was asked are answered for: with a failure.
  expect(left).toBe(150 - report.asked - 50);
  expect(report).toMatchObject({ unanswered: 50, stopped: null, first_failures: ["a: provider!"] });
});

test("an item's own fault is no item left for the next run", async () => {
  const chat = scriptedChat(() => failure("context_too_long"));
  const report = await localEngine({ chat, window: 2, signal: never })([work("a")], nothing);
  expect(report).toMatchObject({ asked: 1, unanswered: 0, stopped: null });
});

test.each([
  [
    "filing an outcome",
    async (): Promise<WorkItem[]> => Promise.reject(new Error("disk full")),
    false,
  ],
  ["reading the list", nothing, true],
])("a crash while %s comes out after what is in flight was filed", async (_name, file, broken) => {
  let filed = 0;
  function* list(): Generator<WorkItem> {
    yield work("a");
    yield work("b");
    if (broken) throw new Error("disk full");
  }
  const chat = scriptedChat(() => "x");
  const run = localEngine({ chat, window: 5, signal: never })(list(), async () => {
    filed++;
    return file();
  });
  await expect(run).rejects.toThrow("disk full");
  expect(filed).toBe(2);
});

test("what is no longer wanted when its turn comes is left for the next run, also from a full lane", async () => {
  const { chat, held } = heldChat();
  let muted = false;
  const left: string[] = [];
  const report = localEngine({ chat, window: 1, signal: never })(
    [work("a", "quick"), work("b"), work("c"), work("d", "quick")],
    async ({ request }) => {
      muted ||= request.model === "m";
      return [];
    },
    ({ key }) => left.push(key),
    ({ request }) => !muted || request.model === "quick",
  );
  await settle();
  held.get("a")?.(ok());
  await settle();
  held.get("b")?.(ok());
  held.get("d")?.(ok());
  expect(await report).toMatchObject({ asked: 3, unanswered: 1, stopped: null });
  expect(left).toEqual(["c"]);
});
