/** From a package to tasks, runs, rollouts and outcomes, on three files whose tests need Node alone. */
import { tmpdir } from "node:os";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { packageKey } from "../../src/core/tasks/packages.ts";
import { openingOf, stepsOf, SUBMIT } from "../../src/core/tasks/trajectory.ts";
import { seededRng } from "../../src/core/random.ts";
import { UserError } from "../../src/errors.ts";
import { buildPackage, TASKS, taskPath, type BuildWants } from "../../src/gym/build.ts";
import { freshRun, readTasks } from "../../src/gym/fresh-runs.ts";
import { writeRecordings } from "../../src/gym/recordings.ts";
import { openLayer } from "../../src/gym/layer.ts";
import { playOut, takeStep, verdictOf } from "../../src/gym/play.ts";
import { scriptedPolicies } from "../../src/gym/policies.ts";
import { rollOut, type RolloutOrder } from "../../src/gym/rollout.ts";
import { openSandbox } from "../../src/gym/sandbox.ts";
import { refuseFullDisk } from "../../src/gym/tests.ts";
import { tryFault } from "../../src/gym/try-fault.ts";
import { sweepScratch, type Gym } from "../../src/gym/world.ts";
import { openStore, type Store } from "../../src/io/store.ts";
import { answerSchema, type Answer } from "../../src/records/answer.ts";
import type { GymTask } from "../../src/records/gym-task.ts";
import { outcomeSchema, playedIn } from "../../src/records/outcome.ts";
import { rollout } from "../../src/stages/rollout.ts";
import { KEY, loopToml, openClient } from "../support/client.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { startLlmServer } from "../support/llm-server.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { layPackage, TINY, tinyGym } from "../support/tiny-gym.ts";

// Processes by the dozen, on a machine that may be busy with others' tests.
vi.setConfig({ testTimeout: 240_000 });

const sandbox = await openSandbox("auto");
const rng = (purpose: string) => seededRng(42, purpose);
const WANTS: BuildWants = { perPackage: 3, proofs: 2, tries: 6, testSeconds: 120, seed: 42, rng };

type World = { readonly root: string; readonly gym: Gym; readonly store: Store };

function world(over: Record<string, string> = {}): World {
  const root = tempProject();
  return { root, gym: tinyGym(root, sandbox, over), store: openStore(root) };
}

/** Tasks of the package as it is, built once and copied. */
let ready: Promise<string> | null = null;
async function built(): Promise<
  World & { readonly tasks: readonly GymTask[]; readonly task: GymTask }
> {
  ready ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), "kingmaker-tiny-"));
    await build({ root: folder, gym: tinyGym(folder, sandbox), store: openStore(folder) });
    return folder;
  })();
  const root = tempProject({}, await ready);
  const here = { root, gym: tinyGym(root, sandbox), store: openStore(root) };
  const tasks = await readTasks(here.store);
  const [task] = tasks;
  if (task === undefined) throw new Error("no task was built");
  return { ...here, tasks, task };
}

afterAll(async () => {
  if (ready !== null) rmSync(await ready, { recursive: true, force: true });
});

async function build({ gym, store }: World, wants: Partial<BuildWants> = {}): Promise<GymTask[]> {
  const said = await buildPackage({ gym, store, told: () => {} }, TINY, { ...WANTS, ...wants }, 0);
  expect(said.ok).toBe(true);
  return readTasks(store);
}

test("a build proves what each fault turns, says so without a word of it, and goes on where it was", async () => {
  const here = world();
  const tasks = await build(here);
  expect(tasks).toHaveLength(3);
  for (const task of tasks) {
    expect(task.id).toMatch(/^gym__tiny-[0-9a-f]{8}$/);
    expect(task.fail_to_pass.length).toBeGreaterThan(0);
    expect(task.pass_to_pass.length).toBeGreaterThan(0);
    expect(task.issue).not.toContain(task.mutation.file);
    expect(task.fail_to_pass.some((id) => task.issue.includes(`- \`${id}\``))).toBe(true);
  }
  expect(readdirSync(join(here.gym.folder, "scratch"))).toEqual([]);
  const before = tasks.map((task) => readFileSync(join(here.root, taskPath(task.id)), "utf8"));
  const again = await build(here);
  expect(again.map((task) => readFileSync(join(here.root, taskPath(task.id)), "utf8"))).toEqual(
    before,
  );
});

const OLDER = { version: "0.9.0", hash: `sha512-${"B".repeat(86)}==` };
const NONE_FIRST = `  if (list.length === 0) {
    return none;
  }
`;

test("a fix between two releases is taken back: both are named, and who knows it mends it", async () => {
  const here = world();
  const most = readFileSync(
    join(here.gym.folder, "packages", packageKey(TINY), "base/lib/most.js"),
    "utf8",
  );
  const pack = { ...TINY, older: OLDER };
  layPackage(here.gym, { ...TINY, ...OLDER }, { "lib/most.js": most.replace(NONE_FIRST, "") });
  const gym = { ...here.gym, packages: [pack] };
  const said = await buildPackage(
    { gym, store: here.store, told: () => {} },
    pack,
    { ...WANTS, perPackage: 1 },
    0,
  );
  expect(said).toMatchObject({ ok: true });
  const [task] = await readTasks(here.store);
  expect(task).toMatchObject({
    version: "1.0.0",
    hash: TINY.hash,
    older: OLDER,
    mutation: { file: "lib/most.js", operator: "fix", before: NONE_FIRST, after: "" },
    fail_to_pass: ["test/most.js::(whole file)", "test/most.js::most of nothing"],
  });
  if (task === undefined) throw new Error("no task");
  expect(task.issue).not.toContain("return none");
  const run = await freshRun(
    { gym, store: here.store },
    {
      task,
      n: 1,
      slot: 0,
      policy: "scripted:1",
      policyOf: scriptedPolicies(gym, 1, rng),
      maxSteps: 8,
      path: "runs/fix.traj.json",
    },
  );
  expect(run?.resolved).toBe(true);
});

test("an older release whose code passes the newer tests gives no fix, and is counted", async () => {
  const here = world();
  const pack = { ...TINY, older: OLDER };
  const lazy = "module.exports = function sum(l) { return l.reduce((a, b) => a + b, 0); };\n";
  layPackage(here.gym, { ...TINY, ...OLDER }, { "lib/sum.js": lazy });
  const said = await buildPackage(
    { ...here, told: () => {} },
    pack,
    { ...WANTS, perPackage: 1, proofs: 1 },
    0,
  );
  if (!said.ok) throw new Error(said.reason);
  expect(said.tried.get("tiny 0.9.0")).toBe("unseen");
  expect(said.cpuSeconds).toBeGreaterThan(0);
  const [task] = await readTasks(here.store);
  expect(task?.mutation.operator).not.toBe("fix");
});

test("a fault that loops for ever is a drop by its processor time, on however slow a machine", async () => {
  const here = world();
  const text = readFileSync(
    join(here.gym.folder, "packages", packageKey(TINY), "base/lib/sum.js"),
    "utf8",
  );
  const start = text.indexOf("i++");
  const place = { file: "lib/sum.js", line: 3, start, end: start + 3, before: "i++", after: "i--" };
  const tried = await tryFault(
    {
      gym: here.gym,
      pack: TINY,
      slot: 0,
      proofs: 1,
      seed: 1,
      id: "x",
      record: {
        seed: 1,
        runtime: "",
        hash: TINY.hash,
        released: { passed: ["test/sum.js::sums"], unsteady: 0 },
        seconds: 60,
        test_cpu_seconds: 0.1,
        detail: "",
        tried: {},
        cpu_seconds: 0,
      },
    },
    { ...place, operator: "update" },
  );
  expect(tried.said).toBe("hangs");
  expect(tried.cpuSeconds).toBeLessThan(30);
});

test("the same seed gives the same tasks, another one others", async () => {
  const ids = async (seed: number): Promise<string[]> => {
    const of = (purpose: string) => seededRng(seed, purpose);
    return (await build(world(), { seed, rng: of, perPackage: 1, proofs: 1 })).map(({ id }) => id);
  };
  const [first, second, other] = [await ids(1), await ids(1), await ids(2)];
  expect(second).toEqual(first);
  expect(other).not.toEqual(first);
});

test("a disk that fills while files are laid out ends the build with its way out, and it goes on later", async () => {
  const here = world();
  const full: Gym = {
    ...here.gym,
    sandbox: {
      ...sandbox,
      // A file that takes no byte, where cp writes.
      run: (call, slot) =>
        sandbox.run(
          {
            ...call,
            command: `mkdir -p /testbed/lib && ln -s /dev/full /testbed/lib/sum.js\n${call.command}`,
          },
          slot,
        ),
    },
  };
  const broken = buildPackage({ gym: full, store: here.store, told: () => {} }, TINY, WANTS, 0);
  await expect(broken).rejects.toThrow(UserError);
  await expect(broken).rejects.toThrow(/^cannot write .*scratch.*: cp: .*No space left on device/);
  expect(readdirSync(join(here.gym.folder, "scratch"))).toEqual([]);
  expect(await build(here, { perPackage: 1, proofs: 1 })).toHaveLength(1);
});

test.skipIf(sandbox.kind === "plain")(
  "tests that write outside their folder change nothing of the package",
  async () => {
    const write =
      'try { require("fs").writeFileSync("/gym/base/lib/sum.js", "gone"); } catch (e) {}\ntry { require("fs").writeFileSync("/usr/left", "x"); } catch (e) {}\n';
    const here = world({ "test/most.js": `${write}console.log("# most\\nok 1 most");` });
    await build(here, { perPackage: 1 });
    const base = join(here.gym.folder, "packages", packageKey(TINY), "base", "lib", "sum.js");
    expect(readFileSync(base, "utf8")).toContain("function sum");
    expect(existsSync("/usr/left")).toBe(false);
  },
);

test("the right skill mends every task, none mends none", async () => {
  const here = await built();
  const { tasks } = here;
  const solved = async (skill: number): Promise<boolean[]> => {
    const found: boolean[] = [];
    for (const task of tasks) {
      const run = await freshRun(here, {
        task,
        n: 1,
        slot: 0,
        policy: `scripted:${skill}`,
        policyOf: scriptedPolicies(here.gym, skill, rng),
        maxSteps: 8,
        path: `runs/${task.id}-${skill}.traj.json`,
      });
      found.push(run?.resolved === true);
    }
    return found;
  };
  expect(await solved(1)).toEqual([true, true, true]);
  expect(await solved(0)).toEqual([false, false, false]);
});

test("a policy that never ends is ended by its steps, one that breaks the form by its replies", async () => {
  const here = await built();
  const { task } = here;
  const layer = await openLayer(here.gym, task, TINY, 0);
  const play = (reply: string, maxSteps: number) =>
    playOut(openingOf(task), { layer, policy: async () => reply, maxSteps, maxMalformed: 3 });
  expect(await play("THOUGHT: on.\n\n```bash\ntrue\n```", 5)).toMatchObject({
    ended: "steps",
    turns: 5,
  });
  const formless = await play("no command", 9);
  expect(formless).toMatchObject({ ended: "form", turns: 3 });
  expect(formless.messages.at(-1)?.content).toContain("there was no fenced code block");
  layer.remove();
});

test("an agent that changes the tests has mended nothing: those of the release are put back", async () => {
  const here = await built();
  const { task } = here;
  const layer = await openLayer(here.gym, task, TINY, 0);
  for (const file of ["sum", "most"])
    await layer.run(
      `printf '# x\\nok 1 x\\n' > out; echo 'console.log("# sums\\nok 1 sums")' > test/${file}.js`,
    );
  await layer.run("rm -rf test && ln -s /gym/base/lib test");
  expect(await verdictOf(here.gym, { task, pack: TINY, slot: 0 }, layer)).toBe(false);
  layer.remove();
});

test("an agent's command that waits for ever is ended, and the agent hears so", async () => {
  const here = await built();
  const { gym, task } = {
    ...here,
    gym: { ...here.gym, limits: { ...here.gym.limits, seconds: 1 } },
  };
  const layer = await openLayer(gym, task, TINY, 0);
  const { said, ended } = await takeStep(layer, say("sleep 1000"));
  expect(ended).toBeNull();
  expect(said[0]?.content).toContain("<ended>it ran too long and was ended</ended>");
  layer.remove();
});

test("a repair that makes the tests wait for ever is none, and holds nobody up", async () => {
  const here = await built();
  const { task } = here;
  const layer = await openLayer(here.gym, task, TINY, 0);
  for (const file of ["sum", "most"])
    await layer.run(`echo 'setInterval(function () {}, 50);' >> lib/${file}.js`);
  const about = { task: { ...task, test_seconds: 0 }, pack: TINY, slot: 0 };
  expect(await verdictOf(here.gym, about, layer)).toBe(false);
  layer.remove();
});

test("an agent that fills its folder is ended", async () => {
  const here = await built();
  const { task } = here;
  const layer = await openLayer(here.gym, task, TINY, 0);
  const fill = "for i in $(seq 1 400); do head -c 1000000 /dev/zero > f$i; sleep 0.05; done";
  const ended = await layer.run(fill);
  expect(ended.why).toBe("disk");
  layer.remove();
});

test("a disk that took no more is said with its way out; anything else there is a fault of ours", () => {
  const full = () =>
    refuseFullDisk(97, "cp: error writing '/testbed/a': No space left on device", "/w/scratch/1");
  expect(full).toThrow(UserError);
  expect(full).toThrow(
    "cannot write /w/scratch/1: cp: error writing '/testbed/a': No space left on device",
  );
  expect(() => refuseFullDisk(97, "cp: cannot stat", "/w")).not.toThrow(UserError);
  expect(() => refuseFullDisk(0, "", "/w")).not.toThrow();
});

test("what killed runs left is swept, what a living one holds stays", () => {
  const here = world();
  const scratch = join(here.gym.folder, "scratch");
  const ours = join(scratch, `${process.pid}-a`);
  for (const name of [ours, join(scratch, "999999999-b")]) {
    mkdirSync(name, { recursive: true });
  }
  sweepScratch(here.gym);
  expect(readdirSync(scratch)).toEqual([`${process.pid}-a`]);
});

const answerOf = (messages: Answer["messages"], king: string, challenger: string): Answer =>
  answerSchema.parse({
    schema: 2,
    instance_id: "gym",
    king,
    challenger,
    assistant: "",
    messages,
  });

const say = (command: string): string => `THOUGHT: so.\n\n\`\`\`bash\n${command}\n\`\`\``;

async function rolled(here: World, answer: Answer, over: Partial<RolloutOrder> = {}) {
  return rollOut(here, {
    file: "p_1.json",
    answer,
    answers: ["challenger", "king"],
    k: 2,
    maxSteps: 4,
    policy: "scripted:0",
    policyOf: scriptedPolicies(here.gym, 0, rng),
    slot: 0,
    force: false,
    ...over,
  });
}

test("rollouts file verdicts, paths and endings; files that are there are not played again", async () => {
  const here = await built();
  const { task } = here;
  const fix = await fixOf(here, task);
  const history = await historyOf(here, task);
  const result = await rolled(here, answerOf(history, say("ls"), say(fix)));
  if (result.kind !== "played") throw new Error(JSON.stringify(result));
  const [challenger, king] = playedIn(result.outcome);
  expect(challenger).toMatchObject({ answer: "challenger", k: 2, passes: 2 });
  expect(king).toMatchObject({ answer: "king", k: 2, passes: 0 });
  expect(result.outcome.replayed).toEqual({ steps: 2, same: 2 });
  expect(challenger?.runs).toEqual([
    "outcome/runs/p_1/challenger-1.traj.json",
    "outcome/runs/p_1/challenger-2.traj.json",
  ]);
  const path = join(here.root, "outcome/runs/p_1/king-1.traj.json");
  const marked = readFileSync(path, "utf8").replace('"turns": ', '"turns": 4');
  writeFileSync(path, marked);
  const again = await rolled(here, answerOf(history, say("ls"), say(fix)));
  if (again.kind !== "played") throw new Error("not played");
  expect(playedIn(again.outcome)[1]?.turns[0]).toBeGreaterThanOrEqual(40);
  const other = await rolled(here, answerOf(history, say("pwd"), say(fix)));
  if (other.kind !== "played") throw new Error("not played");
  expect(playedIn(other.outcome)[1]?.turns[0]).toBeLessThan(40);
});

test("what a rollout prints or an answer says is masked in every file of outcome/", async () => {
  const here = await built();
  const history = await historyOf(here, here.task);
  // Put together here so that no scanner takes this file for a leak.
  const secret = ["k7Qz", "3vXp", "9LmT", "wB2c", "8RfN", "y5Hd"].join("");
  const command = say(`echo "DB_PASSWORD=${secret}"`);
  const result = await rolled(here, answerOf(history, say("ls"), command), { k: 1 });
  if (result.kind !== "played") throw new Error(JSON.stringify(result));
  const runs = Object.entries(snapshot(join(here.root, "outcome")));
  expect(runs).toHaveLength(2);
  for (const [name, text] of runs) expect(text.includes(secret), name).toBe(false);
  expect(runs.some(([, text]) => text.includes("MASKED_"))).toBe(true);
  expect(JSON.stringify(result.outcome)).not.toContain(secret);
});

test("a turn whose observations are not what was recorded is a drop, and says where", async () => {
  const here = await built();
  const { task } = here;
  const history = await historyOf(here, task);
  const changed = history.map((message) =>
    message.role === "user" && message.content.includes("sum.js")
      ? { ...message, content: message.content.replaceAll("sum.js", "other.js") }
      : message,
  );
  const result = await rolled(here, answerOf(changed, say("ls"), say("ls")));
  expect(result).toMatchObject({ kind: "dropped", reason: "replay_differs" });
  expect(JSON.stringify(result)).toContain("recorded");
});

test("turns of other runs, of tasks that are not there, and without an answer are drops", async () => {
  const here = await built();
  const { task } = here;
  const foreign = [{ role: "user", content: "mend it" }];
  expect(await rolled(here, answerOf(foreign, say("ls"), ""))).toMatchObject({ reason: "no_task" });
  expect(await rolled(here, answerOf(openingOf(task), "", ""))).toMatchObject({
    reason: "no_answer",
  });
  rmSync(join(here.root, TASKS), { recursive: true });
  const gone = await rolled(here, answerOf(openingOf(task), say("ls"), ""));
  expect(gone).toMatchObject({ reason: "task_not_built", detail: task.id });
});

test("a policy that gives no reply leaves the turn for later, with nothing filed", async () => {
  const here = await built();
  const { task } = here;
  const result = await rolled(here, answerOf(openingOf(task), say("ls"), say("ls")), {
    policyOf: () => async () => null,
  });
  expect(result).toEqual({ kind: "pending" });
  expect(existsSync(join(here.root, "outcome"))).toBe(false);
});

test("without turns of a gym task there is nothing to script", async () => {
  const here = world();
  const order = {
    king: 0.1,
    challenger: 0.9,
    accuracy: [1],
    judges: ["a"],
    rng,
    folder: "scripted",
  };
  await expect(writeRecordings({ ...here, ...order })).rejects.toThrow(
    "gym: no turn of prompt/ is of a gym task",
  );
});

// ---------------------------------------------------------------------------------------------

/** Two looks at the package, as they are really said. */
async function historyOf(here: World, task: GymTask): Promise<Answer["messages"]> {
  const layer = await openLayer(here.gym, task, TINY, 0);
  const replies = [say("ls lib"), say("node test/sum.js; node test/most.js")];
  const played = await playOut(openingOf(task), {
    layer,
    policy: async (messages) => replies[stepsOf(messages).length] ?? null,
    maxSteps: 5,
    maxMalformed: 3,
  });
  layer.remove();
  return [...played.messages];
}

async function fixOf(here: World, task: GymTask): Promise<string> {
  const reply = await scriptedPolicies(here.gym, 1, rng)({ task, pack: TINY, key: "k" })?.([
    ...openingOf(task),
    { role: "assistant", content: say("ls") },
    { role: "user", content: "<returncode>0</returncode>" },
  ]);
  return /```bash\n([^]*?)\n```/.exec(reply ?? "")?.[1] ?? "";
}

test("a model of a provider plays on through the whole stage: each step a call, and a server that fails leaves the turn for later", async () => {
  const here = await built();
  const fix = await fixOf(here, here.task);
  let fails = true;
  const server = await startLlmServer({
    answer: ({ messages }) =>
      fails
        ? { status: 400, body: { error: { message: "no" } } }
        : messages.some(({ role, content }) => role === "assistant" && content.includes(fix))
          ? say(`echo ${SUBMIT}`)
          : say(fix),
  });
  onTestFinished(() => server.close());
  const toml = `${loopToml(server.url)}\n[king]\nprovider = "loop"\nmodel = "tiny-model"\n[gym]\nsandbox = "${sandbox.kind === "plain" ? "plain" : "auto"}"\n`;
  const { chat, config } = openClient(toml, { root: here.root });
  await here.store.write("answer/p_1.json", answerOf(openingOf(here.task), say("ls"), say("pwd")));
  const options = {
    ...OPTIONS,
    python: "no-python",
    answers: ["challenger", "king"] as const,
    k: 1,
    policy: "king",
    openGym: async () => here.gym,
  };
  const play = () => rollout(config, testDeps(here.root, chat), options);
  expect(await play()).toMatchObject({ read: 1, kept: 0, pending: 1 });
  expect(existsSync(join(here.root, "outcome/p_1.json"))).toBe(false);
  fails = false;
  const asked = server.stats.requests;
  expect(await play()).toMatchObject({ read: 1, kept: 1, pending: 0, asked: 4 });
  expect(server.stats.requests - asked).toBe(4);
  expect(await here.store.read("outcome/p_1.json", outcomeSchema)).toMatchObject({
    policy: "loop/tiny-model",
    answer: "challenger",
    passes: 1,
    why: ["submitted"],
    beside: [{ answer: "king", passes: 1 }],
  });
  expect(await play()).toMatchObject({ read: 1, kept: 1, asked: 0 });
  expect(readFileSync(join(here.root, "outcome/runs/p_1/king-1.traj.json"), "utf8")).not.toContain(
    KEY,
  );
});
