import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Hono } from "hono";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { report } from "../../src/stages/report.ts";
import { openCatalog } from "../../src/viewer/catalog.ts";
import { servedLinks } from "../../src/viewer/links.ts";
import { excerptOf } from "../../src/viewer/excerpts.ts";
import { openReviews } from "../../src/viewer/reviews.ts";
import { makeRoutes } from "../../src/viewer/routes.ts";
import { openRunFacts } from "../../src/viewer/run-facts.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

const HOST = "127.0.0.1:4870";
const TOKEN = "page-token";
const NOW = new Date("2026-01-02T03:04:05Z");

async function appOf(root: string, accessKey: string | null = null): Promise<Hono> {
  const config = loadConfig(root, {});
  const store = openStore(root);
  const catalog = openCatalog(store, { bucket: config.bucket, mode: config.duel.mode });
  await catalog.refresh(true);
  return makeRoutes({
    catalog,
    store,
    reviews: openReviews(store, config.duel.mode, () => NOW),
    mode: config.duel.mode,
    cluster_by: config.duel.cluster_by,
    audit: config.audit,
    rules: config.bucket,
    facts: openRunFacts({ name: "run", store, config }),
    links: servedLinks(),
    typing: { root: "my-run", by: "npm" },
    token: TOKEN,
    accessKey,
    hosts: () => (accessKey === null ? new Set([HOST]) : null),
    assets: new Map([["viewer.css", { type: "text/css", body: "x" }]]),
    running: () => null,
    subscribe: () => () => {},
  });
}

const get = (app: Hono, path: string, headers: Record<string, string> = {}) =>
  app.request(`http://${HOST}${path}`, { headers: { host: HOST, ...headers } });

async function post(
  app: Hono,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return app.request(`http://${HOST}${path}`, {
    method: "POST",
    headers: { host: HOST, origin: `http://${HOST}`, ...headers },
    body: new URLSearchParams({ token: TOKEN, ...fields }),
  });
}

const verdict = (app: Hono, file: string, value: string, back = "") =>
  post(app, `/review/${file}`, { kind: "verdict", value, back });

const reviewOf = (
  root: string,
  file: string,
): { verdict: number | null; bucket: string | null; note: string } =>
  JSON.parse(readFileSync(join(root, "review", file), "utf8")) as never;

test("the list shows every duel, with counts in every filter", async () => {
  const page = await (await get(await appOf(await judgedWorkspace()), "/")).text();
  expect(page.match(/class="row"/g)).toHaveLength(24);
  expect(page).toMatch(/refined<\/span\s*><span class="count">8</);
  expect(page).toMatch(/defeat<\/span\s*><span class="count">16</);
});

test.each([
  ["?bucket=refined", 8],
  ["?bucket=refined&bucket=defeat", 24],
  ["?repo=rsteube/carapace", 6],
  ["?repo=rsteube/carapace&repo=pydicom/pydicom", 7],
  ["?q=injection.go", 3],
  ["?q=no-such-word-anywhere", 0],
  ["?bucket=final", 0],
  ["?turn=0&turn=1 to 4&turn=5 to 9&turn=10 to 19&turn=20 and later", 24],
  ["?length=an answer is missing", 0],
  ["?length=challenger longer&length=challenger shorter&length=about equal", 24],
])("the filter %s leaves %i duels", async (query, count) => {
  const page = await (await get(await appOf(await judgedWorkspace()), `/${query}`)).text();
  expect(page.match(/class="row"/g)?.length ?? 0).toBe(count);
});

test("a verdict is saved at once, with time and pair, and another key replaces it", async () => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  const answer = await verdict(app, "t01.json", "right", "?bucket=refined&diff=1&evil=//x");
  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toBe("/duel/t01.json?bucket=refined&diff=1");
  const score = JSON.parse(readFileSync(join(root, "score/t01.json"), "utf8")) as {
    pair_hash: string;
  };
  expect(reviewOf(root, "t01.json")).toEqual({
    schema: 2,
    file: "t01.json",
    verdict: 2,
    bucket: null,
    note: "",
    time: NOW.toISOString(),
    pair_hash: score.pair_hash,
  });
  await verdict(app, "t01.json", "left");
  await post(app, "/review/t01.json", { kind: "bucket", value: "final" });
  await post(app, "/review/t01.json", { kind: "note", value: "<b>odd</b>" });
  expect(reviewOf(root, "t01.json")).toMatchObject({
    verdict: 1,
    bucket: "final",
    note: "<b>odd</b>",
  });
  const page = await (await get(app, "/duel/t01.json")).text();
  expect(page).toContain("Saved: the king is better, bucket final, a note.");
  expect(page).toContain("&lt;b&gt;odd&lt;/b&gt;");
});

test("undo takes the changes back one by one, and an empty review leaves no file", async () => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  await verdict(app, "t01.json", "right");
  await verdict(app, "t02.json", "draw");
  const undone = (await post(app, "/undo", { file: "t09.json" })).headers.get("location") ?? "";
  expect(undone).toBe("/duel/t02.json?undone=verdict");
  expect(await (await get(app, undone)).text()).toContain(
    "Undone: your last verdict, on this duel.",
  );
  expect(existsSync(join(root, "review/t02.json"))).toBe(false);
  await post(app, "/undo", {});
  expect(existsSync(join(root, "review/t01.json"))).toBe(false);
  expect(await (await post(app, "/undo", {})).text()).toContain("Nothing to undo");
});

test("a tab undoes its own changes alone, and what another changed since stands", async () => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  const change = (tab: string, kind: string, value: string) =>
    post(app, "/review/t01.json", { kind, value, tab });
  const undo = async (tab: string): Promise<string> => {
    const answer = await post(app, "/undo", { tab, file: "t01.json" });
    return (answer.headers.get("location") ?? "").replace("/duel/t01.json?undone=", "");
  };
  await change("a", "verdict", "left");
  await change("b", "bucket", "final");
  expect(await undo("a")).toBe("verdict");
  expect(reviewOf(root, "t01.json")).toMatchObject({ verdict: null, bucket: "final" });
  await change("a", "bucket", "defeat");
  expect(await undo("b")).toBe("changed");
  expect(reviewOf(root, "t01.json").bucket).toBe("defeat");
  expect(await undo("b")).toBe("nothing");
  for (const [undone, words] of [
    ["changed", "Not undone: this duel was changed from elsewhere since."],
    ["nothing", "Nothing of this tab is left to undo."],
  ] as const)
    expect(await (await get(app, `/duel/t01.json?undone=${undone}`)).text()).toContain(words);
});

test("next and previous go by the list as it was opened, though verdicts take turns out of it", async () => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  const query = "?person=none&sort=file";
  const steps = async (file: string): Promise<(string | undefined)[]> => {
    const page = await (await get(app, `/duel/${file}${query}`)).text();
    return ["k", "j"].map(
      (key) => new RegExp(`href="/duel/(\\w+\\.json)[^"]*"\\s+data-key="${key}"`).exec(page)?.[1],
    );
  };
  await get(app, `/${query}`);
  await verdict(app, "t10.json", "left", query);
  expect(await steps("t10.json")).toEqual(["t09.json", "t11.json"]);
  // A list that renews itself was opened by nobody; one opened in another tab moves nobody either.
  await get(app, `/${query}`, { "x-renewed": "1" });
  expect(await steps("t11.json")).toEqual(["t10.json", "t12.json"]);
  await get(app, `/${query}`);
  expect(await steps("t10.json")).toEqual(["t09.json", "t11.json"]);
  rmSync(join(root, "answer/t12.json"));
  await get(app, "/");
  expect(await steps("t11.json")).toEqual(["t09.json", "t13.json"]);
});

test("a verdict counts in the exports of the next report", async () => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  await post(app, "/review/t01.json", { kind: "bucket", value: "final" });
  await report(
    loadConfig(root, {}),
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    OPTIONS,
  );
  expect(existsSync(join(root, "final/t01.json"))).toBe(true);
  const page = await (await get(app, "/report")).text();
  expect(page).toContain("a person decided the bucket of 1 turn");
});

test("people and panel: kappa and the nearest judge stand beside the list", async () => {
  const app = await appOf(await judgedWorkspace());
  for (const file of ["t01", "t02", "t03", "t07"]) await verdict(app, `${file}.json`, "right");
  await verdict(app, "t14.json", "draw");
  const page = await (await get(app, "/")).text();
  expect(page).toMatch(/\d of 5 agree, κ/);
  expect(page).toContain("Nearest judge:");
});

test("blind mode names nobody and shows no score until a verdict is given, and maps the seats", async () => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  const seen = new Set<string>();
  for (const file of ["t01.json", "t02.json", "t03.json", "t04.json", "t05.json", "t06.json"]) {
    const page = await (await get(app, `/duel/${file}?blind=1`)).text();
    const main = page.slice(page.indexOf("<main"), page.indexOf("</main>"));
    expect(main).not.toMatch(
      /King|Challenger|recorded\/|score of|judge-a|class="side (king|challenger)"/,
    );
    expect(main).toContain("Answer A");
    await verdict(app, file, "left", "?blind=1");
    seen.add(String(reviewOf(root, file).verdict));
    const after = await (await get(app, `/duel/${file}?blind=1`)).text();
    expect(after).toContain(`title="score of the challenger"`);
  }
  expect([...seen].sort()).toEqual(["1", "2"]);
});

test("the reference and the pull request are not in the page until they are asked for", async () => {
  const root = await judgedWorkspace({
    "commit/rsteube__carapace-849.json": {
      instance_id: "rsteube__carapace-849",
      repo: "r",
      patch: "HIDDEN PATCH",
    },
  });
  const app = await appOf(root);
  expect(await (await get(app, "/duel/t01.json")).text()).not.toContain("HIDDEN PATCH");
  expect(await (await get(app, "/duel/t01.json?hidden=1")).text()).toContain("HIDDEN PATCH");
});

test("the history is folded to the last messages and opened step by step", async () => {
  const app = await appOf(await judgedWorkspace());
  const count = async (query: string): Promise<number> =>
    ((await (await get(app, `/duel/t01.json${query}`)).text()).match(/class="said /g) ?? []).length;
  expect(await count("")).toBe(2);
  expect(await count("?history=8")).toBe(8);
  expect(await count("?history=all")).toBe(16);
  expect(await count("?history=9999")).toBe(16);
});

test("a request under another host name is refused", async () => {
  const app = await appOf(await judgedWorkspace());
  expect((await get(app, "/", { host: "evil.example" })).status).toBe(421);
  expect((await get(app, "/", { host: "127.0.0.1:9999" })).status).toBe(421);
});

test.each([
  ["a wrong token", { token: "other" }, {}],
  ["no origin", {}, { origin: "" }],
  ["another origin", {}, { origin: "https://evil.example" }],
])("a change with %s is refused and nothing is saved", async (_case, fields, headers) => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  const answer = await post(
    app,
    "/review/t01.json",
    { kind: "verdict", value: "left", ...fields },
    headers,
  );
  expect(answer.status).toBe(403);
  expect(await answer.text()).toMatch(/^refused: /);
  expect(existsSync(join(root, "review/t01.json"))).toBe(false);
});

test.each([
  "/duel/..%2f..%2fetc%2fpasswd",
  "/duel/%2e%2e%2fchain.toml",
  "/duel/_duel.json",
  "/assets/..%2fserver.ts",
  "/chain.toml",
  "/answer/t01.json",
])("no path leaves the workspace or its turns: %s", async (path) => {
  const answer = await get(await appOf(await judgedWorkspace()), path);
  expect(answer.status).toBe(404);
  expect(await answer.text()).not.toMatch(/root:|\[judge\]/);
});

test("a verdict that is none is refused", async () => {
  const app = await appOf(await judgedWorkspace());
  expect((await verdict(app, "t01.json", "best")).status).toBe(400);
  expect((await post(app, "/review/t01.json", { kind: "bucket", value: "../x" })).status).toBe(400);
  expect((await verdict(app, "gone.json", "left")).status).toBe(404);
});

test("every page forbids inline script and other hosts", async () => {
  const app = await appOf(await judgedWorkspace());
  for (const path of ["/", "/duel/t01.json", "/nothing"]) {
    const answer = await get(app, path);
    expect(answer.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; script-src 'self'/,
    );
    expect(await answer.text()).not.toMatch(
      /<script(?! src="\/assets\/(?:viewer|copy)\.js")| on\w+=| style=/,
    );
  }
});

test("others need the key that was printed, once", async () => {
  const app = await appOf(await judgedWorkspace(), "secret-key");
  expect((await get(app, "/")).status).toBe(401);
  expect((await get(app, "/?key=wrong-key0")).status).toBe(401);
  const first = await get(app, "/?key=secret-key");
  expect(first.status).toBe(303);
  const cookie = (first.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  expect((await get(app, "/", { cookie })).status).toBe(200);
});

test("hostile turns, names and reasons are text on every page", async () => {
  const root = await judgedWorkspace();
  const evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
  const edit = (path: string, change: object): void => {
    const value = JSON.parse(readFileSync(join(root, path), "utf8")) as object;
    writeFileSync(join(root, path), JSON.stringify({ ...value, ...change }));
  };
  edit("answer/t01.json", {
    instance_id: evil,
    repo: evil,
    challenger: `THOUGHT: ${evil}\n\n\`\`\`bash\n${evil}\n\`\`\``,
    messages: [{ role: evil, content: evil, tool_calls: [evil] }],
    challenger_run: undefined,
    audit: {
      verdict: "suspect",
      findings: [{ kind: evil, text: evil, span: [0, 30], evidence: evil }],
    },
  });
  edit("score/t01.json", { style: evil });
  const app = await appOf(root);
  for (const path of [
    "/",
    "/duel/t01.json?history=all&hidden=1&diff=1",
    `/?q=${encodeURIComponent(evil)}`,
    `/?repo=${encodeURIComponent(evil)}`,
  ]) {
    const page = await (await get(app, path)).text();
    expect(page).not.toMatch(/<script>|<img/);
    expect(page).toContain("&lt;script&gt;");
  }
});

test("an empty workspace says what to run first", async () => {
  const app = await appOf(tempProject({ "answer/.gitkeep": "" }));
  expect(await (await get(app, "/")).text()).toContain(
    "This workspace is empty. First: <code>npm run stage:prompt -- --root my-run</code> draws turns",
  );
});

test("a broken answer file shows as such and does not stop the page", async () => {
  const root = await judgedWorkspace();
  writeFileSync(join(root, "answer/t03.json"), "{ half");
  writeFileSync(join(root, "score/t04.json"), "[]");
  const app = await appOf(root);
  const list = await (await get(app, "/?bucket=broken+file")).text();
  expect(list.match(/class="row"/g)).toHaveLength(2);
  expect(await (await get(app, "/duel/t03.json")).text()).toContain("answer/t03.json is not JSON");
  expect(await (await get(app, "/duel/t04.json")).text()).toContain(
    "score/t04.json has the wrong shape",
  );
});

test("a turn that is deleted while it is open is not there any more", async () => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  expect((await get(app, "/duel/t05.json")).status).toBe(200);
  rmSync(join(root, "answer/t05.json"));
  const answer = await get(app, "/duel/t05.json");
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain("This turn is not there");
  expect((await verdict(app, "t05.json", "left")).status).toBe(404);
});

test("the same stem in two folders is said instead of a list", async () => {
  const root = await judgedWorkspace({ "answer_1/t01.json": {} });
  expect(await (await get(await appOf(root), "/")).text()).toContain(
    "t01.json is in answer/ and in answer_1/",
  );
});

test("a turn of 100 kB, a history of 380 messages and hidden characters are shown whole", async () => {
  const root = await judgedWorkspace({
    "answer/big.json": {
      instance_id: "big",
      king: `THOUGHT: ${"x".repeat(100_000)}\n\n\`\`\`bash\nls\n\`\`\``,
      challenger: "\u202Eevil\u200B \u0627\u0644\u0639\u0631\u0628\u064A\u0629",
      assistant: "",
      messages: Array.from({ length: 380 }, (_, n) => ({
        role: n % 2 === 0 ? "user" : "assistant",
        content: `m${n}`,
      })),
    },
  });
  const page = await (
    await get(await appOf(root), "/duel/big.json?history=all&diff=1&whole=1")
  ).text();
  expect(page.match(/class="said /g)).toHaveLength(380);
  expect(page).toContain("x".repeat(100_000));
  expect(page).toContain('title="hidden character">U+202E</span>');
  expect(page).not.toMatch(/[\u202A-\u202E\u200B]/);
});

test("an edited answer outdates the review about it", async () => {
  const root = await judgedWorkspace();
  const app = await appOf(root);
  await verdict(app, "t01.json", "right");
  const path = join(root, "review/t01.json");
  writeFileSync(path, JSON.stringify({ ...reviewOf(root, "t01.json"), pair_hash: "another" }));
  const fresh = await appOf(root);
  expect(await (await get(fresh, "/duel/t01.json")).text()).toContain("it counts for nothing");
});

test("a megabyte of commands comes cut, and whole when asked for", async () => {
  const block = `\`\`\`bash\n${"grep -rn needle . && ".repeat(50_000)}\n\`\`\``;
  const root = await judgedWorkspace({
    "answer/long.json": {
      instance_id: "long",
      king: block,
      challenger: block,
      assistant: "",
      messages: [],
    },
  });
  const app = await appOf(root);
  const page = await (await get(app, "/duel/long.json")).text();
  expect(page.length).toBeLessThan(1_000_000);
  expect(page.match(/characters more/g)).toHaveLength(2);
  const whole = await (await get(app, "/duel/long.json?whole=1")).text();
  expect(whole.length).toBeGreaterThan(2_000_000);
});

test("a duel is downloaded without what the pull request hid, secrets masked", async () => {
  const root = await judgedWorkspace();
  const path = join(root, "answer/t01.json");
  const answer = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const token = `ghp_${"a1B2".repeat(9)}`;
  writeFileSync(
    path,
    JSON.stringify({
      ...answer,
      king: `export T=${token}`,
      challenger: "quoted from the patch",
      audit: {
        verdict: "leak",
        findings: [{ kind: "line", text: "x", span: [0, 1], evidence: "HIDDEN EVIDENCE" }],
      },
    }),
  );
  const app = await appOf(root);
  const reply = await get(app, "/duel/t01.json/json");
  expect(reply.headers.get("content-disposition")).toBe("attachment");
  const text = await reply.text();
  expect(text).not.toMatch(/HIDDEN EVIDENCE|quoted from the patch|ghp_a1B2/);
  expect(JSON.parse(text)).toMatchObject({ file: "t01.json", challenger: "" });
  expect((await get(app, "/duel/none.json/json")).status).toBe(404);
});

test("the report's files are duels on the page", async () => {
  const reply = await get(await appOf(await judgedWorkspace()), "/refined/t01.json");
  expect(reply.headers.get("location")).toBe("/duel/t01.json");
});

test("the strip above the list says how the run ended, and its parts filter", async () => {
  const page = await (await get(await appOf(await judgedWorkspace()), "/")).text();
  const strip = /<section class="run"[^]*?<\/section>/.exec(page)?.[0] ?? "";
  expect(strip).toContain("accepted");
  expect(strip).toMatch(/<dt>margin<\/dt>\s*<dd>25\.69 \(≥ 2\)<\/dd>/);
  expect(strip).toMatch(/flips 15\.8 %/);
  expect(strip).toContain('href="/?bucket=refined"');
  expect(strip).toContain("<title>defeat: 16</title>");
  expect(page).toMatch(/<line class="limit" x1="176"[^]*<text[^>]*>80<\/text>/);
});

test.each([
  ["?score=60 to 65", 8],
  ["?score=60 to 65&score=50 to 55", 10],
  ["?metric=grounding lost", 2],
  ["?metric=grounding lost&metric=grounding won", 16],
  ["?judge=recorded/judge-a: challenger", 22],
])("the filter in words %s leaves %i duels and is named above them", async (query, count) => {
  const page = await (await get(await appOf(await judgedWorkspace()), `/${query}`)).text();
  expect(page.match(/class="row"/g)?.length ?? 0).toBe(count);
  const active = /<p class="active"[^]*?<\/p>/.exec(page)?.[0] ?? "";
  expect(active.match(/<a /g)).toHaveLength(query.split("=").length - 1);
});

test("a search shows where it found its words, marked, and in blind mode nothing of it", async () => {
  const app = await appOf(await judgedWorkspace());
  const page = await (await get(app, "/?q=injection.go")).text();
  expect(page.match(/<span class="excerpt sub"/g)).toHaveLength(3);
  expect(page).toMatch(/<mark>injection\.go<\/mark>/);
  const blind = await (await get(app, "/?q=injection.go&blind=1")).text();
  expect(blind.match(/class="row"/g)).toHaveLength(3);
  expect(blind).not.toMatch(/class="excerpt|class="run"|class="facet histogram/);
});

test.each([
  [["Grep the file", "x"], ["grep"], { where: "a", marks: [{ start: 0, end: 4, name: "found" }] }],
  [["x", "say GREP and find"], ["find", "grep"], { where: "b", text: "say GREP and find" }],
  [["İ grep", "x"], ["grep"], { where: "a" }],
])("an excerpt of %j for %j", (texts, words, expected) => {
  const named = texts.map((text, at) => [at === 0 ? "a" : "b", text] as const);
  expect(excerptOf(named, words)).toMatchObject(expected);
});

test("an excerpt of nothing is none, and a long text is cut around its first word", () => {
  expect(excerptOf([["a", "text"]], ["word"])).toBeNull();
  const text = `${"x".repeat(300)} needle ${"y".repeat(300)}`;
  const found = excerptOf([["a", text]], ["needle"]);
  expect(found?.text).toMatch(/^…x+ needle y+…$/);
  const [mark] = found?.marks ?? [];
  expect(found?.text.slice(mark?.start, mark?.end)).toBe("needle");
});

test("Esc leads from a duel to the page of the list on which it stands", async () => {
  const root = await judgedWorkspace();
  for (let n = 0; n < 60; n++)
    writeFileSync(join(root, `answer/u${n}.json`), readFileSync(join(root, "answer/t01.json")));
  const app = await appOf(root);
  const page = await (await get(app, "/duel/u59.json?sort=file")).text();
  expect(page).toMatch(/href="\/\?sort=file&amp;page=2"\s+data-key="Escape"/);
});

test("the calls of a turn are shown with their times, and what is not kept is said", async () => {
  const root = await judgedWorkspace();
  const line = (id: string, event: string, more: object): string =>
    JSON.stringify({
      id,
      event,
      time: "2026-01-02T03:04:05.000Z",
      stage: "king",
      item: "king/t01.json/1",
      role: "king",
      provider: "p",
      model: "m",
      tokens_in: 1200,
      tokens_cached: 0,
      tokens_out: 34,
      tokens_reasoning: 0,
      usd: null,
      latency_ms: null,
      outcome: null,
      ...more,
    });
  const ledger = [
    line("1", "intent", {}),
    line("1", "outcome", { latency_ms: 2300, outcome: "ok" }),
    line("2", "intent", {}),
    line("3", "outcome", { item: "king/t011.json/1", outcome: "ok" }),
    '{"torn',
  ];
  mkdirSync(join(root, "report"), { recursive: true });
  writeFileSync(join(root, "report/ledger.jsonl"), ledger.join("\n"));
  const app = await appOf(root);
  const page = await (await get(app, "/duel/t01.json?calls=1")).text();
  expect(page).toMatch(/1 call, 1 without an outcome/);
  expect(page).toMatch(/<td>2\.3 s<\/td>\s*<td>1200<\/td>/);
  expect(page).toContain("unpriced");
  expect(page).toContain("The requests are not kept");
  expect(await (await get(app, "/duel/t01.json?calls=1&blind=1")).text()).not.toContain(
    'id="calls"',
  );
});

test("requests of a request file are shown as sent, the challenger's only beside the pull request", async () => {
  const root = await judgedWorkspace();
  for (const stage of ["king", "challenger"]) {
    mkdirSync(join(root, "engine", stage), { recursive: true });
    const head = { requests: 1, stage, provider: "p", model: "m", results: [] };
    const entry = { custom_id: "c1", key: `${stage}/t01.json/1`, ask: "1" };
    const lines = [head, entry].map((one) => JSON.stringify(one));
    writeFileSync(join(root, "engine", stage, "map-1.jsonl"), `${lines.join("\n")}\n`);
    writeFileSync(
      join(root, "engine", stage, "requests-1.jsonl"),
      `${JSON.stringify({ custom_id: "c1", body: { model: "m", said: `as sent to ${stage}` } })}\n`,
    );
  }
  const app = await appOf(root);
  const page = await (await get(app, "/duel/t01.json?calls=1")).text();
  expect(page).toContain("as sent to king");
  expect(page).not.toContain("as sent to challenger");
  const all = await (await get(app, "/duel/t01.json?calls=1&hidden=1")).text();
  expect(all).toContain("as sent to challenger");
});
