import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startViewer, type Viewer } from "../../src/viewer/server.ts";
import { runNames, workspaceAt } from "../../src/viewer/workspaces.ts";
import { judgedWorkspace } from "../support/workspace.ts";
import { tempProject } from "../support/project.ts";

async function viewing(...roots: string[]): Promise<Viewer> {
  const names = runNames(roots);
  const viewer = await startViewer({
    workspaces: roots.map((root, at) => workspaceAt(root, { name: names[at] ?? "" }, {})),
    host: "127.0.0.1",
    port: 0,
    now: () => new Date("2026-01-02T03:04:05Z"),
  });
  onTestFinished(() => viewer.close());
  return viewer;
}

const pageOf = async (viewer: Viewer, path: string): Promise<string> =>
  (await fetch(`${viewer.url}${path}`)).text();

/** The same run under other limits, one turn won by 40 points more. */
async function second(): Promise<string> {
  const root = await judgedWorkspace({}, "[bucket]\nfinal_min = 70\ndefeat_max = 60\n");
  const path = join(root, "score/t14.json");
  const score = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...score, score: 90 }));
  return root;
}

test("several workspaces are a list of runs, each with its pages below an address of its own", async () => {
  const [a, b] = [await judgedWorkspace(), await second()];
  const viewer = await viewing(a, b);
  const [one, two] = [basename(a), basename(b)];
  const runs = await pageOf(viewer, "");
  expect(runs).toContain("2 runs");
  expect(runs.match(/<tr data-run=/g)).toHaveLength(2);
  expect(runs).toContain(`href="/run/${one}/"`);
  expect(runs).toContain("Scores and costs over time");
  expect(runs).toContain("0 · 8 · 16");
  const list = await pageOf(viewer, `run/${two}/`);
  expect(list.match(/class="row"/g)).toHaveLength(24);
  expect(list).toContain(`href="/run/${two}/duel/t14.json"`);
  expect(list).toContain(`data-base="/run/${two}"`);
  expect(list).not.toMatch(/(?:href|action)="\/(?:duel|review|\?|queue|report)/);
  const duel = await pageOf(viewer, `run/${two}/duel/t14.json?diff=1`);
  expect(duel).not.toMatch(/(?:href|action)="\/(?:duel|review|undo|\?|queue|report)/);
  const missing = await fetch(`${viewer.url}run/${two}/duel/none.json`);
  expect(missing.status).toBe(404);
});

test("a verdict below a run's address is that run's, and leads back below it", async () => {
  const [a, b] = [await judgedWorkspace(), await second()];
  const viewer = await viewing(a, b);
  const name = basename(b);
  const [, token = ""] = /data-token="(\w+)"/.exec(await pageOf(viewer, `run/${name}/`)) ?? [];
  const reply = await fetch(`${viewer.url}run/${name}/review/t01.json?token=${token}`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: viewer.url.replace(/\/$/, "") },
    body: new URLSearchParams({ kind: "verdict", value: "right", back: "?sort=file" }),
  });
  expect(reply.headers.get("location")).toBe(`/run/${name}/duel/t01.json?sort=file`);
  expect(readFileSync(join(b, "review/t01.json"), "utf8")).toContain('"verdict": 2');
  expect(existsSync(join(a, "review/t01.json"))).toBe(false);
});

test("two runs are compared in the address: paired differences, and the duels of a turn that moved", async () => {
  const [a, b] = [await judgedWorkspace(), await second()];
  const viewer = await viewing(a, b);
  const pair = `a=${basename(a)}&b=${basename(b)}`;
  const page = await pageOf(viewer, `compare?${pair}`);
  expect(page).toContain("24 turns scored on both sides");
  expect(page).toMatch(/<td>score<\/td>.*\+1\.67/);
  const [, href = ""] = /<a href="([^"]*turn=t14\.json)"/.exec(page) ?? [];
  const both = await pageOf(viewer, href.replaceAll("&amp;", "&").slice(1));
  expect(both.match(/class="side"/g)).toHaveLength(4);
  expect(both).toContain(`href="/run/${basename(b)}/duel/t14.json"`);
  expect((await fetch(`${viewer.url}compare?a=x&b=y`)).status).toBe(404);
  expect((await fetch(`${viewer.url}compare?${pair}&turn=none.json`)).status).toBe(404);
  // What changed on the disk is compared anew.
  rmSync(join(b, "score/t14.json"));
  expect(await pageOf(viewer, `compare?${pair}`)).toContain("23 turns scored on both sides");
});

test("runs of one name have numbers, and an empty folder or a broken file is a run all the same", async () => {
  expect(runNames(["/a/run", "/b/run", "/c/run-2", "/d/run"])).toEqual([
    "run",
    "run-2",
    "run-2-2",
    "run-3",
  ]);
  const empty = tempProject({ "answer/.gitkeep": "" });
  const broken = await judgedWorkspace();
  mkdirSync(join(broken, "answer_1"));
  renameSync(join(broken, "score/_duel.json"), join(broken, "score/_duel.json.old"));
  writeFileSync(join(broken, "score/_duel.json"), "{");
  writeFileSync(join(broken, "answer_1/t01.json"), "{}");
  const viewer = await viewing(empty, broken);
  const runs = await pageOf(viewer, "");
  expect(runs).toContain("t01.json is in answer/ and in answer_1/");
  expect(runs).toContain("not judged");
  const compared = await pageOf(viewer, `compare?a=${basename(empty)}&b=${basename(broken)}`);
  expect(compared).toContain("That did not work");
});
