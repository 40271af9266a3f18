/**
 * How many keys or clicks lead from an open page to what one wants to know: each way is gone in a real browser,
 * and docs/viewer.md names the same numbers.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { report } from "../../src/stages/report.ts";
import { openStore } from "../../src/io/store.ts";
import { share } from "../../src/stages/share.ts";
import { startViewer } from "../../src/viewer/server.ts";
import { workspaceAt } from "../../src/viewer/workspaces.ts";
import { HAS_BROWSER, launchBrowser } from "../support/browser.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { judgedWorkspace } from "../support/workspace.ts";

type Step = { readonly key: string } | { readonly click: string } | { readonly type: string };
const key = (name: string): Step => ({ key: name });
const click = (selector: string): Step => ({ click: selector });

/** What is wanted, where one is, the way, and what is in view at its end. */
const WAYS: readonly (readonly [string, string, readonly Step[], readonly string[]])[] = [
  [
    "both answers of item 11",
    "?sort=file",
    [click(".row:nth-child(11) .name")],
    ['[data-file="t11.json"] .side:first-child h2', ".side:last-child .command pre"],
  ],
  ["last observation and both answers", "duel/t11.json", [], [".said:last-child", ".side h2"]],
  ["why it lost", "duel/t11.json", [key("PageDown")], [".judges .reason"]],
  ["a judge's reason with the order", "duel/t11.json", [key("PageDown")], [".judges td.order"]],
  [
    "items where judges disagree",
    "",
    [click('a[data-facet="judges"]:has-text("judges disagree")')],
    ['.row[data-file="t01.json"]', '.active:has-text("judges disagree")'],
  ],
  ["next failing", "duel/t13.json?bucket=defeat&sort=file", [key("j")], ['[data-file="t14.json"]']],
  [
    "overrule and go on",
    "duel/t13.json?sort=file",
    [key("d"), key("j")],
    ['[data-file="t14.json"]'],
  ],
  ["worst judge", "", [], ['.run dt:has-text("judge-c")']],
  ["one repository", "", [click('a[data-facet="repo"] >> nth=0')], [".active a"]],
  [
    "a word in all answers",
    "",
    [key("/"), { type: "injection.go" }, key("Enter")],
    [".excerpt mark"],
  ],
  ["what the pull request hid", "duel/t11.json", [key("p")], ['.hidden-part h3:has-text("Patch")']],
  ["cost of an item", "duel/t02.json", [], ['.side:first-child .took:has-text("$0.0042")']],
  ["cost of the run", "", [], ['.run dt:has-text("cost")']],
  [
    "request as sent, where it is kept",
    "duel/t11.json",
    [key("c"), click(".request summary")],
    [".request pre"],
  ],
  [
    "duel of a turn in the report",
    "report",
    [click('.turns a:has-text("t24.json")')],
    [".side h2"],
  ],
  ["help", "duel/t11.json", [key("?")], ["#help[open]"]],
];

const KING_RUN = {
  model: "m",
  provider: "p",
  prompt_version: "king-2",
  config_hash: "c",
  usage: { prompt_tokens: 1200, cached_tokens: 0, completion_tokens: 80, reasoning_tokens: 0 },
  cost_usd: 0.0042,
  attempts: 1,
  finish_reason: "stop",
  time: "2026-01-01T00:00:00.000Z",
};

const cells = readFileSync(new URL("../../docs/viewer.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) => line.split("|").map((cell) => cell.trim()));
const documented = (what: string): string | undefined =>
  cells.find(([, name]) => name === what)?.at(-2);

describe.skipIf(!HAS_BROWSER)("actions", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  async function go(page: Page, steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if ("key" in step) await page.keyboard.press(step.key);
      else if ("click" in step) await page.locator(step.click).first().click();
      else await page.keyboard.type(step.type);
    }
  }

  async function isInView(page: Page, selector: string): Promise<void> {
    const found = page.locator(selector).first();
    await found.waitFor({ state: "visible", timeout: 45_000 });
    const box = await found.boundingBox();
    const { height } = page.viewportSize() ?? { height: 0 };
    if (box === null || box.y >= height || box.y + box.height <= 0)
      throw new Error(`${selector} is not in view: ${JSON.stringify(box)}`);
  }

  test("each way takes as many actions as the documents say, and none more than three", async () => {
    const root = await judgedWorkspace();
    const path = join(root, "score/t01.json");
    const score = JSON.parse(readFileSync(path, "utf8")) as { judges: { model: string }[] };
    const lost = { correctness: 0, grounding: 0, progress: 0, protocol: 0, efficiency: 0 };
    const judges = score.judges.map((judge) =>
      judge.model === score.judges[0]?.model ? { ...judge, metrics: lost } : judge,
    );
    writeFileSync(path, JSON.stringify({ ...score, judges }));
    mkdirSync(join(root, "engine/king"), { recursive: true });
    const head = { requests: 1, stage: "king", provider: "p", model: "m", results: [] };
    const entry = { custom_id: "c", key: "king/t11.json/1", ask: "1" };
    writeFileSync(
      join(root, "engine/king/map-1.jsonl"),
      `${JSON.stringify(head)}\n${JSON.stringify(entry)}\n`,
    );
    writeFileSync(
      join(root, "engine/king/requests-1.jsonl"),
      `${JSON.stringify({ custom_id: "c", body: { model: "m" } })}\n`,
    );
    const second = join(root, "answer/t02.json");
    const answer = JSON.parse(readFileSync(second, "utf8")) as object;
    writeFileSync(second, JSON.stringify({ ...answer, king_run: KING_RUN }));
    const { instance_id } = JSON.parse(readFileSync(join(root, "answer/t11.json"), "utf8")) as {
      instance_id: string;
    };
    const pr = { instance_id, repo: "o/r", patch: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n" };
    await openStore(root).write(`commit/${instance_id}.json`, pr);
    const nobody = scriptedChat(() => "");
    await report(loadConfig(root, {}), testDeps(root, nobody), OPTIONS);
    const viewer = await startViewer({
      workspaces: [workspaceAt(root, {}, {})],
      host: "127.0.0.1",
      port: 0,
      now: () => new Date(),
    });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    onTestFinished(async () => {
      await page.close();
      await viewer.close();
    });
    const counts: Record<string, string> = {};
    for (const [what, from, steps, seen] of WAYS) {
      await page.goto(`${viewer.url}${from}`);
      await go(page, steps);
      for (const selector of seen) await isInView(page, selector);
      counts[what] = String(steps.length);
    }
    expect(Object.fromEntries(WAYS.map(([what]) => [what, documented(what)]))).toEqual(counts);
    expect(Object.values(counts).filter((count) => Number(count) > 3)).toEqual([]);
    await page.goto(`${viewer.url}duel/t11.json`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("a[download]").click(),
    ]);
    expect(download.suggestedFilename()).toBe("t11.json");
    expect(documented("download")).toBe("1");
  }, 120_000);

  test("two runs are compared by one key, and a copy in files follows its keys from the disk", async () => {
    const roots = [await judgedWorkspace(), await judgedWorkspace()];
    const viewer = await startViewer({
      workspaces: roots.map((root, at) => workspaceAt(root, { name: `run-${at}` }, {})),
      host: "127.0.0.1",
      port: 0,
      now: () => new Date(),
    });
    const page = await browser.newPage();
    onTestFinished(async () => {
      await page.close();
      await viewer.close();
    });
    await page.goto(viewer.url);
    await page.keyboard.press("c");
    await page.waitForURL(/compare\?a=run-0&b=run-1/);
    expect(documented("compare two runs")).toBe("1");
    // Below a run's address pages come into each other as they do elsewhere.
    await page.goto(`${viewer.url}run/run-1/?sort=file`);
    await page.evaluate('document.body.setAttribute("data-same-page", "yes")');
    await page.locator(".row .name").nth(2).click();
    await page.locator('.duel[data-file="t03.json"]').waitFor();
    await page.keyboard.type("2j");
    await page.locator('.duel[data-file="t04.json"]').waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator(".chip.person").count(), { timeout: 45_000 }).toBe(1);
    expect(page.url()).toBe(`${viewer.url}run/run-1/?sort=file`);
    expect(await page.locator("body").getAttribute("data-same-page")).toBe("yes");
    const root = roots[1] ?? "";
    expect(readFileSync(join(root, "review/t03.json"), "utf8")).toContain('"verdict": 2');

    const out = join(root, "site");
    const deps = { store: openStore(root), output: openStore(out), name: "copy" };
    await share(loadConfig(root, {}), deps, {});
    const faults: string[] = [];
    page.on("console", (message) => faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(pathToFileURL(join(out, "index.html")).href);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/duel\/t\d\d\.html/);
    const before = page.url();
    await page.keyboard.press("j");
    await page.waitForURL((url) => url.href !== before);
    expect(await page.locator(".side").count()).toBe(2);
    await page.keyboard.press("Escape");
    await page.waitForURL(/index\.html$/);
    expect(faults).toEqual([]);
  }, 60_000);
});
