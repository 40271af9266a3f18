/** Names and texts of strangers in a real browser: they are shown, and none of them runs or loads anything. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { report } from "../../src/stages/report.ts";
import { startViewer } from "../../src/viewer/server.ts";
import { workspaceAt } from "../../src/viewer/workspaces.ts";
import { HAS_BROWSER, launchBrowser } from "../support/browser.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { judgedWorkspace } from "../support/workspace.ts";
import { readFileSync } from "node:fs";

const RUN = "window.hit=1";
const HOSTILE = [
  `<script>${RUN}</script>`,
  `"><img src=x onerror=${RUN}>`,
  `' onmouseover='${RUN}' x='`,
  `</textarea></title></style><svg onload=${RUN}>`,
  `javascript:${RUN}//`,
  `[x](javascript:${RUN}) <a href="javascript:${RUN}">y</a>`,
  `\u202E<iframe srcdoc="<script>parent.${RUN}</script>">`,
].join(" ");
/** What a file system takes as a name. */
const FILE = `prompts_1_001_1"><img src=x onerror=${RUN}>'&%3Cscript%3E.json`;

describe.skipIf(!HAS_BROWSER)("hostile texts in a browser", () => {
  test("ids, names, reasons, file names and answers are text, in the list, the duel and the report", async () => {
    const root = await judgedWorkspace();
    const deep = (value: unknown): unknown => {
      if (typeof value === "string") return value.length > 3 ? `${value} ${HOSTILE}` : value;
      if (Array.isArray(value)) return value.map(deep);
      return value;
    };
    const answer = JSON.parse(readFileSync(join(root, "answer/t01.json"), "utf8")) as Record<
      string,
      unknown
    >;
    const score = JSON.parse(readFileSync(join(root, "score/t01.json"), "utf8")) as Record<
      string,
      unknown
    >;
    for (const key of ["instance_id", "repo", "king", "challenger", "assistant"])
      answer[key] = deep(answer[key]);
    answer["messages"] = [
      { role: "user", content: HOSTILE },
      { role: HOSTILE, content: HOSTILE },
    ];
    score["file"] = FILE;
    score["instance_id"] = answer["instance_id"];
    score["style"] = HOSTILE;
    score["judges"] = (score["judges"] as Record<string, unknown>[]).map((judge) => ({
      ...judge,
      reason: HOSTILE,
      raw: HOSTILE,
      model: `${String(judge["model"])} ${HOSTILE}`,
    }));
    const review = {
      file: FILE,
      verdict: 2,
      bucket: null,
      note: HOSTILE,
      time: "2026-01-01T00:00:00.000Z",
      pair_hash: "",
    };
    for (const [folder, value] of Object.entries({ answer, score })) {
      writeFileSync(join(root, folder, FILE), JSON.stringify(value));
    }
    await openStore(root).write(`review/${FILE}`, review);
    await report(
      loadConfig(root, {}),
      testDeps(
        root,
        scriptedChat(() => ""),
      ),
      OPTIONS,
    );

    const viewer = await startViewer({
      workspaces: [workspaceAt(root, {}, {})],
      host: "127.0.0.1",
      port: 0,
      now: () => new Date(),
    });
    const browser = await launchBrowser();
    onTestFinished(async () => {
      await browser.close();
      await viewer.close();
    });
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("dialog", (dialog) => void dialog.dismiss().then(() => faults.push("dialog")));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(viewer.url) && !url.startsWith("file:")) faults.push(url);
    });
    const look = async (address: string): Promise<string> => {
      await page.goto(address);
      await page.mouse.move(300, 300);
      expect(await page.evaluate("window.hit"), address).toBeUndefined();
      const made = await page.evaluate(
        `[...document.querySelectorAll("script:not([src]), iframe, [onerror], [onload], [onmouseover], img[src='x'], a[href^='javascript']")].filter((one) => one.textContent.includes("hit") || !one.matches("script")).map((one) => one.outerHTML)`,
      );
      expect(made, address).toEqual([]);
      return page.evaluate("document.body.innerText");
    };
    expect(await look(viewer.url)).toContain("<script>");
    expect(await look(`${viewer.url}?q=${encodeURIComponent(HOSTILE)}`)).toContain("<script>");
    const duel = `${viewer.url}duel/${encodeURIComponent(FILE)}`;
    for (const view of ["", "?history=all", "?blind=1", "?hidden=1"]) {
      expect(await look(`${duel}${view}`)).toContain("onerror=");
    }
    await look(`${viewer.url}duel/${encodeURIComponent(HOSTILE)}`);
    await look(`${viewer.url}report`);
    await look(pathToFileURL(join(root, "report/report.html")).href);
    expect(faults).toEqual([]);
  }, 120_000);
});
