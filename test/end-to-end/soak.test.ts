/**
 * The short form of `npm run soak`: thirty kills amid writes, amid calls and at drawn moments, over all stages that
 * write, amid faults of the server; each stage run to its end afterwards, and everything counted.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDisk, type Disk } from "../support/soak/disk.ts";
import { killsOf } from "../support/soak/kill.ts";
import { soakRound } from "../support/soak/round.ts";
import { SOAKED } from "../support/soak/stages.ts";
import { openWorld, type World } from "../support/soak/world.ts";

/** Thirty together: most where calls are paid for. */
const KILLS: Readonly<Record<string, number>> = {
  prompt: 2,
  king: 3,
  "king, by file": 3,
  challenger: 3,
  validate: 3,
  "validate, sequential": 3,
  refine: 3,
  report: 1,
  export: 2,
  repair: 1,
  actions: 2,
  speedrun: 1,
  publish: 1,
  tables: 1,
  share: 1,
};

let world: World;
let disk: Disk;
beforeAll(async () => {
  disk = openDisk();
  world = await openWorld(3, 60);
}, 240_000);
afterAll(async () => {
  await world.close();
  disk.close();
});

const STAGES = SOAKED.filter(({ isLong }) => isLong !== true);

test.each(STAGES.map((stage) => [stage.name, stage] as const))(
  "killed while it works, %s loses nothing, pays for nothing twice but what was in flight, and leaves nothing behind",
  async (name, stage) => {
    const wanted = KILLS[name] ?? 1;
    let kills = 0;
    // A start may come to its end before it is killed: then the stage begins anew.
    for (let round = 0; kills < wanted && round < 10; round++) {
      const more = {
        seed: 70 + round,
        tries: wanted + 2,
        kills: wanted - kills,
        clean: null,
        again: false,
      };
      const done = await soakRound({ world, disk, stage, ...more });
      expect(done.broken).toEqual([]);
      kills += killsOf(done);
    }
    expect(kills).toBeGreaterThanOrEqual(wanted);
  },
  600_000,
);

test("thirty kills are spread over all stages", () => {
  expect(Object.keys(KILLS).sort()).toEqual(STAGES.map(({ name }) => name).sort());
  expect(Object.values(KILLS).reduce((sum, kills) => sum + kills, 0)).toBe(30);
});
