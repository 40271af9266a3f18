/** [actions]: the sources of npm run stage:actions. */
import { z } from "zod";
import { positive, fraction, name } from "./ranges.ts";

export const actionsSection = z
  .strictObject({
    /** Agents' runs in SWE-smith's `tool` shape (or any trajectories). "none": leave them out. */
    swe: z
      .union([name, z.array(name).min(1)])
      .default("hf://datasets/SWE-bench/SWE-smith-trajectories/data/tool-*.parquet"),
    toolbench: z.union([name, z.array(name).min(1)]).default("tuandunghcmut/toolbench-v1"),
    /** Runs read and turns taken of a source. */
    max_swe: positive.default(5000),
    max_toolbench: positive.default(3000),
    /** Rows of the eval set. */
    max_eval: positive.default(2000),
    /** Share of the turns whose groups are kept for eval. */
    eval_fraction: fraction.default(0.1),
  })
  .prefault({});
