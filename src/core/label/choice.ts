/** Which runs go into a set by their label, and the label of a row that holds a run. */
import { UserError } from "../../errors.ts";
import { rowVerdict } from "../formats/verdict.ts";
import { trajectoryOf, type Row, type Trajectory } from "../sample/shapes.ts";
import { RUN_LABELS, type RunLabel } from "../../records/prompt.ts";
import { labelRun } from "./label.ts";

/** Why a run is left out. */
export type LabelDrop = "label_success" | "label_failure" | "label_unknown";

const DROPS: Readonly<Record<RunLabel, LabelDrop>> = {
  SUCCESS: "label_success",
  FAILURE: "label_failure",
  UNKNOWN: "label_unknown",
};

/** null: a run with this label is taken. @param wanted null: all are. */
export function labelDrop(label: RunLabel, wanted: ReadonlySet<RunLabel> | null): LabelDrop | null {
  return wanted === null || wanted.has(label) ? null : DROPS[label];
}

/** The labels that --label names, also with commas; null: the flag is not there. @throws UserError for other words. */
export function labelChoice(
  stage: string,
  given: readonly string[] | undefined,
): ReadonlySet<RunLabel> | null {
  if (given === undefined) return null;
  const words = given.flatMap((word) => word.split(",")).map((word) => word.trim().toUpperCase());
  return new Set(
    words.map((word) => {
      const label = RUN_LABELS.find((one) => one === word);
      if (label !== undefined) return label;
      throw new UserError(
        `${stage}: --label is "${word}"; expected ${RUN_LABELS.join(", ")}`,
        "for example --label SUCCESS,UNKNOWN",
      );
    }),
  );
}

/** By the row's verdict, else by the rule; null: it holds no run that can be read. */
export function rowLabel(row: Row): RunLabel | null {
  const read = trajectoryOf(row, "keep");
  return read.ok ? trajectoryLabel(row, read.value) : null;
}

/** The same of a row that was read; null: its verdict cannot be read. */
export function trajectoryLabel(row: Row, { run, exit_status }: Trajectory): RunLabel | null {
  const verdict = run.verdict ?? rowVerdict(row);
  if (verdict === "unreadable") return null;
  return labelRun({ messages: run.messages, notTurns: run.notTurns, verdict, exit_status }).label;
}
