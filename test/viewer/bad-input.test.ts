/** What the page meets in workspaces that are not as they should be, or very large, in the real browser. */
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { htmlOf, restOf, withRest } from "../../src/core/report/html.ts";
import type { Document } from "../../src/core/report/document.ts";
import { packed } from "../../src/io/dataset/packed.ts";
import { startViewer } from "../../src/viewer/server.ts";
import { runNames, workspaceAt } from "../../src/viewer/workspaces.ts";
import { HAS_BROWSER, launchBrowser } from "../support/browser.ts";
import { tempProject } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

describe.skipIf(!HAS_BROWSER)("bad input in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  async function visit(
    ...roots: readonly string[]
  ): Promise<{ page: Page; url: string; faults: string[] }> {
    const names = runNames(roots);
    const viewer = await startViewer({
      workspaces: roots.map((root, at) => workspaceAt(root, { name: names[at] ?? "" }, {})),
      host: "127.0.0.1",
      port: 0,
      now: () => new Date(),
    });
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    onTestFinished(async () => {
      await page.close();
      await viewer.close();
    });
    await page.goto(viewer.url);
    return { page, url: viewer.url, faults };
  }

  const turn = (more: Record<string, unknown>) => ({
    instance_id: "large",
    king: "THOUGHT: x\n\n```bash\nls\n```",
    challenger: "THOUGHT: y\n\n```bash\nls -la\n```",
    assistant: "",
    messages: [{ role: "user", content: "do it" }],
    ...more,
  });

  test("a run without a report, an empty folder and two runs of one name each say what they are", async () => {
    const parents = [tempProject(), tempProject(), tempProject()];
    const [one = "", other = ""] = parents.map((parent) => join(parent, "run"));
    for (const root of [one, other]) mkdirSync(join(root, "answer"), { recursive: true });
    writeFileSync(join(one, "answer/a.json"), JSON.stringify(turn({})));
    const { page, url, faults } = await visit(one, other);
    expect(await page.locator("h1").innerText()).toBe("2 runs");
    await page.locator("table a", { hasText: /^run-2$/ }).click();
    expect(await page.locator("h1").innerText()).toBe("No duels yet");
    await page.goto(`${url}run/run/`);
    expect(await page.locator("h1").innerText()).toBe("1 duel");
    await page.locator("nav a", { hasText: "Report" }).click();
    await page.waitForURL(/report/);
    expect(await page.locator("h1").innerText()).toBe("There is no report yet");
    expect(faults).toEqual([]);
  });

  test("400 messages, an answer of a megabyte and another version's file are shown", async () => {
    const messages = Array.from({ length: 400 }, (_, n) => ({
      role: n % 2 === 0 ? "user" : "assistant",
      content: `message ${n}`,
    }));
    const line = "grep -rn 'some words' src/part | head -20\n";
    const megabyte = `THOUGHT: x\n\n\`\`\`bash\n${line.repeat(1_000_000 / line.length)}\`\`\``;
    const king_run = {
      model: "k",
      provider: "p",
      prompt_version: "king-1",
      config_hash: "c",
      usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 2, reasoning_tokens: 0 },
      cost_usd: null,
      attempts: 1,
      finish_reason: "stop",
      latency_ms: 2400,
      raw: "<think>why</think>THOUGHT: x",
      time: "",
    };
    const root = tempProject({
      "answer/long.json": turn({ messages, challenger: megabyte, king_run }),
      // Five fields alone, and fields that nobody here knows.
      "answer/older.json": turn({ instance_id: "older" }),
      "answer/later.json": turn({ schema: 99, instance_id: "later", of_tomorrow: { a: [1] } }),
    });
    const { page, url, faults } = await visit(root);
    expect(await page.locator(".row").count()).toBe(3);
    await page.goto(`${url}duel/long.json`);
    expect(await page.locator("#history .sub").first().innerText()).toContain("400 messages");
    expect(await page.locator(".said").count()).toBe(2);
    expect(await page.locator("*").count()).toBeLessThan(6000);
    expect(await page.locator(".took").first().innerText()).toContain("2.4 s");
    expect(await page.locator(".raw pre").first().isVisible()).toBe(false);
    await page.locator(".raw summary").first().click();
    expect(await page.locator(".raw pre").first().innerText()).toBe("<think>why</think>THOUGHT: x");
    await page.keyboard.press("H");
    await expect.poll(() => page.locator(".said").count(), { timeout: 45_000 }).toBe(400);
    for (const name of ["older", "later"]) {
      await page.goto(`${url}duel/${name}.json`);
      expect(await page.locator("#content .head h1, .message h1").first().innerText()).not.toBe("");
    }
    expect(faults).toEqual([]);
  });

  test("in the page's frame a report shows all turns by pages, also those that lie packed in it", async () => {
    const row = (n: number): string[] => [
      "50",
      `t_${n}.json`,
      ...Array<string>(6).fill("-"),
      "final",
    ];
    const more = Array.from({ length: 700 }, (_, n) => row(600 + n));
    const document: Document = {
      title: "Many",
      blocks: [
        {
          kind: "table",
          isInteractive: true,
          columns: Array.from({ length: 9 }, (_, at) => ({ name: `c${at}` })),
          rows: Array.from({ length: 600 }, (_, n) => row(n)),
          rest: { count: 700, rows: () => more },
        },
      ],
    };
    const page1 = htmlOf(document);
    const whole = withRest(
      page1,
      await packed(JSON.stringify([...(restOf(document)?.rows() ?? [])])),
    );
    expect(whole).not.toBe(page1);
    const root = await judgedWorkspace();
    mkdirSync(join(root, "report"), { recursive: true });
    writeFileSync(join(root, "report/report.html"), whole);
    const { page, url, faults } = await visit(root);
    await page.goto(`${url}report`);
    const place = page.locator(".pages span");
    await expect.poll(() => place.innerText(), { timeout: 45_000 }).toBe("1 to 500 of 1300");
    expect(await page.locator(".turns tbody tr").count()).toBe(500);
    await page.locator(".pages button", { hasText: "Next" }).click();
    await page.locator(".pages button", { hasText: "Next" }).click();
    expect(await place.innerText()).toBe("1001 to 1300 of 1300");
    const last = page.locator(".turns a", { hasText: "t_1299.json" });
    expect(await last.getAttribute("href")).toBe("/duel/t_1299.json");
    expect(readFileSync(join(root, "report/report.html"), "utf8")).toBe(whole);
    expect(faults).toEqual([]);
  });
});
