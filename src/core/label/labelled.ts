/** What the label of a run or row makes of its answers: which formats may learn from them. */
import type { Example } from "../dataset/example.ts";
import type { Format } from "../dataset/format-names.ts";
import { takes } from "../dataset/formats.ts";
import { labelDrop, type LabelDrop } from "./choice.ts";
import type { RunLabel } from "../../records/prompt.ts";

export type LabelledAnswer = {
  readonly kind: "sft" | "negative";
  readonly label: boolean | null;
};

/**
 * An answer by its label: SUCCESS is good, FAILURE bad, of UNKNOWN nobody knows. A bad one is an answer to
 * learn only where it was asked for; `kto` says false of it either way.
 * @param isAsked the person named FAILURE.
 */
export function labelledAnswer(label: RunLabel, isAsked: boolean): LabelledAnswer {
  switch (label) {
    case "SUCCESS":
      return { kind: "sft", label: true };
    case "FAILURE":
      return { kind: isAsked ? "sft" : "negative", label: false };
    case "UNKNOWN":
      return { kind: "sft", label: null };
    default:
      return label satisfies never;
  }
}

/** Why none of the formats takes the answer; null: one does. */
export function withoutFormat(
  label: RunLabel,
  { kind, label: good }: Pick<Example, "kind" | "label">,
  formats: readonly Format[],
): LabelDrop | null {
  if (formats.some((format) => takes(format, kind, good))) return null;
  return labelDrop(label, NONE);
}

// ---------------------------------------------------------------------------------------------

const NONE: ReadonlySet<RunLabel> = new Set();
