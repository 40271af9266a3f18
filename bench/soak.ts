/**
 * npm run soak [-- --kills 1000 --seed 1 --only king --into soak.jsonl --minutes 5]: stages killed with SIGKILL amid writes,
 * amid calls and at drawn moments, amid faults of the server, full disks, stopped processes, jumping clocks and
 * second starters; each round run to its end and counted. `--into` keeps the rounds: a soak that is stopped,
 * also by `--minutes`, goes on where it was. Prints a table; ends with 1 when a promise was broken.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Clean } from "../test/support/soak/count.ts";
import { openDisk } from "../test/support/soak/disk.ts";
import { hasFakeClock } from "../test/support/soak/processes.ts";
import { cleanRuns, soakRound, type Round } from "../test/support/soak/round.ts";
import { SOAKED } from "../test/support/soak/stages.ts";
import { openWorld } from "../test/support/soak/world.ts";
import { soakTable, sumOfKills } from "../test/support/soak/table.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    minutes: { type: "string", default: "Infinity" },
    into: { type: "string", default: join(mkdtempSync(join(tmpdir(), "soak-")), "rounds.jsonl") },
  },
});
/** Disturbed starts of a round: enough to come far, few enough to begin anew often. */
const TRIES = 14;

const rounds: Round[] = existsSync(values.into)
  ? readFileSync(values.into, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Round)
  : [];
const stages = SOAKED.filter(({ name }) => name.startsWith(values.only));
const each = Math.ceil(Number(values.kills) / SOAKED.length);
const killed = (name: string): number => sumOfKills(rounds.filter(({ stage }) => stage === name));
const isOpen = (name: string): boolean => killed(name) < each;

if (stages.some(({ name }) => isOpen(name))) {
  const seed = Number(values.seed);
  const disk = openDisk();
  const world = await openWorld(seed, 200);
  const end = performance.now() + Number(values.minutes) * 60_000;
  const isOver = (): boolean => performance.now() > end;
  try {
    const clean = new Map<string, Clean>();
    // In turns, so that a soak that is stopped has seen all stages.
    while (stages.some(({ name }) => isOpen(name)) && !isOver()) {
      for (const stage of stages.filter(({ name }) => isOpen(name))) {
        if (isOver()) break;
        const known = clean.get(stage.name) ?? (await cleanRuns(world, disk, stage));
        clean.set(stage.name, known);
        const more = { seed: seed * 10_000 + rounds.length, tries: TRIES, clean: known };
        const round = await soakRound({ world, disk, stage, ...more });
        rounds.push(round);
        appendFileSync(values.into, `${JSON.stringify(round)}\n`);
        console.error(`${stage.name}: ${killed(stage.name)} kills; ${round.broken.join("; ")}`);
      }
    }
  } finally {
    await world.close();
    disk.close();
  }
  if (disk.fill === null) console.error("no full disk: a tmpfs cannot be mounted here");
  if (!hasFakeClock) console.error("no jumping clock: libfaketime is not installed");
}
for (const line of soakTable(rounds)) console.log(line);
const broken = rounds.flatMap(({ stage, broken: words }) =>
  words.map((word) => `${stage}: ${word}`),
);
for (const line of broken) console.error(line);
if (broken.length > 0) process.exitCode = 1;
