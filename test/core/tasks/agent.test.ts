/** The scripted agent, its judges, and what is compared of two runs. */
import { expect, test } from "vitest";
import { knowTask, scriptedReply, SKILLS, worthOf } from "../../../src/core/tasks/agent.ts";
import { compareObservations, steadyText } from "../../../src/core/tasks/replay.ts";
import {
  isWhole,
  namesSolution,
  passRate,
  saidHash,
  saidOf,
  wantedOf,
} from "../../../src/core/tasks/said.ts";
import { scriptedVerdict } from "../../../src/core/tasks/scripted-panel.ts";
import {
  observationOf,
  openingOf,
  stepCommand,
  taskIn,
  trajectoryOf,
} from "../../../src/core/tasks/trajectory.ts";
import { readMini } from "../../../src/core/formats/mini-swe-agent.ts";
import { commandOf } from "../../../src/core/turn/form.ts";
import { seededRng } from "../../../src/core/random.ts";
import { answerSchema } from "../../../src/records/answer.ts";
import { outcomeSchema } from "../../../src/records/outcome.ts";
import type { GymTask, Mutation } from "../../../src/records/gym-task.ts";
import type { Message } from "../../../src/records/message.ts";

const TEXT = "one\nif (a < b && b < c) x = 1;\ny = [2];\n";
const at = (line: number, start: number, before: string, after: string): Mutation => ({
  file: "lib/a.js",
  line,
  start,
  end: start + before.length,
  before,
  after,
  operator: "comparison",
});

const TASK: GymTask = {
  schema: 2,
  id: "gym__tiny-0123abcd",
  language: "javascript",
  package: "tiny",
  version: "1",
  hash: "sha512-x",
  licence: "MIT",
  mutation: at(2, TEXT.indexOf("< c"), "<", "<="),
  decoys: [at(2, TEXT.indexOf("< b"), "<", "<="), at(3, TEXT.indexOf("2"), "2", "3")],
  issue: "it fails",
  test_command: "node test.js",
  fail_to_pass: ["test.js::a"],
  pass_to_pass: ["test.js::b"],
  unsteady: 0,
  runtime: "Node 22",
  test_seconds: 1,
  seed: 42,
};
const known = knowTask(TASK, () => TEXT);
if (known === null) throw new Error("not known");
const [first, second] = known.decoys;

test("sed names the place by its line, and which of several on it", () => {
  expect(known.fix.command).toBe("sed -i '2s/<=/</' lib/a.js");
  expect(known.fix.undo).toBe("sed -i '2s/</<=/2' lib/a.js");
  expect(first?.command).toBe("sed -i '2s/</<=/' lib/a.js");
  expect(second?.command).toBe("sed -i '3s/2/3/' lib/a.js");
});

const say = (command: string): Message => ({
  role: "assistant",
  content: `THOUGHT: so.\n\n\`\`\`bash\n${command}\n\`\`\``,
});
const hear = (code: number): Message => ({ role: "user", content: observationOf(code, "said\n") });
const next = (skill: number, more: readonly Message[], purpose = "x"): string =>
  commandOf(scriptedReply(known, skill, [...openingOf(TASK), ...more], seededRng(1, purpose))) ??
  "";

test("full skill looks, mends, tests and submits", () => {
  expect(next(1, [])).toBe("sed -n '1,10p' lib/a.js");
  const looked = [say("ls"), hear(0)];
  expect(next(1, looked)).toBe(known.fix.command);
  const mended = [...looked, say(known.fix.command), hear(0)];
  expect(next(1, mended)).toBe("node test.js");
  expect(next(1, [...mended, say("node test.js"), hear(0)])).toContain("COMPLETE_TASK");
  expect(next(1, [...mended, say("node test.js"), hear(1)])).toBe(known.fix.command);
});

test("a mending takes back what another turn broke, whoever broke it", () => {
  const broken = [say(second?.command ?? ""), hear(0), say("node test.js"), hear(1)];
  expect(next(1, broken)).toBe(`${second?.undo} && ${known.fix.command}`);
});

test("no skill never mends, and does every wrong thing", () => {
  const looked = [say("ls"), hear(0)];
  const said = Array.from({ length: 60 }, (_, n) => next(0, looked, `n${n}`));
  expect(said.some((command) => command.includes(known.fix.command))).toBe(false);
  for (const kind of ["sed -i", "sed -n", "COMPLETE_TASK"])
    expect(said.some((command) => command.includes(kind))).toBe(true);
});

test("the same numbers give the same reply, and there are five skills in order", () => {
  expect(next(0.5, [], "a")).toBe(next(0.5, [], "a"));
  expect(SKILLS).toEqual([...SKILLS].sort((a, b) => a - b));
  expect(SKILLS).toHaveLength(5);
});

test("mending is worth more than looking, that more than breaking", () => {
  const worth = [
    known.fix.command,
    "sed -n '1,10p' lib/a.js",
    "ls",
    second?.command ?? "",
    null,
  ].map((command) => worthOf(known, command));
  expect(worth).toEqual([...worth].sort((a, b) => b - a));
  expect(new Set(worth.slice(0, 4)).size).toBe(4);
});

test("a scripted judge is right as often as it is said to be, in both orders alike", () => {
  let right = 0;
  const turns = 2000;
  for (let n = 0; n < turns; n++) {
    const votes = (["king_first", "challenger_first"] as const).map((order) => {
      const said = JSON.parse(
        scriptedVerdict({ king: 0, challenger: 1, accuracy: 0.8, order }, seededRng(n, "judge")),
      ) as Record<string, number>;
      const own = order === "king_first" ? 2 : 1;
      const wins = Object.values(said).filter((vote) => vote === own).length;
      const losses = Object.values(said).filter((vote) => vote === 3 - own).length;
      return wins - losses;
    });
    expect(votes[0]).toBe(votes[1]);
    if ((votes[0] ?? 0) > 0) right++;
  }
  expect(right / turns).toBeGreaterThan(0.77);
  expect(right / turns).toBeLessThan(0.83);
});

test.each([
  ["1 passed in 0.12s", "1 passed in 11.2s"],
  ["✔ was slow (120ms)\nnext", "✔ was slow\nnext"],
  ["# duration_ms 12.5", "# duration_ms 9"],
  ["at /tmp/pytest-of-u/x.py", "at /tmp/other/y.py"],
  ["<object at 0x7f00aa11bb22>", "<object at 0x7f99aa11bb00>"],
  ["2026-11-28T10:00:00Z up", "2026-11-29 11:01:02 up"],
  ["drwxr-xr-x 2 gym gym 4096 Nov 28 10:00 lib", "drwxr-xr-x 3 1000 1000 80 Nov 29 11:22 lib"],
  ["on localhost:3000", "on localhost:4123"],
])("%s and %s are the same", (a, b) => {
  expect(compareObservations(a, b).same).toBe(true);
});

test.each([
  ["1 passed in 0.12s", "2 passed in 0.12s"],
  ["expected 3", "expected 4"],
  ["<returncode>0</returncode>", "<returncode>1</returncode>"],
  ["lib/a.js", "lib/b.js"],
])("%s and %s are not", (a, b) => {
  expect(compareObservations(a, b).same).toBe(false);
});

test("long output is cut by lines, so that a longer time leaves out the same", () => {
  const output = (time: string): string =>
    `${Array.from({ length: 500 }, (_, n) => `line ${n}`).join("\n")}\n1 passed in ${time}\n`;
  const [a, b] = [observationOf(0, output("0.1s")), observationOf(0, output("123.45s"))];
  expect(a).toContain("(341 lines left out)");
  expect(compareObservations(a, b).same).toBe(true);
  expect(steadyText(a)).toContain("1 passed in <time>");
});

test("a run is read back as mini-swe-agent's, with its task and verdict", () => {
  const messages = [...openingOf(TASK), say("ls"), hear(0)];
  const file = trajectoryOf({
    task: TASK,
    messages,
    ended: "steps",
    resolved: false,
    policy: "scripted:0.5",
  });
  const read = readMini(file);
  expect(read.runs[0]?.messages.map(({ role }) => role)).toEqual([
    "system",
    "user",
    "assistant",
    "user",
  ]);
  expect(taskIn(read.runs[0]?.messages ?? [])).toBe(TASK.id);
  expect(file).toMatchObject({ resolved: false, instance_id: TASK.id, repo: "gym/tiny" });
});

test("a command is read from a block and from a call of a shell tool", () => {
  expect(stepCommand(say("ls"))).toBe("ls");
  const call = { id: "1", name: "bash", arguments: { command: "pwd" } };
  expect(stepCommand({ role: "assistant", content: "", tool_calls: [call] })).toBe("pwd");
  expect(stepCommand({ role: "assistant", content: "words" })).toBeNull();
});

const ANSWER = answerSchema.parse({
  schema: 2,
  instance_id: TASK.id,
  king: "k",
  challenger: "",
  assistant: "a",
  messages: [...openingOf(TASK)],
});

test("an answer names the solution when its history has not shown it", () => {
  expect(namesSolution(TASK, ANSWER, "look into lib/a.js")).toBe(true);
  expect(namesSolution(TASK, ANSWER, "look around")).toBe(false);
  const shown = {
    ...ANSWER,
    messages: [...ANSWER.messages, { role: "user", content: "lib/a.js" }],
  };
  expect(namesSolution(TASK, shown, "look into lib/a.js")).toBe(false);
});

test("an outcome is whole for its policy, texts and number of rollouts alone", () => {
  const wanted = wantedOf(ANSWER, ["challenger", "king"], { policy: "p", k: 2 });
  expect([...wanted.said.keys()]).toEqual(["king"]);
  const outcome = outcomeSchema.parse({
    schema: 2,
    file: "f",
    instance_id: TASK.id,
    repo: "gym/tiny",
    policy: "p",
    replayed: { steps: 0, same: 0 },
    answer: "king",
    k: 2,
    passes: 1,
    turns: [1, 2],
    why: ["steps", "steps"],
    runs: [],
    said_hash: saidHash("k"),
    names_solution: false,
    beside: [],
  });
  expect(isWhole(outcome, wanted)).toBe(true);
  expect(isWhole(outcome, { ...wanted, k: 3 })).toBe(false);
  expect(isWhole(outcome, { ...wanted, policy: "q" })).toBe(false);
  expect(isWhole({ ...outcome, said_hash: "other" }, wanted)).toBe(false);
  expect(passRate(outcome)).toBe(0.5);
  expect(passRate(undefined)).toBeNull();
  expect(saidOf(ANSWER, "challenger")).toBeNull();
});
