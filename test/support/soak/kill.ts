/**
 * One disturbed start of a stage: killed amid a write, amid a call or at a drawn moment, stopped before, beside
 * a second one, with a clock that jumps, or on a disk that is full.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Rng } from "../../../src/core/random.ts";
import type { Clean } from "./count.ts";
import type { Disk } from "./disk.ts";
import {
  hasEnded,
  hasFakeClock,
  start,
  type Ended,
  type Run,
  type StartOptions,
} from "./processes.ts";
import type { SoakedStage } from "./stages.ts";
import type { World } from "./world.ts";

/** How often it happened. */
export type Trouble = {
  midWrite: number;
  midCall: number;
  drawn: number;
  /** Second starters that were killed as well. */
  seconds: number;
  stopped: number;
  twice: number;
  refused: number;
  clock: number;
  full: number;
  tails: number;
};
export const NO_TROUBLE: Trouble = {
  midWrite: 0,
  midCall: 0,
  drawn: 0,
  seconds: 0,
  stopped: 0,
  twice: 0,
  refused: 0,
  clock: 0,
  full: 0,
  tails: 0,
};

export const killsOf = ({ midWrite, midCall, drawn, seconds }: Trouble): number =>
  midWrite + midCall + drawn + seconds;

export type Disturbed = {
  readonly world: World;
  readonly disk: Disk;
  readonly stage: SoakedStage;
  readonly clean: Clean | null;
  readonly rng: Rng;
  readonly root: string;
  readonly trouble: Trouble;
  readonly call: StartOptions;
};

/** How the stage ended, if it did before it was killed; else null. */
export async function disturb(given: Disturbed): Promise<Ended | null> {
  const { disk, rng, trouble } = given;
  if (disk.fill !== null && rng() < 0.1) {
    disk.fill(Math.floor(rng() ** 2 * 400_000));
    trouble.full++;
    try {
      return await start(given.call).ended;
    } finally {
      disk.empty();
    }
  }
  return killOne(given);
}

// ---------------------------------------------------------------------------------------------

/** Where nobody has counted them: every stage takes so many steps on the disk. */
const FEW_STEPS = { here: 60, "by file": 40, nobody: 12 };

/** Longer than any stage of a soak takes, on a busy machine too. */
const PATIENCE_MS = 60_000;

async function killOne({
  disk,
  stage,
  clean,
  world,
  rng,
  trouble,
  call,
}: Disturbed): Promise<Ended | null> {
  const draw = rng();
  const aim = draw < 0.5 ? "midWrite" : draw < 0.8 && stage.asks === "here" ? "midCall" : "drawn";
  const steps = clean?.steps ?? FEW_STEPS[stage.asks];
  // Early steps are those that every start has ahead of it; later ones may be done already.
  const step = aim === "midWrite" ? { step: 1 + Math.floor(rng() ** 2 * steps) } : {};
  const jumps = hasFakeClock && rng() < 0.15;
  const clockFile = join(disk.folder, "clock");
  writeFileSync(clockFile, "+0");
  const asked = world.llm.stats.requests;
  const first = start({ ...call, ...step, ...(jumps ? { clockFile } : {}) });
  const second = rng() < 0.1 ? start(call) : null;
  if (jumps) {
    trouble.clock++;
    void sleep(300 + rng() * 700).then(() => {
      writeFileSync(clockFile, rng() < 0.5 ? "+3d" : "-2d");
    });
  }
  if (aim === "midCall") {
    await until(() => world.llm.stats.requests > asked || hasEnded(first));
    await sleep(rng() * 80);
  }
  if (aim === "drawn") await sleep(rng() * 1500);
  if (rng() < 0.15 && aim !== "midWrite") await stopAndGo(first, { call, stage, rng, trouble });
  if (aim === "midWrite") await until(() => hasEnded(first));
  first.child.kill("SIGKILL");
  const ended = await first.ended;
  if (second !== null) await endSecond(second, trouble);
  if (ended.signal !== "SIGKILL") return ended;
  trouble[aim]++;
  return null;
}

/** Stopped, another one is started, which is refused; then it goes on for a moment. */
async function stopAndGo(
  first: Run,
  { call, stage, rng, trouble }: Pick<Disturbed, "call" | "stage" | "rng" | "trouble">,
): Promise<void> {
  first.child.kill("SIGSTOP");
  trouble.stopped++;
  await sleep(100 + rng() * 300);
  if (stage.locks && rng() < 0.5) await endSecond(start(call), trouble);
  if (rng() < 0.5) return;
  first.child.kill("SIGCONT");
  await sleep(rng() * 200);
}

async function endSecond(second: Run, trouble: Trouble): Promise<void> {
  trouble.twice++;
  await Promise.race([second.ended, sleep(1500)]);
  second.child.kill("SIGKILL");
  const { signal, words } = await second.ended;
  if (signal === "SIGKILL") trouble.seconds++;
  if (words.includes("is already running in")) trouble.refused++;
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!holds() && performance.now() < end) await sleep(5);
}
