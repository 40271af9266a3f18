import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { openCatalog } from "../../src/viewer/catalog.ts";
import { makeTraffic } from "../../src/viewer/traffic.ts";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { judgedWorkspace } from "../support/workspace.ts";

test("who reads waits while a request is answered, and goes on when the last one is", async () => {
  const traffic = makeTraffic();
  expect(traffic.quiet()).toBeNull();
  const [one, two] = [traffic.begin(), traffic.begin()];
  let isQuiet = false;
  const reader = traffic.quiet()?.then(() => (isQuiet = true));
  one();
  one();
  await setImmediate();
  expect(isQuiet).toBe(false);
  two();
  await reader;
  expect(isQuiet).toBe(true);
  expect(traffic.quiet()).toBeNull();
});

test("of requests without end the reading has its turns, and so have they", async () => {
  const traffic = makeTraffic();
  traffic.begin();
  await traffic.quiet();
  expect(traffic.quiet()).toBeNull();
  while (traffic.quiet() === null) await setImmediate();
});

test("a first look leaves the way to requests, and ends where it is when the viewer does", async () => {
  const root = await judgedWorkspace();
  const { bucket, duel } = loadConfig(root, {});
  const traffic = makeTraffic();
  const answered = traffic.begin();
  const catalog = openCatalog(openStore(root), { bucket, mode: duel.mode }, traffic);
  const look = catalog.refresh(true);
  while (catalog.unread() === 0) await setImmediate();
  expect(catalog.unread()).toBe(24);
  // What is asked for is read all the same.
  expect(await catalog.lookAt("t07.json")).toBe(true);
  expect(catalog.get("t07.json")?.row.instance_id).not.toBe("");
  catalog.close();
  answered();
  expect(await look).toBe(false);
  expect(catalog.entries().length).toBeLessThan(24);
});

test("a look that a request asks for does not wait for that request", async () => {
  const root = await judgedWorkspace();
  const { bucket, duel } = loadConfig(root, {});
  let isAsked = false;
  const never = new Promise<void>(() => {});
  const traffic = { begin: () => () => {}, quiet: () => (isAsked ? never : null) };
  const catalog = openCatalog(openStore(root), { bucket, mode: duel.mode }, traffic);
  await catalog.refresh(true);
  cpSync(join(root, "answer/t01.json"), join(root, "answer/new.json"));
  isAsked = true;
  expect(await catalog.refresh()).toBe(true);
  expect(catalog.get("new.json")?.file).toBe("new.json");
  catalog.close();
});

test("a viewer that ends amid its first look leaves nothing torn for the next one", async () => {
  const root = await judgedWorkspace();
  for (let n = 0; n < 1100; n++)
    cpSync(join(root, "answer/t01.json"), join(root, `answer/u${n}.json`));
  const { bucket, duel } = loadConfig(root, {});
  const open = () => openCatalog(openStore(root), { bucket, mode: duel.mode });
  const first = open();
  const look = first.refresh(true);
  while (first.entries().length === 0) await setImmediate();
  first.close();
  expect(await look).toBe(false);
  expect(readdirSync(join(root, "answer")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  const second = open();
  expect(await second.refresh(true)).toBe(true);
  expect(second.entries()).toHaveLength(1124);
  expect((await second.holding(["carapace"]))?.("t01.json")).toBe(true);
  second.close();
  rmSync(join(root, "answer"), { recursive: true });
});
