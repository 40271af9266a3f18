/** One engine with one chat template, and what a row of it may take: a template is a program of strangers. */
import type { RawRender, RenderJob, RowText } from "../core/template/render.ts";
import { UserError } from "../errors.ts";

/** Both ways throw a UserError for a row that takes too long. */
export type TemplateEngine = {
  /** "transformers 5.24.0" */
  readonly words: string;
  /** Checked: a text holds all of its row. */
  texts(jobs: readonly RenderJob[]): Promise<readonly RowText[]>;
  /** As they come. */
  raws(jobs: readonly RenderJob[]): Promise<readonly RawRender[]>;
  end(): void;
};

/** What a row may have; seconds are of CPU. */
export const ROW_LIMITS = { seconds: 1, megabytes: 256 };

/** A row that takes more. @param name the template's file. */
export function overLimit(name: string, seconds = ROW_LIMITS.seconds): UserError {
  return new UserError(
    `${name}: its chat_template takes more than ${seconds} s or ${ROW_LIMITS.megabytes} MB for a row`,
    "mend the template (does it loop without end?), or leave --tokenizer-config out for ChatML",
  );
}
