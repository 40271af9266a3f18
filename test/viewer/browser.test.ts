/** The viewer as a person uses it: in a real browser, with keys. */
import { readFileSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { lockWorkspace } from "../../src/io/lock.ts";
import { queue } from "../../src/stages/queue.ts";
import { report } from "../../src/stages/report.ts";
import { startViewer, type Viewer } from "../../src/viewer/server.ts";
import { workspaceAt } from "../../src/viewer/workspaces.ts";
import { HAS_BROWSER, launchBrowser } from "../support/browser.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { judgedWorkspace } from "../support/workspace.ts";

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
      workspaces: [workspaceAt(root, {}, {})],
      host: "127.0.0.1",
      port: 0,
      now: () => new Date(),
    });
    const context = await browser.newContext({
      viewport: narrow ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    });
    const page = await context.newPage();
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
      await context.close();
      await viewer.close();
    });
    await page.goto(viewer.url);
    return { root, page, viewer, faults };
  }

  /** The machine may be busy: what is awaited is that it comes, not when. */
  const PATIENT = { timeout: 45_000 };
  type Said = { readonly verdict: number | null; readonly note: string };
  const reviewOf = (root: string, file: string): Said | null => {
    const path = join(root, "review", file);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Said) : null;
  };
  const verdictOf = (root: string, file: string): number | null =>
    reviewOf(root, file)?.verdict ?? null;

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

  test.each([0, 20, 80, 400])(
    "verdicts typed with j %i ms after each land on the duels that they were meant for",
    async (gap) => {
      const { root, page, viewer, faults } = await visit();
      await page.goto(`${viewer.url}?sort=file`);
      const rows = await page.locator(".row").all();
      const files = await Promise.all(
        rows.map(async (row) => (await row.getAttribute("data-file")) ?? ""),
      );
      expect(files).toHaveLength(24);
      await page.goto(`${viewer.url}duel/${files[0] ?? ""}?sort=file`);
      const wanted = files.map((_, at) => (at % 3 === 0 ? 2 : at % 3 === 1 ? 1 : 0));
      for (const verdict of wanted) {
        await page.keyboard.press(String(verdict));
        await page.waitForTimeout(gap);
        await page.keyboard.press("j");
        await page.waitForTimeout(Math.min(gap, 50));
      }
      const last = files.at(-1) ?? "";
      await expect.poll(() => verdictOf(root, last), PATIENT).toBe(wanted.at(-1));
      expect(files.map((file) => verdictOf(root, file))).toEqual(wanted);
      expect(faults).toEqual([]);
    },
    120_000,
  );

  test("a half-written note goes along with a verdict and with every way out", async () => {
    const { root, page, viewer, faults } = await visit();
    const noteOf = (file: string): string => reviewOf(root, file)?.note ?? "";
    for (const [file, key] of [
      ["t01.json", "2"],
      ["t02.json", "j"],
      ["t03.json", "Escape"],
    ] as const) {
      await page.goto(`${viewer.url}duel/${file}?sort=file`);
      await page.keyboard.press("n");
      await page.keyboard.type(`why ${file}`);
      await page.keyboard.press("Escape");
      await page.keyboard.press(key);
      await expect.poll(() => noteOf(file), PATIENT).toBe(`why ${file}`);
    }
    await expect.poll(() => verdictOf(root, "t01.json"), PATIENT).toBe(2);
    await page.goto(`${viewer.url}duel/t04.json`);
    await page.locator("#note").fill("closed with it");
    await page.goto(`${viewer.url}report`);
    await expect.poll(() => noteOf("t04.json"), PATIENT).toBe("closed with it");
    expect(faults.filter((fault) => !fault.includes("404"))).toEqual([]);
  });

  test("a note typed while the page is on its way is the note of the duel that comes", async () => {
    const { root, page, viewer } = await visit();
    await page.goto(`${viewer.url}duel/t01.json?sort=file`);
    await page.keyboard.type("2jnfor 2");
    await page.keyboard.press("Enter");
    await page.keyboard.type("1");
    await expect.poll(() => verdictOf(root, "t02.json"), PATIENT).toBe(1);
    expect(reviewOf(root, "t01.json")).toMatchObject({ verdict: 2, note: "", bucket: null });
    expect(reviewOf(root, "t02.json")).toMatchObject({ note: "for 2", bucket: null });
  });

  test("a verdict shows in other tabs, and undo takes back the tab's own and says so", async () => {
    const { root, page, viewer, faults } = await visit();
    await page.goto(`${viewer.url}?sort=file`);
    const other = await page.context().newPage();
    await other.goto(`${viewer.url}duel/t03.json?sort=file`);
    await other.keyboard.press("2");
    await expect.poll(() => page.locator(".chip.person").count(), PATIENT).toBe(1);
    await page.goto(`${viewer.url}duel/t03.json?sort=file`);
    await page.keyboard.press("u");
    const said = (at: Page) => () => at.locator(".said-so").innerText();
    await expect.poll(said(page), PATIENT).toContain("Nothing of this tab is left to undo.");
    expect(verdictOf(root, "t03.json")).toBe(2);
    await other.keyboard.press("u");
    await expect.poll(said(other), PATIENT).toContain("Undone: your last verdict");
    expect(reviewOf(root, "t03.json")).toBeNull();
    await expect
      .poll(() => page.locator('button[value="right"]').getAttribute("aria-pressed"), PATIENT)
      .toBe("false");
    expect(faults).toEqual([]);
  });

  test("more tabs than a browser has lines to a host all load", async () => {
    const { page, viewer } = await visit();
    for (let tab = 0; tab < 8; tab++) {
      const other = await page.context().newPage();
      await other.goto(`${viewer.url}duel/t01.json`);
      expect(await titleOf(other)).not.toBe("");
    }
  });

  test("a viewer that is gone is said, and the keys after it decide nothing", async () => {
    const { root, page, viewer } = await visit();
    await page.goto(`${viewer.url}duel/t01.json?sort=file`);
    await viewer.close();
    await page.keyboard.type("2j1");
    await expect
      .poll(() => page.locator("#fault").innerText(), PATIENT)
      .toContain("Not done: the viewer does not answer");
    expect(existsSync(join(root, "review"))).toBe(false);
  });

  test("back and forward show the pages that were open", async () => {
    const { page, viewer } = await visit();
    const shows = (file: string) =>
      expect.poll(() => page.locator(".duel").getAttribute("data-file"), PATIENT).toBe(file);
    await page.goto(`${viewer.url}?sort=file`);
    await page.locator(".row .name").nth(2).click();
    await shows("t03.json");
    await page.keyboard.press("j");
    await shows("t04.json");
    await page.goBack();
    await shows("t03.json");
    await page.goBack();
    await expect.poll(() => page.locator(".row").count(), PATIENT).toBe(24);
    await page.goForward();
    await shows("t03.json");
  });

  test("without script the forms save, undo and lead on", async () => {
    const { root, viewer } = await visit();
    const page = await browser.newPage({ javaScriptEnabled: false });
    onTestFinished(() => page.close());
    await page.goto(`${viewer.url}duel/t01.json?sort=file`);
    await page.locator('button[value="right"]').click();
    await expect.poll(() => verdictOf(root, "t01.json"), PATIENT).toBe(2);
    await page.locator('button[value="right"][aria-pressed="true"]').waitFor();
    await page.locator('button[data-key="u"]').click();
    await page.waitForURL(/undone=verdict/);
    expect(reviewOf(root, "t01.json")).toBeNull();
    await page.locator('a[rel="next"]').click();
    await page.waitForURL(/duel\/t02/);
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

  test.each([
    ["desk", false, "commands", 748],
    ["phone", true, "answers", 260],
  ] as const)(
    "on a %s the first screen holds what one came for",
    async (_name, narrow, part, most) => {
      const { page, viewer, faults } = await visit({}, narrow);
      const files = await page
        .locator(".row")
        .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-file") ?? ""));
      const lows: number[] = [];
      for (const file of files) {
        await page.goto(`${viewer.url}duel/${file}`);
        const selector =
          part === "commands" ? ".side .command pre, .judges h2" : ".side:first-child h2";
        const tops = await page
          .locator(selector)
          .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
        lows.push(Math.max(...tops));
      }
      expect(files).toHaveLength(24);
      expect(lows.filter((low) => low < most).length).toBeGreaterThanOrEqual(20);
      expect(faults).toEqual([]);
    },
  );

  test("the queue asks blind in the order of the draw, and says the agreement at once", async () => {
    const { root, page, viewer, faults } = await visit();
    await page.goto(`${viewer.url}queue`);
    expect(await page.locator("h1").innerText()).toBe("No queue is drawn");
    const config = loadConfig(root, {});
    const deps = testDeps(
      root,
      scriptedChat(() => ""),
    );
    const drawn = await queue(config, deps, { n: 5, force: false });
    const [first = "", second = "", third = "", ...rest] = drawn.turns.map(({ file }) => file);
    // What was edited since is passed over.
    const edited = join(root, "score", third);
    const score = JSON.parse(readFileSync(edited, "utf8")) as object;
    writeFileSync(edited, JSON.stringify({ ...score, pair_hash: "another" }));
    await page.goto(`${viewer.url}queue`);
    await page.keyboard.press("j");
    await expect.poll(() => page.locator(".duel").getAttribute("data-file"), PATIENT).toBe(first);
    expect(await page.locator(".side h2").allInnerTexts()).toEqual(["Answer A", "Answer B"]);
    await page.keyboard.type("0j");
    await expect.poll(() => page.locator(".duel").getAttribute("data-file"), PATIENT).toBe(second);
    expect(await page.locator(".judges, .figures").count()).toBe(0);
    await page.keyboard.type("0j");
    await expect.poll(() => page.locator(".duel").getAttribute("data-file"), PATIENT).toBe(rest[0]);
    await page.keyboard.press("Escape");
    await expect
      .poll(() => page.locator("#content").innerText(), PATIENT)
      .toContain("2 of 4 drawn");
    const said = await page.locator("#content").innerText();
    expect(said).toContain("1 drawn turn passed over: gone or edited since the draw.");
    expect(said).toMatch(/[0-2] of 2 agree/);
    expect(verdictOf(root, second)).toBe(0);
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
    await page.locator(".turns a", { hasText: "t24.json" }).click();
    await page.waitForURL(/duel\/t24\.json/);
    await page.goto(`${viewer.url}report`);
    // The file alone leads to the exported files.
    const file = readFileSync(join(root, "report/report.html"), "utf8");
    const [, to = ""] = /<a href="([^"]*)">t24\.json</.exec(file) ?? [];
    expect(existsSync(join(root, "report", to))).toBe(true);
    await page.locator("nav a", { hasText: "Duels" }).click();
    await expect.poll(() => page.locator(".row").count(), PATIENT).toBe(24);
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

  test("the taken port is passed over, and the next free one is used", async () => {
    const { viewer, root } = await visit();
    const second = await startViewer({
      workspaces: [workspaceAt(root, {}, {})],
      host: "127.0.0.1",
      port: viewer.port,
      now: () => new Date(),
    });
    onTestFinished(() => second.close());
    expect(second.taken).toContain(viewer.port);
    expect(second.port).toBeGreaterThan(viewer.port);
  });
});
