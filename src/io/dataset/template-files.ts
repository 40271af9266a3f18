/** The files of a chat template: a tokenizer_config.json or a chat_template.jinja, and what lies beside it. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { readJsonFile, readNamedFile } from "../json-file.ts";

/** As transformers saves them. */
const CONFIG = "tokenizer_config.json";
const JINJA = "chat_template.jinja";

/**
 * What a path stands for: `.jinja` is the template itself, and the tokenizer_config.json beside it names the
 * tokens; anything else is the configuration, and a chat_template.jinja beside it wins over its own template,
 * as in transformers.
 * @param flag whose path it is. @throws UserError when the file is not there or is no JSON.
 */
export async function readTemplateFiles(
  path: string,
  flag: string,
): Promise<{ readonly config: unknown; readonly jinja: string | null }> {
  const named = { flag, wanted: `a ${CONFIG} or a ${JINJA}` };
  const isTemplate = path.endsWith(".jinja");
  const beside = join(dirname(path), isTemplate ? CONFIG : JINJA);
  if (isTemplate) {
    const jinja = await readNamedFile(path, named);
    return { jinja, config: existsSync(beside) ? await readJsonFile(beside, named) : null };
  }
  const config = await readJsonFile(path, named);
  return { config, jinja: existsSync(beside) ? await readNamedFile(beside, named) : null };
}

/** The files whose change changes what is rendered. */
export function templatePaths(path: string): readonly string[] {
  return [path, join(dirname(path), path.endsWith(".jinja") ? CONFIG : JINJA)];
}
