/** Which format a row has, told by its columns, and which one a method learns from. */
import type { Method } from "../../records/train-run.ts";

/** The format that a method learns from, as builders' --format names it. */
export const METHOD_FORMATS: Readonly<Record<Method, string>> = {
  sft: "prompt-completion",
  dpo: "preference",
  kto: "kto",
  sdft: "privileged",
};

/** "" for rows of no format that is trained on here. */
export function formatOf(columns: readonly string[]): string {
  const has = (name: string): boolean => columns.includes(name);
  if (!has("prompt")) return "";
  if (has("privileged_context")) return "privileged";
  if (has("chosen") && has("rejected")) return "preference";
  if (!has("completion")) return "";
  return has("label") ? "kto" : "prompt-completion";
}

/** File stem -> the split that loaders know it as; null for another file. */
export function splitOf(stem: string): "train" | "validation" | "test" | null {
  switch (stem) {
    case "train":
    case "dev":
      return "train";
    case "val":
    case "validation":
      return "validation";
    case "test":
    case "eval":
      return "test";
    default:
      return null;
  }
}
