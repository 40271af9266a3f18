/** What is known of a stage's request files, over all passes of a run. */
import type { CarriedReply } from "../../calls/exchange.ts";
import type { Said } from "../../calls/manner.ts";
import type { CallRules } from "../../calls/rules.ts";
import type { Config } from "../../config.ts";
import type { ChatReply, Engine, ModelRef, Progress, Stage, ToMend, WorkItem } from "../../work.ts";
import type { Ledger } from "../ledger.ts";
import type { Store } from "../store.ts";
import type { Carrier } from "./carrier.ts";
import { readPast, type Past } from "./past.ts";
import { readResults, type Results } from "./results.ts";

export type BatchOptions = {
  readonly store: Store;
  readonly config: Config;
  readonly rules: CallRules;
  /** core/batch/result-line.ts. */
  readonly readLine: (value: unknown) => CarriedReply | null;
  /** core/text/stable-json.ts. */
  readonly stableJson: (value: unknown) => string;
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly progress: Pick<Progress, "out">;
  /** Opened with the first item. */
  readonly open: () => Promise<Opened>;
  /** Asks what is asked by this process. */
  readonly online: Engine;
  /** Carry the files of their engines; a file of none of them is run by somebody else. */
  readonly carriers: readonly Carrier[];
};

export type Opened = {
  readonly ledger: Ledger;
  readonly doctored: (model: ModelRef) => Said | null;
  /** A reply that an earlier run paid for and did not file. */
  readonly kept: (item: WorkItem) => ChatReply | null;
};

export type Desk = Opened & {
  readonly past: Past;
  readonly results: Results;
  /** Name -> the request file that it was written to in this run. */
  readonly written: Map<string, number>;
  /** Request file -> who carries it. */
  readonly engines: Map<number, string>;
  /** Of the files that were sent in this run. */
  readonly notes: string[];
  readonly toMend: ToMend[];
  /** Request files of this run that did not leave, and what is to be mended first; null: only sent again. */
  readonly unsent: Map<number, ToMend | null>;
  next: number;
  passes: number;
};

export async function openDesk(options: BatchOptions): Promise<Desk> {
  const { store, stage, carriers } = options;
  const opened = await options.open();
  const past = await readPast(store, stage, opened.ledger, carriers);
  const results = await readResults({ ...options, ...past });
  return {
    ...opened,
    past,
    results,
    written: new Map(),
    engines: new Map(past.engines),
    notes: [],
    toMend: [],
    unsent: new Map(),
    next: past.next,
    passes: 0,
  };
}
