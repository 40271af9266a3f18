/** What axe says of every kind of page, in light and dark, on a desk and on a phone. */
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { LINEAGE } from "../../src/records/lineage.ts";
import { report } from "../../src/stages/report.ts";
import { startViewer } from "../../src/viewer/server.ts";
import { workspaceAt } from "../../src/viewer/workspaces.ts";
import { HAS_BROWSER, launchBrowser } from "../support/browser.ts";
import { scriptedChat } from "../support/chat.ts";
import { crownedLineage } from "../support/lineage.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { judgedWorkspace } from "../support/workspace.ts";

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** Every rule in the two looks that differ most; with colours alone the other two, on the busiest page. */
const LOOKS = [
  ["light", DESK, "axe.run(document)"],
  ["dark", PHONE, "axe.run(document)"],
] as const;
const CONTRAST = 'axe.run(document, { runOnly: ["color-contrast"] })';
const MORE_LOOKS = [...LOOKS, ["dark", DESK, CONTRAST], ["light", PHONE, CONTRAST]] as const;
const BUSIEST = "run/a/duel/t15.json?diff=1&hidden=1&calls=1";

type Found = {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
};

async function faultsOf(page: Page, looks: typeof LOOKS | typeof MORE_LOOKS): Promise<string[]> {
  const faults: string[] = [];
  await page.evaluate(axe.source);
  for (const [colorScheme, size, run] of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    const { violations } = await page.evaluate<Found>(run);
    for (const { id, nodes } of violations)
      faults.push(`${colorScheme} ${size.width} ${id}: ${nodes[0]?.html.slice(0, 160) ?? ""}`);
  }
  return faults;
}

describe.skipIf(!HAS_BROWSER)("axe", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  test("axe finds nothing on list, duel, blind, help, report, queue, throne, runs and comparison", async () => {
    const root = await judgedWorkspace({ [LINEAGE]: crownedLineage() });
    const other = await judgedWorkspace({}, "[bucket]\nfinal_min = 70\ndefeat_max = 60\n");
    const nobody = scriptedChat(() => "");
    await report(loadConfig(root, {}), testDeps(root, nobody), OPTIONS);
    const viewer = await startViewer({
      workspaces: [workspaceAt(root, { name: "a" }, {}), workspaceAt(other, { name: "b" }, {})],
      host: "127.0.0.1",
      port: 0,
      now: () => new Date(),
    });
    const page = await browser.newPage();
    onTestFinished(async () => {
      await page.close();
      await viewer.close();
    });
    const found: Record<string, string[]> = {};
    for (const path of [
      "",
      "compare?a=a&b=b",
      "compare?a=a&b=b&turn=t15.json",
      "run/a/?q=carapace&judges=close",
      BUSIEST,
      "run/a/duel/t15.json?blind=1",
      "run/a/report",
      "run/a/queue",
      "run/a/reign",
    ]) {
      await page.goto(`${viewer.url}${path}`);
      found[path] = await faultsOf(page, path === BUSIEST ? MORE_LOOKS : LOOKS);
    }
    await page.keyboard.press("?");
    expect(await page.locator("#help").isVisible()).toBe(true);
    found["help"] = await faultsOf(page, LOOKS);
    expect(Object.fromEntries(Object.entries(found).filter(([, all]) => all.length > 0))).toEqual(
      {},
    );
  }, 120_000);
});
