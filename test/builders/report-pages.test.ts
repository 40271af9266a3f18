/** Many turns on the page: shown by pages, sorted and filtered together, from one file without network. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { writePages } from "../../src/builders/report-pages.ts";
import { turnBlocks } from "../../src/core/report/story-table.ts";
import type { ReportData } from "../../src/core/report/report-data.ts";
import type { TurnRow } from "../../src/core/report/turn-row.ts";
import { openFacts } from "../../src/io/facts/facts.ts";
import { openStore } from "../../src/io/store.ts";
import { HAS_BROWSER, launchBrowser } from "../support/browser.ts";
import { testConfig } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";

let browser: Promise<Browser> | null = null;
afterAll(async () => {
  await (await browser)?.close();
});

const SECRET = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

const rowOf = (n: number): TurnRow => ({
  file: `prompts_9_001_${n}.json`,
  instance_id: `o__p-${n}`,
  repo: "o/p",
  run: "",
  turn: 1,
  state: "scored",
  score: 100 - n / 100,
  metrics: { correctness: n % 101, grounding: 50, progress: 50, protocol: 50, efficiency: 50 },
  style: n === 2400 ? SECRET : "retrieval",
  bucket: "defeat",
  reason: "score",
  by: "panel",
  disqualified: null,
  review: null,
  judges: [],
  spread: null,
  flips: 0,
  swaps: 0,
  audit: null,
  kinds: [],
});

async function pagesOf(count: number): Promise<string> {
  const root = tempProject();
  const store = openStore(root);
  const rows = Array.from({ length: count }, (_, n) => rowOf(n));
  const blocks = turnBlocks({ rows } as Pick<ReportData, "rows"> as ReportData);
  await writePages(
    testConfig(root),
    { store, facts: openFacts(store, []) },
    { title: "t", blocks },
    rows,
  );
  return root;
}

test("turns.csv has every turn, masked, and the page stays one small file", async () => {
  const root = await pagesOf(2500);
  const csv = (await openStore(root).readText("report/turns.csv")) ?? "";
  expect(csv.trimEnd().split("\n")).toHaveLength(2501);
  expect(csv).not.toContain(SECRET);
  expect(statSync(join(root, "report/report.html")).size).toBeLessThan(500_000);
});

test.skipIf(!HAS_BROWSER)(
  "the page shows the other turns by pages, and finds and sorts them all",
  async () => {
    const root = await pagesOf(2500);
    browser ??= launchBrowser();
    const page = await (await browser).newPage();
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(pathToFileURL(join(root, "report/report.html")).href);
    const said = page.locator(".filter output");
    await expect.poll(() => said.textContent()).toBe("2500 turns");
    const first = () => page.locator("table.turns tbody tr").first().textContent();
    await page.getByText("Next 500").click();
    expect(await page.locator("p.pages span").textContent()).toBe("501 to 1000 of 2500");
    expect(await first()).toContain("prompts_9_001_500.json");
    expect(await page.locator("table.turns tbody a").first().getAttribute("href")).toBe(
      "../defeat/prompts_9_001_500.json",
    );
    await page.getByText("Next 500").click();
    await page.getByText("Next 500").click();
    expect(await page.locator("p.pages span").textContent()).toBe("1501 to 2000 of 2500");
    expect(await first()).toContain("prompts_9_001_1500.json");
    expect(await page.locator("table.turns tbody a").first().getAttribute("href")).toBe(
      "../defeat/prompts_9_001_1500.json",
    );
    await page.locator(".filter input").fill("001_2400.json");
    await expect.poll(() => said.textContent()).toBe("1 of 2500 turns");
    expect(await first()).not.toContain(SECRET);
    await page.locator(".filter input").fill("");
    await page.locator("table.turns thead button").first().click();
    await page.locator("table.turns thead button").first().click();
    await expect.poll(first).toContain("prompts_9_001_2499.json");
    expect(faults).toEqual([]);
    await page.close();
  },
);
