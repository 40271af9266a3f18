/** [source]: what turns are drawn from, and which are kept. */
import { z } from "zod";
import { positive, count, fraction, name } from "./ranges.ts";

export const sourceSection = z
  .strictObject({
    trajectories: z
      .union([name, z.array(name).min(1)])
      .default("AlienKevin/SWE-ZERO-12M-trajectories"),
    prs: z.union([name, z.array(name).min(1)]).default("nebius/SWE-rebench-V2-PRs"),
    revision: name.optional(),
    config: name.optional(),
    split: name.optional(),
    /** URL of the Hub's viewer API. */
    viewer_url: name.default("https://datasets-server.huggingface.co"),
    count: positive.default(2000),
    per_file: positive.default(200),
    /** 0-based turn index below it. */
    max_turn: positive.default(10),
    seed: z.int().default(42),
    /** "rows": rows are uniform, then the turns of a row; "turns": all turns of the split are; "every-turn": all turns of uniform rows. */
    spread: z.enum(["rows", "turns", "windows", "groups", "every-turn"]).default("rows"),
    /** 0: no limit. Turns; with spread = "every-turn" runs. */
    max_per_instance: count.default(1),
    max_per_repo: count.default(0),
    exclude_ids: z.array(name).default([]),
    exclude_benchmarks: z.boolean().default(true),
    exclude_benchmark_repos: z.boolean().default(false),
    /** File of held-out problems (JSON Lines or text); a PR that shares 12-grams with it is left out. */
    held_out: name.optional(),
    /** Distinct shared 12-grams from which on a PR is left out. */
    held_out_min: positive.default(1),
    /** Characters; a PR over it is left out and listed in report/hugePR.md. */
    max_pr_chars: positive.default(60_000),
    max_history_chars: positive.default(120_000),
    /** 0: no limit; otherwise `tokenizer` has to name a tokenizer.json. */
    max_history_tokens: count.default(0),
    tokenizer: name.optional(),
    /** Kept endings of a run ("Submitted"); empty: all. */
    exit_status: z.array(name).default([]),
    /** Kept languages of a pull request ("python"); empty: all. */
    languages: z.array(name).default([]),
    /** "protocol": the reference has to be a thought and exactly one bash block. */
    reference: z.enum(["any", "protocol"]).default("any"),
    /** Leave out turns whose reference repeats the history. */
    drop_loops: z.boolean().default(false),
    /** Histories at least so similar (Jaccard, 0..1) to a kept one are left out; 0: off. */
    near_duplicate: fraction.default(0),
    /** Older spelling of [protocol].style: "text" is "bash", "keep" tells it from the run. */
    tool_calls: z.enum(["text", "keep"]).optional(),
    /** Thoughts of the agent: left out, in the content as <think>, or in a field of their own. */
    reasoning: z.enum(["drop", "think", "field"]).default("drop"),
    /** Images and audio: left out and counted, or the whole row is. */
    media: z.enum(["drop", "refuse"]).default("drop"),
    /** What is masked of a turn that is kept; "secrets+home": also home folders and user names. */
    mask: z.enum(["secrets", "secrets+home", "off"]).default("secrets"),
    /** Which way a Hub data set is read; "auto" takes the cheapest that keeps the spread. */
    read: z.enum(["auto", "viewer", "pages", "groups"]).default("auto"),
    /** Neighbouring rows of a window (spread "windows"). */
    window_rows: positive.default(20),
    /** Rows drawn from a row group at a time (spread "groups"). */
    group_draws: positive.default(100),
    /** Drawn rows per turn asked for, at most: the cap on replacing rows that fall out. */
    max_draws_per_turn: positive.default(50),
    /** A plan that would read more from the Hub is refused, with what would be cheaper. */
    max_read_mb: positive.default(4000),
    prs_revision: name.optional(),
    prs_config: name.optional(),
    prs_split: name.optional(),
  })
  .prefault({});
