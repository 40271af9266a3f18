import { expect, test } from "vitest";
import {
  eventsOf,
  historyHashes,
  historyOf,
  typeOf,
  type Rollout,
} from "../../../src/core/actions/events.ts";
import {
  proposerExample,
  verifierExample,
  NEXT_ACTION_QUESTION,
} from "../../../src/core/actions/examples.ts";
import { actionsElsewhere, type PlacedAction } from "../../../src/core/actions/elsewhere.ts";
import { rejectedFor, siblingsOf } from "../../../src/core/actions/rejected.ts";
import { singleTurn } from "../../../src/core/actions/rollout.ts";
import type { Message } from "../../../src/records/message.ts";

const bash = (command: string): string => `Next.\n\n\`\`\`bash\n${command}\n\`\`\``;
const rollout = (id: string, resolved: boolean | null, commands: readonly string[]): Rollout => {
  const messages: Message[] = [
    { role: "system", content: "s" },
    { role: "user", content: "issue" },
  ];
  for (const command of commands) {
    messages.push({ role: "assistant", content: bash(command) });
    messages.push({ role: "user", content: `<returncode>0</returncode>${command}` });
  }
  return {
    source: "swe",
    instance_id: "o__r-1",
    repo: "o/r",
    id,
    resolved,
    messages,
    calls: messages,
    demos: new Set(),
  };
};
const first = (run: Rollout) => {
  const [event] = eventsOf(run);
  if (event === undefined) throw new Error("no event");
  return event;
};
const rng = (): number => 0;

test("the rejected action is what another run did after the same history, a failed run first", () => {
  const good = rollout("a", true, ["ls", "cat a"]);
  const alsoGood = rollout("b", true, ["pwd"]);
  const failed = rollout("c", false, ["rm a"]);
  expect(rejectedFor(first(good), siblingsOf([good, alsoGood, failed]), rng)).toEqual({
    content: bash("rm a"),
    action_type: "file_write",
    origin: "rollout",
    synthetic_kind: null,
  });
});

test("the same action of another run is no other action", () => {
  const good = rollout("a", true, ["ls"]);
  const same = rollout("b", false, ["ls"]);
  expect(rejectedFor(first(good), siblingsOf([good, same]), rng)?.origin).toBe("synthetic");
});

test.each([
  ["borrowed", [rollout("a", true, ["ls", "cat a"]), rollout("b", false, ["pwd", "cat b"])], 1],
  ["later", [rollout("a", true, ["ls", "cat a", "cat b", "cat c"])], 1],
  ["repeated", [rollout("a", true, ["ls", "cat a"])], 1],
  ["submitted", [rollout("a", true, ["ls"])], 0],
] as const)("without such a run it is made up and says so: %s", (kind, runs, turn) => {
  const event = eventsOf(runs[0])[turn];
  const made = event && rejectedFor(event, siblingsOf(runs), rng);
  expect(made).toMatchObject({ origin: "synthetic", synthetic_kind: kind });
  expect(made?.content).not.toBe(event?.content);
});

test("a lone submission has no other action", () => {
  const run = rollout("a", true, []);
  const only = singleTurn(
    run.messages,
    "THOUGHT: This should be done.\n\n```bash\necho COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT\n```",
    run,
  );
  const built = verifierExample(
    first(only),
    "o/r",
    rejectedFor(first(only), siblingsOf([only]), rng),
  );
  expect(built).toEqual({
    ok: false,
    skip: {
      instance_id: "o__r-1",
      reason: "no_other_action",
      source_fields: { has_resolved: true },
      length: 85,
    },
  });
});

test("equal histories have equal hashes, others do not", () => {
  const a = historyHashes(rollout("a", true, ["ls", "pwd"]).messages);
  const b = historyHashes(rollout("b", true, ["ls", "id"]).messages);
  expect(a.slice(0, 5)).toEqual(b.slice(0, 5));
  expect(a[5]).not.toBe(b[5]);
});

test("the history is the same before and after hints are added, in every row of the run", () => {
  const run = rollout("a", true, ["ls", "cat a", "cat b"]);
  const before = structuredClone(run.messages);
  const events = eventsOf(run);
  const built = events.map((event) => proposerExample(event, "g"));
  const pairs = events.map((event) =>
    verifierExample(event, "g", rejectedFor(event, siblingsOf([run]), rng)),
  );
  // Whoever gets a row may add to it: no other row may see that.
  for (const one of [...built, ...pairs]) {
    if (one.ok)
      for (const message of one.example.prompt) Object.assign(message, { content: "hint" });
  }
  expect(run.messages).toEqual(before);
  expect(events.map(historyOf)).toEqual(events.map((event) => before.slice(0, event.at)));
});

test("a proposer row is the history, the question, and type and turn as the answer", () => {
  const event = first(rollout("a", null, ["grep x y"]));
  const built = proposerExample(event, "o/r");
  expect(built.ok && built.example).toMatchObject({
    kind: "sft",
    prompt: [
      { role: "system" },
      { role: "user", content: "issue" },
      { role: "user", content: NEXT_ACTION_QUESTION },
    ],
    answer: `ACTION: retrieval\n\n${bash("grep x y")}`,
    metadata: { source: "swe", turn: 0, resolved: false, action_type: "retrieval" },
  });
});

test("the type of a turn sees the observation before it", () => {
  const run = rollout("a", true, ["python t.py", "sed -i s/a/b/ t.py"]);
  const failed = run.messages.map((message, at) =>
    at === 3
      ? { ...message, content: "<returncode>1</returncode>\nTraceback (most recent call last)" }
      : message,
  );
  const [, event] = eventsOf({ ...run, messages: failed, calls: failed });
  expect(event && typeOf(event)).toBe("repair");
});

test("of a ready turn only the answer is an event", () => {
  const run = rollout("a", true, ["ls", "pwd"]);
  expect(eventsOf(singleTurn(run.messages, bash("id"), run)).map(({ content }) => content)).toEqual(
    [bash("id")],
  );
});

test("what runs of other instances did at the same turn comes before a later turn of the same run", () => {
  const run = rollout("a", true, ["ls", "cat a", "cat b", "cat c"]);
  const event = first(run);
  const placed = (over: Partial<PlacedAction>): PlacedAction => ({
    content: bash("find ."),
    seen: { content: bash("find .") },
    isCall: false,
    instance_id: "x__y-1",
    repo: "x/y",
    resolved: null,
    group: "x/y",
    ...over,
  });
  const of = (...elsewhere: PlacedAction[]) =>
    rejectedFor(event, siblingsOf([run]), rng, elsewhere);
  expect(of(placed({}))).toEqual({
    content: bash("find ."),
    action_type: "retrieval",
    origin: "synthetic",
    synthetic_kind: "position",
  });
  // The same action, another form, or the same instance is no other action.
  for (const over of [{ content: bash("ls") }, { isCall: true }, { instance_id: "o__r-1" }]) {
    expect(of(placed(over))?.synthetic_kind).toBe("later");
  }
  // Of the same repository first.
  const near = placed({ content: bash("pwd"), repo: "o/r" });
  expect(of(placed({}), near)?.content).toBe(bash("pwd"));
  const kept = actionsElsewhere();
  kept.offer(event, "g", "b");
  kept.offer(first(rollout("b", false, ["pwd"])), "g", "a");
  expect(kept.at(event).map(({ content }) => content)).toEqual([bash("pwd"), bash("ls")]);
});
