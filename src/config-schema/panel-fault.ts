/** Settings of the panel that do not go together: what is wrong at which key of [judge], and how to mend it. */
import type { ConfigFile } from "./schema.ts";

export type PanelFault = { readonly key: string; readonly what: string; readonly mend: string };

/** `judges`: how many the panel names. null: nothing is wrong. */
export function panelFault(
  { judge, bucket }: Pick<ConfigFile, "judge" | "bucket">,
  judges: number,
): PanelFault | null {
  if (judge.panel === "lazy" && bucket.by === "posterior") {
    return {
      key: "panel",
      what: `[judge].panel = "lazy" saves calls that could not change a score's bucket, and [bucket].by is "posterior"`,
      mend: `set panel = "sequential" or "full", or [bucket] by = "score"`,
    };
  }
  if (judge.panel !== "sequential") return null;
  const { min_judges, quorum, orders } = judge;
  const max_judges = judge.max_judges === "all" ? judges : judge.max_judges;
  if (max_judges > judges) {
    return {
      key: "max_judges",
      what: `[judge].max_judges is ${max_judges}, but the panel has ${judges} ${judges === 1 ? "judge" : "judges"}`,
      mend: `name more judges in [judge].models, or set max_judges to at most ${judges}`,
    };
  }
  if (min_judges > max_judges) {
    return {
      key: "min_judges",
      what: `[judge].min_judges is ${min_judges}, and a turn is put before ${max_judges} at most`,
      mend: `set min_judges to at most ${max_judges}, or name more judges`,
    };
  }
  if (min_judges < quorum) {
    return {
      key: "min_judges",
      what: `[judge].min_judges is ${min_judges}, under quorum ${quorum}`,
      mend: "every turn needs its quorum: raise min_judges, or lower quorum",
    };
  }
  if (orders === "fixed") {
    return {
      key: "orders",
      what: `[judge].orders = "fixed" does not go with panel = "sequential"`,
      mend: "a sequential panel asks each judge in one random order: take the line out",
    };
  }
  return bucket.by === "decisive"
    ? {
        key: "panel",
        what: `[judge].panel = "sequential" reckons the chance of a score, and [bucket].by is "decisive"`,
        mend: `set [bucket] by = "score" or "posterior", or panel = "full"`,
      }
    : null;
}
