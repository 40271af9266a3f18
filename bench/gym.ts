/**
 * npm run test:gym: ten tasks built, five scripted skills on them, their runs replayed, two verdicts given twenty times. What
 * has to hold is checked, and ends with 1 where it does not. Wants the package registries the first time.
 */
import { join } from "node:path";
import { parseFlags, runScript, stageCommand, type CommonFlags } from "../src/command/cli.ts";
import { loadConfig } from "../src/config.ts";
import { knowTask, SKILLS } from "../src/core/tasks/agent.ts";
import { compareObservations } from "../src/core/tasks/replay.ts";
import { observationOf, stepsOf } from "../src/core/tasks/trajectory.ts";
import { seededRng } from "../src/core/random.ts";
import { makeTally } from "../src/core/tally.ts";
import { UserError } from "../src/errors.ts";
import { buildAll } from "../src/gym/build-all.ts";
import { readTasks } from "../src/gym/fresh-runs.ts";
import { baseOf, openLayer, packageOf } from "../src/gym/layer.ts";
import { openGym } from "../src/gym/open.ts";
import { verdictOf } from "../src/gym/play.ts";
import { sourceText } from "../src/gym/places.ts";
import { playAll } from "../src/gym/play-all.ts";
import { scriptedPolicies } from "../src/gym/policies.ts";
import type { Gym } from "../src/gym/world.ts";
import { inParallel } from "../src/io/in-parallel.ts";
import { openStore, type Store } from "../src/io/store.ts";
import { messageSchema } from "../src/records/message.ts";
import { findPython } from "../src/trainer/python.ts";
import { mkdirSync, rmSync } from "node:fs";
import { z } from "zod";

const command = stageCommand({
  name: "test:gym",
  about:
    "Builds ten tasks from ten packages in .cache/test-gym, plays them with five scripted agents of known skill, replays the runs, gives two verdicts twenty times, and checks that skills are ordered rightly, that 95 % of the observations are the same, and that the verdict is.",
  example: "npm run test:gym",
});

/** Quick suites, of both languages. */
const PACKAGES = [
  "addict",
  "minimist",
  "schema",
  "qs",
  "configobj",
  "binary-search-bounds",
  "inflection",
  "flat",
  "simpleeval",
  "json-stable-stringify",
];
const VERDICTS = 20;
/** None of these suites takes two; what an agent broke may wait for ever. */
const COMMAND_SECONDS = 10;
const SAME_SHARE = 0.95;

const runSchema = z.looseObject({ instance_id: z.string(), messages: z.array(messageSchema) });

await runScript(async () => {
  const flags = parseFlags<CommonFlags>(command, process.argv.slice(2));
  const root = join(flags.root, ".cache", "test-gym");
  mkdirSync(root, { recursive: true });
  const settings = loadConfig(root);
  const config = { ...settings, gym: { ...settings.gym, command_seconds: COMMAND_SECONDS } };
  const store = openStore(root);
  const { program } = await findPython({ oldest: 11, newest: 14 });
  const gym = await openGym(config, program);
  const parallel = flags.concurrency ?? config.gym.parallel;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`sandbox: ${gym.sandbox.kind}`);

  // A build of its own each time, but for the packages: what is checked is this code.
  for (const folder of ["tasks", "runs"])
    rmSync(join(root, folder === "runs" ? "runs" : join(".cache", "gym", folder)), {
      recursive: true,
      force: true,
    });
  const rng = (purpose: string) => seededRng(config.source.seed, purpose);
  const tally = makeTally();
  const started = performance.now();
  const { proofs, tries, test_seconds: testSeconds } = config.gym;
  const seed = config.source.seed;
  await forgetRecords(store);
  const built = await buildAll(
    { gym, store, told: () => {} },
    {
      tasks: 10,
      packages: PACKAGES,
      parallel,
      proofs,
      tries,
      testSeconds,
      seed,
      rng,
      perPackage: 1,
    },
    tally,
  );
  const tasks = [...built.tasks.values()].flat();
  say(
    `build: ${tasks.length} tasks, ${seconds(started)}; ${JSON.stringify(tally.summary("gym", null).dropped)}`,
  );
  check(tasks.length === 10, `ten tasks, and ${tasks.length} were built`);

  const passes: number[] = [];
  for (const skill of SKILLS) {
    const began = performance.now();
    const played = await playAll({
      gym,
      store,
      policy: `scripted:${skill}`,
      policyOf: scriptedPolicies(gym, skill, rng),
      runs: 1,
      maxSteps: config.gym.max_steps,
      parallel,
      folder: "runs",
      told: () => {},
    });
    passes.push(played.passes);
    say(`skill ${skill}: ${played.passes} of ${played.runs} solved, ${seconds(began)}`);
  }
  const ordered = passes.every((count, at) => at === 0 || count >= (passes[at - 1] ?? 0));
  check(
    ordered && (passes[0] ?? 0) < (passes.at(-1) ?? 0),
    `skills in their order, and they solved ${passes.join(", ")}`,
  );

  const replayed = await replayRuns(gym, store, parallel);
  say(`replay: ${replayed.same} of ${replayed.steps} observations the same`);
  check(
    replayed.steps > 0 && replayed.same >= SAME_SHARE * replayed.steps,
    `95 % of the observations the same, and ${replayed.same} of ${replayed.steps} were${replayed.first}`,
  );

  for (const isMended of [false, true]) {
    const verdicts = await repeatVerdict(gym, store, { parallel, isMended });
    const same = verdicts.filter((one) => one === isMended).length;
    say(`verdict, ${isMended ? "mended" : "with the fault"}: ${same} of ${VERDICTS} the same`);
    check(
      same === VERDICTS,
      `the verdict ${String(isMended)} ${VERDICTS} times, and it was ${verdicts.join(", ")}`,
    );
  }
  return 0;
});

function check(holds: boolean, what: string): void {
  if (!holds) throw new UserError(`test:gym wants ${what}`, "look at .cache/test-gym/runs");
}

function seconds(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}

async function forgetRecords(store: Store): Promise<void> {
  for (const key of await store.list(".cache/gym/packages"))
    await store.remove(`.cache/gym/packages/${key}/record.json`);
}

/** Every run once more, each observation beside the one that was recorded. */
async function replayRuns(
  gym: Gym,
  store: Store,
  parallel: number,
): Promise<{ steps: number; same: number; first: string }> {
  const tasks = new Map((await readTasks(store)).map((task) => [task.id, task]));
  const names = (await store.list("runs")).filter((name) => name.includes("-scripted-0.5-"));
  const count = { steps: 0, same: 0, first: "" };
  await inParallel([...names.entries()], parallel, async ([slot, name]) => {
    const run = await store.read(`runs/${name}`, runSchema);
    const task = tasks.get(run.instance_id);
    if (task === undefined) return;
    const layer = await openLayer(gym, task, await packageOf(gym, task), slot);
    try {
      for (const { command: said, observation } of stepsOf(run.messages)) {
        if (said === null || observation === null) continue;
        const { code, output, why } = await layer.run(said);
        const compared = compareObservations(observation, observationOf(code, output, why));
        count.steps++;
        if (compared.same) count.same++;
        else count.first ||= `; the first other one is in ${name}`;
      }
    } finally {
      layer.remove();
    }
  });
  return count;
}

/** The quickest task, with its fault or without, judged again and again. */
async function repeatVerdict(
  gym: Gym,
  store: Store,
  { parallel, isMended }: { readonly parallel: number; readonly isMended: boolean },
): Promise<(boolean | null)[]> {
  const [task] = (await readTasks(store)).sort((a, b) => a.test_seconds - b.test_seconds);
  if (task === undefined) return [];
  const pack = await packageOf(gym, task);
  const known = knowTask(task, (file) => sourceText(baseOf(gym, pack), file));
  const found: (boolean | null)[] = [];
  await inParallel([...Array.from({ length: VERDICTS }).keys()], parallel, async (slot) => {
    const layer = await openLayer(gym, task, pack, slot);
    try {
      if (isMended) await layer.run(known?.fix.command ?? "false");
      found.push(await verdictOf(gym, { task, pack, slot }, layer));
    } finally {
      layer.remove();
    }
  });
  return found;
}
