/** The page of who reigned: from its address, in a browser, and in a copy of files. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { LINEAGE } from "../../src/records/lineage.ts";
import { share } from "../../src/stages/share.ts";
import { startViewer } from "../../src/viewer/server.ts";
import { workspaceAt } from "../../src/viewer/workspaces.ts";
import { HAS_BROWSER, launchBrowser } from "../support/browser.ts";
import { crownedLineage } from "../support/lineage.ts";
import { tempProject } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

const TOKEN = `ghp_${"a1B2".repeat(9)}`;

async function viewed(root: string): Promise<string> {
  const viewer = await startViewer({
    workspaces: [workspaceAt(root, {}, {})],
    host: "127.0.0.1",
    port: 0,
    now: () => new Date(),
  });
  onTestFinished(() => viewer.close());
  return viewer.url;
}

const textAt = async (url: string): Promise<[number, string]> => {
  const response = await fetch(url);
  return [response.status, await response.text()];
};

describe("the page of who reigned", () => {
  test("says who reigned, on what data, by how much, and which repositories are spent", async () => {
    const url = await viewed(await judgedWorkspace({ [LINEAGE]: crownedLineage() }));
    const [status, page] = await textAt(`${url}reign`);
    expect(status).toBe(200);
    for (const words of [
      "Kings in order: king-model since 2026-01-01, export-dpo since 2026-01-05.",
      "export-dpo is crowned: 2 of 2 duels won against king-model",
      "export-sft is not crowned: king-model stays king, 0 of 2 duels won",
      "dataset/export (abcdef01)",
      "+12.25 points (95 % +6.25 to +18.25)",
      "−3.5 points (95 % −9.5 to +2.5)",
      "not decided yet",
      "held/export-dpo-2-4",
      "points: challenger − king (right of 0: the challenger is better)",
    ])
      expect(page).toContain(words);
    // Four duels of five repositories.
    expect(page).toMatch(
      /held-out repositories spent[^]{0,200}20|20[^]{0,200}held-out repositories spent/,
    );
    expect(page).not.toContain("secret-instance-1");
    expect((await textAt(url))[1]).toContain('href="/reign"');
  });

  test("says what to run while nobody has challenged, and no page leads there", async () => {
    const url = await viewed(await judgedWorkspace());
    const [status, page] = await textAt(`${url}reign`);
    expect([status, page.includes("Nobody has challenged the king")]).toEqual([200, true]);
    expect((await textAt(url))[1]).not.toContain('href="/reign"');
  });

  test("a lineage that does not parse is an error with its name", async () => {
    const url = await viewed(await judgedWorkspace({ [LINEAGE]: "{" }));
    const [status, page] = await textAt(`${url}reign`);
    expect([status, page.includes("reign/lineage.json is not JSON")]).toEqual([500, true]);
  });

  test("names are text, whatever they hold", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const url = await viewed(await judgedWorkspace({ [LINEAGE]: crownedLineage(name) }));
    expect((await textAt(`${url}reign`))[1]).not.toContain("<img src=x");
  });

  test("stands in a copy of files, with secrets masked, and leaves it with the lineage", async () => {
    const root = await judgedWorkspace({ [LINEAGE]: crownedLineage(`run-${TOKEN}`) });
    const out = tempProject();
    const run = () =>
      share(
        loadConfig(root, {}),
        { store: openStore(root), output: openStore(out), name: "a run" },
        {},
      );
    await run();
    const page = readFileSync(join(out, "reign.html"), "utf8");
    expect(page).toContain("is crowned: 2 of 2 duels won against king-model");
    expect(page).not.toContain(TOKEN);
    expect(page).not.toContain("secret-instance-1");
    expect(readFileSync(join(out, "index.html"), "utf8")).toContain('href="reign.html"');
    writeFileSync(join(root, LINEAGE), JSON.stringify({ schema: 2, kings: [], challenges: [] }));
    await run();
    expect(existsSync(join(out, "reign.html"))).toBe(false);
  });
});

describe.skipIf(!HAS_BROWSER)("the page of who reigned in a browser", () => {
  test(
    "opens from the list, fits a phone, and complains of nothing",
    { timeout: 120_000 },
    async () => {
      const url = await viewed(await judgedWorkspace({ [LINEAGE]: crownedLineage() }));
      const browser = await launchBrowser();
      onTestFinished(() => browser.close());
      const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
      const faults: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
      });
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(url);
      await page.getByRole("link", { name: "Throne" }).click();
      await page.waitForURL(`${url}reign`);
      expect(await page.locator("h1").innerText()).toBe("The throne");
      expect(await page.locator("table").count()).toBe(2);
      const [wide, width] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, innerWidth]",
      );
      expect(wide).toBeLessThanOrEqual(width);
      expect(faults).toEqual([]);
    },
  );
});
