import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/io/store.ts";
import { init } from "../../src/stages/init.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

/** A person who answers in order; what was said between the questions. */
function person(root: string, answers: readonly string[]) {
  const said: string[] = [];
  const left = [...answers];
  const ask = (question: string): Promise<string> => {
    said.push(question);
    return Promise.resolve(left.shift() ?? "");
  };
  const say = (line: string): void => void said.push(line);
  return { said, left, world: { store: openStore(root), ask, say, now: () => new Date(0) } };
}

async function modelServer(models: readonly string[]): Promise<string> {
  const server = createServer((_request, response) =>
    response.end(JSON.stringify({ data: models.map((id) => ({ id })) })),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const LOGS = resolve("test/fixtures/formats/codex");

test("a person who is asked everything gets the models of the server to choose from", async () => {
  const root = tempProject();
  const url = await modelServer(["one", "two"]);
  const { world, said, left } = person(root, [LOGS, "7", url, "", "", "two, one", "5"]);
  const choices = await init({ force: false }, world);
  expect(choices).toMatchObject({ model: "one", judges: ["two", "one"], count: 7, maxUsd: 5 });
  expect(said).toContain("models there: one, two");
  expect(said.join("\n")).toMatch(/codex \S+: 2 files, 3 runs/);
  expect(left).toEqual([]);
  expect(readFileSync(`${root}/chain.toml`, "utf8")).toContain('models = ["two", "one"]');
});

test("judges that the server does not list are named, as the model is", async () => {
  const root = tempProject();
  const url = await modelServer(["one", "two"]);
  const flags = { runs: LOGS, provider: url, model: "three", count: 1, judges: "two,four,three" };
  const { world, said } = person(root, []);
  await init({ ...flags, maxUsd: "1", force: false }, world);
  expect(said.filter((line) => line.endsWith("is not among them"))).toEqual([
    "three is not among them",
    "four is not among them",
  ]);
});

test("a server that gives no list is said to be none that was heard, and who says more", async () => {
  const { world, said } = person(tempProject(), []);
  const flags = { runs: LOGS, provider: "http://127.0.0.1:9/v1", model: "m", count: 1 };
  await init({ ...flags, maxUsd: "1", force: false }, world);
  expect(said).toContain(
    "the server (mine) gave no list of models: no answer, or a refusal; `npm run doctor` will say which",
  );
});

test("what is refused leaves no folder behind, and what is not makes it", async () => {
  const at = join(tempProject(), "a/new");
  const flags = [at, "--provider", "ollama", "--model", "m", "--judges", "m", "--max-usd", "1"];
  const refused = await runScriptFile("init", [
    ...flags,
    "--count",
    "1",
    "--runs",
    "/no/such/runs",
  ]);
  expect(refused.code).toBe(1);
  expect(existsSync(dirname(at))).toBe(false);
  const made = await runScriptFile("init", [...flags, "--count", "1", "--runs", LOGS]);
  expect(made).toMatchObject({ code: 0 });
  expect(readdirSync(at).sort()).toEqual([".env.example", "chain.toml"]);
});

test("a chain.toml that is there stays, unless --force", async () => {
  const root = tempProject({ "chain.toml": "# mine\n" });
  const flags = { runs: LOGS, provider: "ollama", model: "m", count: 1, judges: "m", maxUsd: "1" };
  await expect(init({ ...flags, force: false }, person(root, []).world)).rejects.toThrow(
    /chain\.toml is there already/,
  );
  expect(readFileSync(`${root}/chain.toml`, "utf8")).toBe("# mine\n");
  await init({ ...flags, force: true }, person(root, []).world);
  expect(readFileSync(`${root}/chain.toml`, "utf8")).toContain('provider = "ollama"');
});

test("what init counts of sessions is what a draw by the chain.toml that it wrote takes", async () => {
  const root = tempProject({ "chain.toml": "[source]\nmax_turn = 1\n" });
  const { world, said } = person(root, []);
  const flags = { runs: LOGS, provider: "ollama", model: "m", count: 50, judges: "m", maxUsd: "1" };
  await init({ ...flags, force: true }, world);
  const [, taken] = said.flatMap((line) => /of \d+ turns (\d+) can be taken/.exec(line) ?? []);
  expect(Number(taken)).toBeGreaterThan(3);
  expect(said.join("\n")).not.toContain("instance_full");
  expect(said.join("\n")).not.toContain("pull requests are not looked up");
  const { stderr } = await runScriptFile("prompt", ["--root", root, "--json"]);
  expect(stderr).not.toContain("UserError");
  const prompts = readdirSync(join(root, "prompt")).flatMap(
    (name) => JSON.parse(readFileSync(join(root, "prompt", name), "utf8")) as unknown[],
  );
  expect(prompts).toHaveLength(Number(taken));
});

test.each([
  ["is broken", "[source\n"],
  ["names a provider of its own", '[provider.mine]\nbase_url = "http://127.0.0.1:9/v1"\n'],
])("with --force nothing of a chain.toml that %s counts", async (_what, toml) => {
  const root = tempProject({ "chain.toml": toml });
  const flags = { runs: LOGS, model: "m", count: 1, judges: "m", maxUsd: "1", force: true };
  await expect(init({ ...flags, provider: "mine" }, person(root, []).world)).rejects.toThrow(
    /mine/,
  );
  expect(readFileSync(`${root}/chain.toml`, "utf8")).toBe(toml);
  await init({ ...flags, provider: "ollama" }, person(root, []).world);
  expect(readFileSync(`${root}/chain.toml`, "utf8")).toContain('provider = "ollama"');
});

test("without a terminal the flags that are missing are named at once", async () => {
  const { code, stderr } = await runScriptFile("init", [tempProject(), "--model", "m"]);
  expect(code).toBe(1);
  expect(stderr).toContain("these flags are missing: --runs, --provider");
});

test("a folder that holds no runs is refused, and nothing is written", async () => {
  const root = tempProject({ "runs/a.jsonl": '{"x":1}\n' });
  const { world } = person(root, [`${root}/runs`]);
  await expect(init({ force: false }, world)).rejects.toThrow();
  expect(await world.store.readText("chain.toml")).toBeNull();
});

test.each([
  ["/home/alina", 2],
  ["/srv", 0],
])("paths under %s in the turns looked at: %i home paths are said", async (home, n) => {
  const said = (content: string) => ({
    role: "assistant",
    content: `${content} \`\`\`bash\nls\n\`\`\``,
  });
  const messages = [
    { role: "user", content: `Mend ${home}/app/a.py and ${home}/app/b.py` },
    said("look"),
  ];
  const root = tempProject({ "runs.jsonl": JSON.stringify({ messages }) });
  const { world, said: lines } = person(root, []);
  const flags = {
    runs: `${root}/runs.jsonl`,
    provider: "ollama",
    model: "m",
    count: 1,
    force: false,
  };
  await init({ ...flags, judges: "m", maxUsd: "1" }, world);
  const note = `${n} home paths are in 1 turn looked at: [source].mask = "secrets+home" draws turns without them`;
  expect(lines.filter((line) => line.includes("home paths"))).toEqual(n === 0 ? [] : [note]);
});

test("home paths of a person's own sessions are counted, and chain.toml masks them", async () => {
  const root = tempProject();
  const { world, said } = person(root, []);
  const flags = { runs: LOGS, provider: "ollama", model: "m", count: 1, force: false };
  await init({ ...flags, judges: "m", maxUsd: "1" }, world);
  expect(said.join("\n")).toMatch(
    /\d+ home paths are in \d+ turns looked at: \[source\]\.mask = "secrets\+home"/,
  );
  expect(readFileSync(`${root}/chain.toml`, "utf8")).toContain('mask = "secrets+home"');
});
