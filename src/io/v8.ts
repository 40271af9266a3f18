/**
 * Sets V8 for what a stage that asks others is: a process that waits, with long and short-lived prompts
 * in hand. Plain settings of the engine; both can be changed while it runs.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";

/**
 * How far the heap may grow over what was alive at the last full collection. Left alone, V8 lets a
 * small heap grow fourfold, and a stage that holds 20 MB takes 200.
 */
const GROWTH_PERCENT = 135;

/**
 * How much a function must have done before it is optimised: at first six times V8's own measure.
 * A stage of a thousand calls spent a fifth of its time on compiling what it then hardly ran; one
 * that goes on for longer gets its fast code a few seconds later.
 */
const OPTIMISE_AFTER = { atFirst: 400_000, later: 66 * 1024 };
const AT_FIRST_MS = 4500;

/** V8 12 and later (Node 22) has no such budget: it counts calls, and waits for 3,000 by itself. */
const hasBudget = Number.parseInt(process.versions.v8, 10) < 12;

/**
 * A command that goes over very many turns holds a row of each, and fourfold that is more than a small machine has.
 * Small heaps are left alone: their collections would cost more than their memory.
 */
const LARGE = { bytes: 80 << 20, growthPercent: 25, lookMs: 200 };

let looking: NodeJS.Timeout | undefined;

/** Asked for once, at the start of a command. */
export function keepLargeHeapsClose(): void {
  looking = setInterval(() => {
    if (getHeapStatistics().used_heap_size < LARGE.bytes) return;
    setFlagsFromString(`--heap-growing-percent=${LARGE.growthPercent}`);
    clearInterval(looking);
  }, LARGE.lookMs).unref();
}

/** Asked for once, before the first request. */
export function tuneForWaiting(): void {
  clearInterval(looking);
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  if (!hasBudget) return;
  setFlagsFromString(`--interrupt-budget=${OPTIMISE_AFTER.atFirst}`);
  setTimeout(() => {
    setFlagsFromString(`--interrupt-budget=${OPTIMISE_AFTER.later}`);
  }, AT_FIRST_MS).unref();
}
