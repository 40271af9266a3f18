/** The viewer as a person uses it: in a real browser, with keys. */
import { readFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { lockWorkspace } from "../../src/io/lock.ts";
import { report } from "../../src/stages/report.ts";
import { startViewer, type Viewer } from "../../src/viewer/server.ts";
import { HAS_BROWSER, launchBrowser } from "../support/browser.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { judgedWorkspace } from "../support/workspace.ts";

/** An expression for the page: the texts of too little contrast. */
const LOW_CONTRAST = readFileSync(new URL("./low-contrast.js", import.meta.url), "utf8");

describe.skipIf(!HAS_BROWSER)("the viewer in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  type Visit = {
    readonly root: string;
    readonly page: Page;
    readonly viewer: Viewer;
    readonly faults: string[];
  };

  /** A page on a viewer of its own; console errors, page errors and foreign requests are kept. */
  async function visit(files: Record<string, unknown> = {}, narrow = false): Promise<Visit> {
    const root = await judgedWorkspace(files);
    const viewer = await startViewer({
      config: loadConfig(root, {}),
      store: openStore(root),
      host: "127.0.0.1",
      port: 0,
      now: () => new Date(),
    });
    const page = await browser.newPage({
      viewport: narrow ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    });
    const faults: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("dialog", (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(viewer.url)) faults.push(`request to ${request.url()}`);
    });
    onTestFinished(async () => {
      await page.close();
      await viewer.close();
    });
    await page.goto(viewer.url);
    return { root, page, viewer, faults };
  }

  const titleOf = (page: Page): Promise<string> => page.locator("#content .head h1").innerText();

  test("list, filters, search and order work, and nothing is asked of another host", async () => {
    const { page, faults } = await visit();
    expect(await page.locator(".row").count()).toBe(24);
    await page.locator('a[data-facet="bucket"]', { hasText: "refined" }).click();
    expect(await page.locator(".row").count()).toBe(8);
    expect(await page.locator("h1").innerText()).toBe("8 of 24 duels");
    await page.keyboard.press("/");
    await page.keyboard.type("django");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=django/);
    expect(new URL(page.url()).searchParams.get("bucket")).toBe("refined");
    await page.locator(".clear").click();
    await expect.poll(() => page.locator(".row").count()).toBe(24);
    await page.locator(".sorts a", { hasText: "lowest" }).click();
    const scores = await page.locator(".row .score b").allTextContents();
    expect(scores.map(Number)).toEqual(scores.map(Number).sort((a, b) => a - b));
    expect(faults).toEqual([]);
  });

  test("the keyboard alone suffices: open, judge, note, undo, next, back", async () => {
    const { root, page, faults } = await visit();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    const first = await titleOf(page);
    const file = decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
    const review = (): { verdict: number | null; bucket: string | null; note: string } =>
      JSON.parse(readFileSync(join(root, "review", file), "utf8")) as never;

    await Promise.all([page.waitForNavigation(), page.keyboard.press("2")]);
    expect(review().verdict).toBe(2);
    expect(await page.locator('button[value="right"]').getAttribute("aria-pressed")).toBe("true");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("f")]);
    expect(review().bucket).toBe("final");
    await page.keyboard.press("n");
    await page.keyboard.type("2 f d u j");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    expect(review()).toMatchObject({ verdict: 2, bucket: "final", note: "2 f d u j" });
    await Promise.all([page.waitForNavigation(), page.keyboard.press("u")]);
    expect(review().note).toBe("");

    await Promise.all([page.waitForNavigation(), page.keyboard.press("j")]);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("k")]);
    expect(await titleOf(page)).toBe(first);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Escape")]);
    expect(await page.locator(".chip.person").count()).toBe(1);
    expect(await page.locator("#live").textContent()).toContain("1 by a person");
    expect(faults).toEqual([]);
  });

  test("? shows the keys and Esc closes them; word diff, hidden part and history follow their keys", async () => {
    const { page, viewer, faults } = await visit();
    await page.goto(`${viewer.url}duel/t01.json`);
    await page.keyboard.press("?");
    expect(await page.locator("#help").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.locator("#help").isVisible()).toBe(false);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("w")]);
    expect(await page.locator(".removed, .added").count()).toBeGreaterThan(0);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("p")]);
    expect(await page.locator(".hidden-part").isVisible()).toBe(true);
    await Promise.all([page.waitForURL(/history=8/), page.keyboard.press("h")]);
    expect(await page.locator(".said").count()).toBe(8);
    expect(faults).toEqual([]);
  });

  test("blind mode hides who is who until a key has decided", async () => {
    const { root, page, viewer, faults } = await visit();
    await page.goto(`${viewer.url}duel/t01.json?blind=1`);
    expect(await page.locator(".side h2").allInnerTexts()).toEqual(["Answer A", "Answer B"]);
    expect(await page.locator(".judges, .figures").count()).toBe(0);
    const left = await page.locator(".side").first().innerText();
    await Promise.all([page.waitForNavigation(), page.keyboard.press("1")]);
    expect(await page.locator(".figures").isVisible()).toBe(true);
    const { verdict } = JSON.parse(readFileSync(join(root, "review/t01.json"), "utf8")) as {
      verdict: number;
    };
    const winner = verdict === 1 ? "king" : "challenger";
    const answer = JSON.parse(readFileSync(join(root, "answer/t01.json"), "utf8")) as Record<
      string,
      string
    >;
    expect(left.replace(/\s+/g, "")).toContain(
      (answer[winner] ?? "").slice(0, 60).replace(/\s+/g, ""),
    );
    expect(faults).toEqual([]);
  });

  test("while a stage runs, counts and new duels appear without a reload", async () => {
    const { root, page, faults } = await visit();
    const score = readFileSync(join(root, "score/t01.json"), "utf8");
    await page.evaluate('document.body.setAttribute("data-same-page", "yes")');
    const release = await lockWorkspace(root, "validate");
    await page.waitForSelector(".pulse");
    expect(await page.locator(".pulse").textContent()).toBe("validate is running");
    const store = openStore(root);
    await store.write(
      "answer/t99.json",
      JSON.parse(readFileSync(join(root, "answer/t01.json"), "utf8")),
    );
    await page.waitForSelector('.row[data-file="t99.json"]');
    expect(await page.locator("#live").textContent()).toContain("24 of 25 judged");
    await store.write("score/t99.json", { ...(JSON.parse(score) as object), file: "t99.json" });
    await expect.poll(() => page.locator("#live").textContent()).toContain("25 of 25 judged");
    await release();
    await expect.poll(() => page.locator(".pulse").count()).toBe(0);
    expect(await page.locator("body").getAttribute("data-same-page")).toBe("yes");
    expect(faults).toEqual([]);
  });

  test("a hostile turn is shown and not executed, on the list and in the duel", async () => {
    const evil =
      '<script>alert(1)</script><img src="http://evil.example/x" onerror="alert(2)"><svg onload=alert(3)>';
    const { page, viewer, faults } = await visit({
      "answer/evil.json": {
        instance_id: evil,
        repo: evil,
        king: `THOUGHT: ${evil}\n\n\`\`\`bash\necho ${evil}\n\`\`\``,
        challenger: `\u202E${evil}`,
        assistant: evil,
        messages: [{ role: evil, content: evil }],
        audit: {
          verdict: "suspect",
          findings: [{ kind: evil, text: evil, span: [0, 12], evidence: evil }],
        },
      },
      "review/evil.json": {
        file: "evil.json",
        verdict: null,
        bucket: null,
        note: `"${evil}`,
        time: "",
        pair_hash: "",
      },
    });
    await page.locator(".row", { hasText: "evil.example" }).first().waitFor();
    await page.goto(`${viewer.url}duel/evil.json?diff=1&hidden=1&history=all`);
    expect(await titleOf(page)).toBe(evil);
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test("report.html sorts and filters its turns, alone and under its own policy", async () => {
    const { root, page, viewer, faults } = await visit();
    await report(
      loadConfig(root, {}),
      testDeps(
        root,
        scriptedChat(() => ""),
      ),
      OPTIONS,
    );
    await page.goto(`${viewer.url}report`);
    const files = (): Promise<string[]> => page.locator(".turns td:nth-child(2)").allTextContents();
    expect(await page.locator(".turns tbody tr").count()).toBe(24);
    await page.locator(".filter input").fill("t15");
    expect(await files()).toEqual(["t15.json"]);
    await page.locator(".filter input").fill("");
    await page.locator(".turns th button", { hasText: "file" }).click();
    expect((await files()).slice(0, 3)).toEqual(["t01.json", "t02.json", "t03.json"]);
    await page.locator(".turns th button", { hasText: "file" }).click();
    expect((await files())[0]).toBe("t24.json");
    expect(await page.locator("svg.chart").count()).toBeGreaterThanOrEqual(5);
    expect(faults).toEqual([]);
  });

  test("a turn deleted while it is open says so at the next key", async () => {
    const { root, page, viewer } = await visit();
    await page.goto(`${viewer.url}duel/t05.json`);
    rmSync(join(root, "answer/t05.json"));
    await Promise.all([page.waitForNavigation(), page.keyboard.press("2")]);
    expect(await page.locator("h1").innerText()).toBe("This turn is not there");
    expect(existsSync(join(root, "review/t05.json"))).toBe(false);
  });

  test("on a phone nothing is wider than the screen, and the filters are folded", async () => {
    const { page, viewer, faults } = await visit({}, true);
    expect(await page.locator("details.filters").getAttribute("open")).toBeNull();
    for (const path of ["", "duel/t01.json?diff=1&hidden=1"]) {
      await page.goto(`${viewer.url}${path}`);
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - window.innerWidth",
      );
      expect(overflow).toBeLessThanOrEqual(0);
    }
    expect(faults).toEqual([]);
  });

  test.each(["light", "dark"] as const)("text has AA contrast in %s", async (colorScheme) => {
    const { viewer } = await visit();
    const page = await browser.newPage({ colorScheme });
    onTestFinished(() => page.close());
    for (const path of ["", "duel/t15.json?diff=1"]) {
      await page.goto(`${viewer.url}${path}`);
      expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
    }
  });

  test("the taken port is passed over, and the next free one is used", async () => {
    const { viewer, root } = await visit();
    const second = await startViewer({
      config: loadConfig(root, {}),
      store: openStore(root),
      host: "127.0.0.1",
      port: viewer.port,
      now: () => new Date(),
    });
    onTestFinished(() => second.close());
    expect(second.taken).toContain(viewer.port);
    expect(second.port).toBeGreaterThan(viewer.port);
  });
});
