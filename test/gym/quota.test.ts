/** As many tasks as asked for, whoever tries at the same time; and what a package's own tasks see of site/. */
import { mkdirSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { seededRng } from "../../src/core/random.ts";
import { makeTally } from "../../src/core/tally.ts";
import { buildAll } from "../../src/gym/build-all.ts";
import { makeQuota } from "../../src/gym/quota.ts";
import { openSandbox } from "../../src/gym/sandbox.ts";
import { mountsFor } from "../../src/gym/world.ts";
import { openStore } from "../../src/io/store.ts";
import { tempProject } from "../support/project.ts";
import { layPackage, TINY, tinyGym } from "../support/tiny-gym.ts";

vi.setConfig({ testTimeout: 240_000 });

/** Workers that try until they may not; every third try of a worker is a task. Gives tasks and tries. */
async function tried(
  wanted: number,
  workers: number,
  most: number,
  had = 0,
): Promise<readonly [number, number]> {
  const quota = makeQuota(wanted);
  quota.had(had);
  let [tasks, tries] = [0, 0];
  const work = async (): Promise<void> => {
    for (let at = 1; at <= most && (await quota.take()); at++) {
      tries++;
      await setImmediate();
      const isTask = at % 3 === 0;
      if (isTask) tasks++;
      quota.settle(isTask);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  expect(quota.isFull()).toBe(tasks + had >= wanted);
  return [tasks, tries];
}

test.each([
  ["one worker", 4, 1, 100, 0, 4],
  ["more workers than tasks", 2, 8, 100, 0, 2],
  ["as many as tasks", 8, 8, 100, 0, 8],
  ["packages that give too few", 9, 2, 6, 0, 4],
  ["tasks of earlier runs", 4, 3, 100, 3, 1],
  ["more of earlier runs than asked for", 4, 3, 100, 7, 0],
])("with %s there are as many tasks as asked for", async (_, wanted, workers, most, had, made) => {
  expect((await tried(wanted, workers, most, had))[0]).toBe(made);
});

test("two packages at a time make three tasks of three, and are named while they are at work", async () => {
  const root = tempProject();
  const gym = tinyGym(root, await openSandbox("auto"));
  const twin = { ...TINY, name: "twin" };
  layPackage(gym, twin);
  const said: string[] = [];
  const atWork = (name: string, isBegun: boolean): number =>
    said.push(`${isBegun ? "begun" : "left"} ${name}`);
  const tally = makeTally();
  const built = await buildAll(
    { gym: { ...gym, packages: [TINY, twin] }, store: openStore(root), told: () => {}, atWork },
    {
      tasks: 3,
      perPackage: 3,
      parallel: 2,
      proofs: 1,
      tries: 6,
      testSeconds: 120,
      seed: 42,
      rng: (purpose) => seededRng(42, purpose),
    },
    tally,
  );
  expect([...built.tasks.values()].flat()).toHaveLength(3);
  expect(said.slice(0, 2)).toEqual([`begun ${TINY.name}`, "begun twin"]);
  expect(said.slice(2).sort()).toEqual([`left ${TINY.name}`, "left twin"].sort());
});

test("a package that stands in site/ too is hidden there from its own tasks alone", async () => {
  const root = tempProject();
  const gym = tinyGym(root, await openSandbox("plain"));
  const site = join(gym.folder, "site");
  const info = "Wide_Chars-0.9.4.dist-info";
  for (const name of ["wide", info, "pytest", "pytest-9.0.0.dist-info"])
    mkdirSync(join(site, name), { recursive: true });
  const listed = `wide/__init__.py,sha256=x,1\nwide/table.py,,\n../../bin/wide,,\n${info}/RECORD,,\n`;
  writeFileSync(join(site, info, "RECORD"), listed);
  writeFileSync(join(site, "pytest-9.0.0.dist-info", "RECORD"), "pytest/__init__.py,,\n");
  const hidden = (name: string): string[] =>
    mountsFor(gym, { ...TINY, language: "python", name })
      .filter(({ to }) => to.startsWith("/gym/site/"))
      .map(({ from, to }) => `${from.slice(gym.folder.length)} ${to}`);
  expect(hidden("wide-chars")).toEqual([`/empty /gym/site/${info}`, "/empty /gym/site/wide"]);
  expect(hidden("wide")).toEqual([]);
  expect(hidden("other")).toEqual([]);
});
