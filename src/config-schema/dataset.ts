/** [dataset]: what training sets hold and how they are split. */
import { z } from "zod";
import { FORMATS } from "../core/dataset/format-names.ts";
import { TEMPLATE_ENGINES } from "../core/dataset/settings.ts";
import { DATE } from "../core/template/date.ts";
import { positive, count, fraction, name } from "./ranges.ts";

export const datasetSection = z
  .strictObject({
    formats: z.array(z.enum(FORMATS)).default(["prompt-completion"]),
    val_fraction: fraction.default(0.1),
    group_by: z.enum(["repo", "instance"]).default("repo"),
    seed: z.int().default(42),
    hub_org: name.optional(),
    /** The model that is to be trained: pairs say where the rejected side is its own words. */
    policy: name.optional(),
    max_tokens: positive.optional(),
    /** "last:N" or "fit" (into max_tokens): histories lose whole steps from the middle. */
    history: name.optional(),
    max_patch_chars: positive.default(8000),
    min_problem_words: count.default(20),
    /** Rows at least so similar (estimated Jaccard, 0..1) are kept on one side; 0: exact copies alone. */
    near_duplicate: fraction.default(0.8),
    /** A local tokenizer.json: exact token counts instead of four characters a token. */
    tokenizer: name.optional(),
    /** A local tokenizer_config.json: chatml rows are rendered with its chat template. */
    tokenizer_config: name.optional(),
    /** Who renders it; auto: transformers where training/.venv is there, else @huggingface/jinja. */
    template_engine: z.enum(TEMPLATE_ENGINES).default("auto"),
    /** What strftime_now of a template says, "2026-01-31" or "2026-01-31T09:05:00"; absent: when the build began. */
    template_date: z
      .string()
      .regex(DATE, 'a date such as "2026-01-31", or with a time "2026-01-31T09:05:00"')
      .optional(),
    /** USD per million training tokens, for the cost estimate. */
    usd_per_million_tokens: z.number().min(0).optional(),
    /** Parquet files beside the JSON Lines. */
    parquet: z.boolean().default(false),
    /** Licence id of the Hub for the data set card. */
    license: name.default("unknown"),
    /** Licences of sources, by data set or file, for the rows and the card. */
    source_licenses: z.record(name, name).default({}),
  })
  .prefault({});
