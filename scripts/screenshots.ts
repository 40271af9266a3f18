/** npm run screenshots: docs/figures/*.png of list, duel and report, light and dark, desk and phone. */
import { mkdirSync } from "node:fs";
import { parseFlags, runScript, stageCommand } from "../src/command/cli.ts";

const command = stageCommand({
  name: "screenshots",
  about:
    "Opens the viewer on a workspace and writes pictures of list, duel and report to docs/figures/. Needs Debian's chromium.",
  example: "npm start && npm run screenshots -- --root demo",
  flags: [],
});

await runScript(async () => {
  const { root } = parseFlags(command, process.argv.slice(2));
  const { chromium } = await import("playwright-core");
  const { startViewer } = await import("../src/viewer/server.ts");
  const { CHROMIUM_FLAGS, shotsOf } = await import("../src/viewer/shots.ts");
  const { workspaceAt } = await import("../src/viewer/workspaces.ts");
  const world = { workspaces: [workspaceAt(root)], now: () => new Date() };
  const viewer = await startViewer({ ...world, host: "127.0.0.1", port: 0 });
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [...CHROMIUM_FLAGS],
  });
  const first = await browser.newPage();
  await first.goto(viewer.url);
  const file = (await first.locator(".row").first().getAttribute("data-file")) ?? "";
  mkdirSync("docs/figures", { recursive: true });
  for (const { name, path, ...look } of shotsOf(file)) {
    const page = await browser.newPage(look);
    await page.goto(`${viewer.url}${path}`);
    await page.screenshot({ path: `docs/figures/${name}.png` });
  }
  await browser.close();
  await viewer.close();
  return 0;
});
