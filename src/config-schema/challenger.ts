/** [challenger]: who answers knowing how the task was resolved. */
import { z } from "zod";
import { modelRef } from "./model-ref.ts";
import { answerer } from "./answerer.ts";
import { positive, count } from "./ranges.ts";

export const challengerSection = z
  .strictObject({
    ...answerer,
    strategy: z.enum(["informed", "select"]).default("informed"),
    /** Blind candidates of strategy "select". */
    n: z.int().min(2).default(4),
    /** Chooses among the candidates, with the pull request in view; default: the challenger's model. */
    rank_model: modelRef.optional(),
    /** What the challenger alone sees; "auto": the pull request where the run has one, else its future. */
    hidden: z.enum(["auto", "pr", "future"]).default("auto"),
    /** Characters of the pull request that the challenger is shown at most. */
    pr_chars: positive.default(40_000),
    /** Askings after the first when the audit says leak. */
    leak_attempts: count.default(2),
  })
  .prefault({});
