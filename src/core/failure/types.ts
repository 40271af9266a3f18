/** What a family's reader says about a log, and what the log looks like to it. */
import type { Category } from "./categories.ts";
import type { Mark } from "./forms.ts";

/** A log without colours, cut into lines, with the places of every known line form. */
export type Log = {
  /** Without trailing blanks; where a terminal overwrote a line, what was seen last. */
  readonly lines: readonly string[];
  /** Indexes of the lines that have the form, rising; at most MAX_PER_MARK. */
  readonly at: (mark: Mark) => readonly number[];
};

/**
 * How much a finding knows. `limit`: what ended or decided the whole run; `test`: the reason in a test's own block; `build`: what kept tests from
 * running; `summary`: that a test failed, hardly why; `wrapper`: what a tool around it says.
 */
export type Strength = "limit" | "test" | "build" | "summary" | "wrapper";

export type Counts = {
  readonly failed: number;
  /** Absent where the runner does not tell it. */
  readonly passed?: number;
};

export type Finding = {
  /** "pytest", "cargo test", … as in docs/failures.md. */
  readonly runner: string;
  readonly category: Category;
  /** Index of the line that says why. */
  readonly at: number;
  readonly strength: Strength;
  readonly file?: string | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  /** Names of failing tests, as the runner writes them. */
  readonly tests?: readonly string[];
};

export type Reader = (log: Log) => Finding | null;

/** What a log says about its run. */
export type FailureReading = {
  /** null: the run succeeded. */
  readonly category: Category | null;
  /** The line that says why, without colours; where nothing does (`known` false), the last 20 lines. */
  readonly context: string;
  /** null: no known runner's form. */
  readonly runner: string | null;
  /** The log itself gives the reason. */
  readonly known: boolean;
  readonly file?: string;
  readonly line?: number;
  readonly tests?: readonly string[];
  readonly counts?: Counts;
};
