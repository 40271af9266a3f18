/** What came of one call of the doctor. */
import type { Usage } from "../../records/run-info.ts";

/** One call of the doctor. */
export type Tried =
  | {
      readonly ok: true;
      readonly text: string;
      readonly reasoning: string | null;
      readonly model: string | null;
      readonly finish_reason: string | null;
      readonly usage: Usage | null;
      readonly latencyMs: number;
      /** Whether it came as events. */
      readonly isStream: boolean;
    }
  | {
      readonly ok: false;
      readonly message: string;
      readonly hint: string;
      /** A context or content refusal, or passing trouble: no setting is to blame. */
      readonly isSettings: boolean;
      /** Trouble on the way, which may be a setting's all the same. */
      readonly isPassing: boolean;
    };
