/** Who takes request files away and brings results back, where that is not a person. */
import type { ToMend } from "../../work.ts";
import type { RequestMap } from "./maps.ts";

/** What became of a request file that was carried away by an earlier run. */
export type Whereabouts =
  /** It never got there, or was refused as a whole: nothing is owed, and its lines are asked anew. */
  | {
      readonly state: "never_left";
      readonly notes: readonly string[];
      readonly to_mend: readonly ToMend[];
    }
  /** Under way. `words`: with whom. `until`: when it ends at the latest, ISO 8601. */
  | {
      readonly state: "out";
      readonly words: string;
      readonly until: string | null;
      readonly to_mend: readonly ToMend[];
    }
  /** Over: what its results lack is asked again. */
  | { readonly state: "ended"; readonly notes: readonly string[] };

export type Carrier = {
  /** The engine whose request files it carries. */
  readonly engine: string;
  /** What it takes in one file at a provider. */
  limits(provider: string): { readonly lines: number; readonly bytes: number };
  /** Looks after a file of an earlier run; its results are in engine/<stage>/ when it says "ended". */
  bring(n: number, map: RequestMap): Promise<Whereabouts>;
  /** Carries a new file away. */
  send(n: number, map: RequestMap): Promise<Whereabouts>;
  close(): Promise<void>;
};

/** What OpenAI's batches take at most; the bytes bind first for long prompts. */
export const MOST_LINES = 50_000;
export const MOST_BYTES = 200_000_000;
