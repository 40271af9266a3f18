/** check-template: which histories with calls a template carries, in which form, and whether both engines agree. */
import { resolve } from "node:path";
import { startEngine } from "../builders/template-render.ts";
import {
  checkedBy,
  reportOf,
  type EngineCheck,
  type TemplateReport,
} from "../builders/template-check.ts";
import { chatTemplate } from "../core/template/source.ts";
import { UserError } from "../errors.ts";
import { readTemplateFiles } from "../io/dataset/template-files.ts";
import { templateProgram } from "../io/training-python.ts";

/**
 * @param path a tokenizer_config.json or a chat_template.jinja. @param date for `strftime_now`.
 * @throws UserError for files without a template, and for one that no engine can read.
 */
export async function checkTemplate(path: string, date: string): Promise<TemplateReport> {
  const files = await readTemplateFiles(resolve(path), "check-template");
  const read = chatTemplate(files, path);
  const template = files.config === null ? { ...read, tokens: STAND_INS } : read;
  const names =
    templateProgram() === null ? ["jinja" as const] : (["transformers", "jinja"] as const);
  const checks: EngineCheck[] = [];
  const unread: string[] = [];
  for (const name of names) {
    const start = () => startEngine(name, template, path, date);
    const check = await checkedBy(start);
    if (typeof check === "string") unread.push(check);
    else checks.push(check);
  }
  if (checks.length === 0) {
    throw new UserError(unread.join("\n"), "mend the template");
  }
  return {
    ...reportOf(path, checks, unread),
    ...(files.config === null ? { notes: [ALONE] } : {}),
  };
}

// ---------------------------------------------------------------------------------------------

/** A template alone does not say its model's tokens, and many stop without them. */
const STAND_INS = { bos_token: "<s>", eos_token: "</s>" };
const ALONE =
  "no tokenizer_config.json lies beside it: bos_token is taken to be <s>, eos_token </s>";
