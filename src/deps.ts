/** The world as a stage sees it. Scripts make the real one (src/wiring.ts), tests make fakes. */
import type { Rng } from "./core/random.ts";
import type { Store } from "./io/store.ts";
import type { Engine, Progress } from "./work.ts";

export type Deps = {
  readonly engine: Engine;
  readonly store: Store;
  /** A generator for a purpose, from the workspace's seed; two purposes are independent. */
  readonly rng: (purpose: string) => Rng;
  readonly now: () => Date;
  readonly progress: Progress;
  /** Aborted by Ctrl-C; a stage that asks no model looks at it by itself. */
  readonly signal?: AbortSignal;
};
