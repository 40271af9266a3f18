import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seededRng } from "../../src/core/random.ts";
import { loadConfig, type Config } from "../../src/config.ts";
import { targetLine } from "../../src/core/target/status-line.ts";
import { openStore } from "../../src/io/store.ts";
import { statusOfTarget } from "../../src/judging/target-state.ts";
import { duelSchema } from "../../src/records/duel.ts";
import { targetRunSchema } from "../../src/records/target.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { estimateFurther } from "../../src/stages/estimate.ts";
import { king } from "../../src/stages/king.ts";
import { prompt } from "../../src/stages/prompt.ts";
import { report } from "../../src/stages/report.ts";
import { readableConfig, targetOf } from "../../src/stages/status.ts";
import { untilTarget } from "../../src/stages/stages.ts";
import { validate } from "../../src/stages/validate.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { scriptedAnswer, targetSources, targetToml } from "../support/target-world.ts";

type Ran = { readonly code: number; readonly said: string; readonly rounds: number };

/** All in this process: the controller, and the stages with a scripted chat. */
async function run(root: string, chat = scriptedChat(scriptedAnswer), rounds = 99): Promise<Ran> {
  const config = loadConfig(root, {});
  const lines: string[] = [];
  let drawn = 0;
  const code = await untilTarget(config, {
    store: openStore(root),
    rng: (purpose) => seededRng(42, purpose),
    say: (line) => lines.push(line),
    async draw(limit) {
      if (++drawn > rounds) return 130;
      await prompt(config, testDeps(root, chat), { ...OPTIONS, limit, skipBad: false });
      return 0;
    },
    ask: () => stagesBehind(config, root, chat),
  });
  return { code, said: lines.join("\n"), rounds: drawn };
}

async function stagesBehind(
  config: Config,
  root: string,
  chat: ReturnType<typeof scriptedChat>,
): Promise<number> {
  const deps = testDeps(root, chat);
  for (const stage of [king, challenger, validate, report]) await stage(config, deps, OPTIONS);
  return 0;
}

/** Where no gate decides, a few resamples do. */
const QUICK = "[duel]\nbootstrap_resamples = 100\n";

const workspace = (target: string, sources = targetSources(200)): string => {
  const more = target.includes("gate = false") ? QUICK : "";
  return tempProject({ "chain.toml": targetToml(target, more), ...sources });
};

const inFinal = (root: string): string[] =>
  Object.keys(snapshot(root)).filter((name) => name.startsWith("final/prompts_"));

const BUCKETS = "accepted = 30\nmax_candidates = 200\ngate = false";

test("a target is hit exactly, with no more calls than one run of the same turns, and what was drawn stays", async () => {
  const root = workspace(BUCKETS);
  const chat = scriptedChat(scriptedAnswer);
  const first = await run(root, chat, 1);
  expect(first.code).toBe(130);
  const early = Object.entries(snapshot(root)).filter(([name]) => /^prompt\/.*_00/.test(name));
  const ran = await run(root, chat);
  expect(ran.said).toMatch(/target: reached$/);
  expect(inFinal(root)).toHaveLength(30);
  const files = snapshot(root);
  expect(early.length).toBeGreaterThan(0);
  for (const [name, text] of early) expect(files[name], name).toBe(text);

  const store = openStore(root);
  const { rounds } = await store.read("report/target.json", targetRunSchema);
  expect(rounds.length).toBeGreaterThanOrEqual(3);
  const drawn = rounds.at(-1)?.drawn ?? 0;
  expect(rounds.at(-1)).toMatchObject({ drawn, have: 30 });

  const other = workspace(BUCKETS);
  const once = scriptedChat(scriptedAnswer);
  const config = loadConfig(other, {});
  const options = { ...OPTIONS, limit: drawn, skipBad: false };
  await prompt(config, testDeps(other, once), options);
  await stagesBehind(config, other, once);
  expect(chat.seen).toHaveLength(drawn * 6);
  const keysOf = ({ seen }: typeof chat): string[] => seen.map(({ item }) => item.key).sort();
  expect(keysOf(chat)).toEqual(keysOf(once));

  expect((await run(root, chat)).said).toMatch(/target: reached$/);
  expect(chat.seen).toHaveLength(drawn * 6);
});

test("twenty rounds ask for no more than one run of the same turns", async () => {
  const toml = targetToml("accepted = 10\nmax_candidates = 20\ngate = false", QUICK, "chutes", 1);
  const root = tempProject({ "chain.toml": toml, ...targetSources(20, 4) });
  const chat = scriptedChat(scriptedAnswer);
  const config = loadConfig(root, {});
  for (let round = 1; round <= 20; round++) {
    const options = { ...OPTIONS, limit: round, skipBad: false };
    await prompt(config, testDeps(root, chat), options);
    await stagesBehind(config, root, chat);
  }
  expect(chat.seen).toHaveLength(20 * 6);
  expect(new Set(chat.seen.map(({ item }) => item.key)).size).toBe(20 * 6);
});

test("what is over stays in score/ as reserve, by the order of the draw", async () => {
  const root = workspace("accepted = 12\nmax_candidates = 60\ngate = false");
  await run(root);
  const all = Object.entries(snapshot(root))
    .filter(([name]) => name.startsWith("score/prompts_"))
    .filter(([, text]) => (JSON.parse(text) as { score: number }).score === 100)
    .map(([name]) => name.replace("score/", ""))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  expect(inFinal(root).map((name) => name.replace("final/", ""))).toHaveLength(12);
  expect(new Set(inFinal(root).map((name) => name.replace("final/", "")))).toEqual(
    new Set(all.slice(0, 12)),
  );
});

test("looks are kept until final/ is full, and the gate's acceptance ends the run", async () => {
  const root = workspace("accepted = 30\nmax_candidates = 80");
  const partly = await run(root, scriptedChat(scriptedAnswer), 3);
  expect(partly.code).toBe(130);
  const held = await openStore(root).read("score/_duel.json", duelSchema);
  expect(held.accepted).toBeNull();
  expect(held.reasons.join()).toMatch(
    /of 30 turns are good enough for final\/, and looks are kept/,
  );
  expect(held.spending?.looks).toEqual([]);
  const ran = await run(root);
  expect(ran.said).toMatch(/target: reached$/);
  const duel = await openStore(root).read("score/_duel.json", duelSchema);
  expect(duel.accepted).toBe(true);
  expect(duel.spending?.looks).toHaveLength(1);
});

test("a run whose final/ is full before the first look draws on to it", async () => {
  const root = workspace("accepted = 10\nmax_candidates = 100");
  const ran = await run(root);
  expect(ran.said).toMatch(/target: reached$/);
  expect(inFinal(root)).toHaveLength(10);
  const { rounds } = await openStore(root).read("report/target.json", targetRunSchema);
  expect(rounds.at(-1)).toMatchObject({ drawn: 40, have: 10 });
});

test("a gate that does not accept is looked at up to four times, with advice, and is the reason why not", async () => {
  const root = workspace("accepted = 10\nmax_candidates = 60");
  const losing = scriptedChat((request, item) => {
    const text = scriptedAnswer(request, item);
    // Who draws the others loses them instead: as many points won as lost.
    if (item.role !== "judge" || !text.includes(":0")) return text;
    const own = request.tag.order === "challenger_first" ? 2 : 1;
    return text.replaceAll(":0", `:${own}`);
  });
  const { said } = await run(root, losing);
  expect(said).toMatch(/\n?target: advice: if the turns to come are like those judged, the gate/);
  expect(said).toMatch(
    /target: 10 turns are in final\/, of 60 drawn, but the gate did not accept \(.*lower bound.*\[target\] gate = false counts buckets alone\): max_candidates 60 is reached$/,
  );
  const duel = await openStore(root).read("score/_duel.json", duelSchema);
  expect(duel).toMatchObject({ accepted: false, t: 1 });
  expect(duel.spending?.looks.length).toBeLessThanOrEqual(4);
});

test("a share that is too low, and a source that ends, are the reasons why not", async () => {
  const bad = scriptedChat((request, item) =>
    item.role === "judge"
      ? scriptedAnswer(request, item).replaceAll(/:[12]/g, ":0")
      : scriptedAnswer(request, item),
  );
  const root = workspace("accepted = 100\nmax_candidates = 160\ngate = false");
  const { said } = await run(root, bad);
  expect(said).toMatch(
    /target: 0 of 100 turns are in final\/, of 20 drawn: with [\d.]+ % certainty 160 candidates are too few$/,
  );
  const small = workspace("accepted = 28\nmax_candidates = 60\ngate = false", targetSources(50));
  expect((await run(small)).said).toMatch(
    /target: the source gives about 50 turns, fewer than max_candidates 60\n[^]*target: 25 of 28 turns are in final\/, of \d+ drawn: (the source has no more|with .* too few)$/,
  );
});

test("what cannot be reached is said before the first call", async () => {
  const chat = scriptedChat(scriptedAnswer);
  const few = workspace("accepted = 60\nmax_candidates = 100", targetSources(50));
  await expect(run(few, chat)).rejects.toThrow(
    "stages --until target: [target].accepted is 60, and the source's 50 rows give one turn each",
  );
  const own = workspace("accepted = 20\nmax_candidates = 24", targetSources(50, 1));
  const { said } = await run(own, chat, 1);
  expect(said).toContain(
    'the 5 turns drawn are of 1 repository, and the gate accepts nothing under 5: if what is still to be drawn brings no more, set [duel] cluster_by = "run" where they are your own runs (5 runs are drawn), name sources with more repositories, or set [target] gate = false',
  );
  expect(Object.keys(snapshot(few)).filter((name) => name.startsWith("prompt/"))).toEqual([]);
});

test("a duel that its clusters forbid is refused before the first call", async () => {
  const chat = scriptedChat(scriptedAnswer);
  const root = workspace("accepted = 20\nmax_candidates = 20", targetSources(20, 1));
  // The whole draw at once, as a run that was stopped after it left it.
  await prompt(loadConfig(root, {}), testDeps(root, chat), { ...OPTIONS, skipBad: false });
  await expect(run(root, chat)).rejects.toThrow(
    "stages --until target: the 20 turns drawn are of 1 repository, and the gate accepts nothing under 5",
  );
  expect(chat.seen).toEqual([]);
});

test("settings that changed between rounds are said; other models and another target are refused by name", async () => {
  const root = workspace(BUCKETS);
  await run(root, scriptedChat(scriptedAnswer), 1);
  const original = readFileSync(join(root, "chain.toml"), "utf8");
  const withToml = (text: string): string => tempProject({ "chain.toml": text }, root);

  const hotter = withToml(`${original}\n[bucket]\nfinal_min = 90\n`);
  expect((await run(hotter)).said).toContain(
    "target: [bucket] final_min changed since the round before: the gate's next look is a new one",
  );
  await expect(run(withToml(original.replace('"king"', '"another"')))).rejects.toThrow(
    "stages --until target: the king was chutes/king in the rounds before, and is chutes/another now",
  );
  await expect(run(withToml(original.replace('"judge-b"', '"judge-c"')))).rejects.toThrow(
    "the panel of judges was chutes/judge-a, chutes/judge-b in the rounds before, and is chutes/judge-a, chutes/judge-c now",
  );
  await expect(run(withToml(original.replace("= 30", "= 40")))).rejects.toThrow(
    "stages --until target: this workspace's target is 30 of at most 200 candidates, and chain.toml says 40 of at most 200",
  );
  await expect(run(withToml(original.replace("= 200", "= 150")))).rejects.toThrow(
    "stages --until target: prompt/prompts_200_001.json was not drawn for this target",
  );
});

test("prompts that nobody drew, and no target, are refused", async () => {
  const prompts = [{ instance_id: "a", repo: "r", turn: 0, messages: [], assistant: "" }];
  const byHand = tempProject({
    "chain.toml": targetToml(BUCKETS),
    ...targetSources(50),
    "prompt/prompts_200_001.json": prompts,
  });
  await expect(run(byHand)).rejects.toThrow(
    "stages --until target: prompt/prompts_200_001.json was not drawn for this target",
  );
  const config = loadConfig(byHand, {});
  const status = await statusOfTarget(config, openStore(byHand), seededRng(1, "target/outlook"));
  expect(status === null ? "" : targetLine(status)).toBe(
    "target: prompt/prompts_200_001.json was not drawn for it, and a target draws its own prompts: take [target] out of chain.toml, or use another workspace (--root DIR)",
  );
  expect(await estimateFurther(config, openStore(byHand))).toBeNull();
  const torn = tempProject({ "report/target.json": "{" }, byHand);
  expect(await targetOf(await readableConfig(torn), openStore(torn))).toContain(
    "report/target.json is not JSON",
  );
  const none = tempProject({ "chain.toml": targetToml(""), ...targetSources(50) });
  await expect(run(none)).rejects.toThrow(
    "stages --until target: chain.toml has no [target] accepted",
  );
  expect(() => loadConfig(workspace("accepted = 0\nmax_candidates = 5"), {})).toThrow(
    /\[target\]\.accepted/,
  );
  expect(() => loadConfig(workspace("accepted = 6\nmax_candidates = 5"), {})).toThrow(
    "[target].accepted is 6, over max_candidates 5",
  );
});
