/** A model's chat template as its files have it: a tokenizer_config.json, a chat_template.jinja, or both. */
import { z } from "zod";
import { UserError } from "../../errors.ts";

/** What templates are rendered with, whoever renders. */
export type ChatTemplate = {
  /** For rows without tools; null: the files have one for rows with tools alone. */
  readonly plain: string;
  /** For rows with tools, where the files have one of its own ("tool_use"). */
  readonly withTools: string;
  /** bos_token and its like, those that the files name. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Special tokens that no content may hold. */
  readonly reserved: readonly string[];
};

export type TemplateFiles = {
  /** tokenizer_config.json, parsed; null: there is none. */
  readonly config: unknown;
  /** chat_template.jinja; null: there is none. It wins over the template of the configuration. */
  readonly jinja: string | null;
};

const token = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const tokens = z.looseObject({
  bos_token: token,
  eos_token: token,
  unk_token: token,
  sep_token: token,
  pad_token: token,
  cls_token: token,
  mask_token: token,
  added_tokens_decoder: z
    .record(z.string(), z.looseObject({ content: z.string(), special: z.boolean().optional() }))
    .optional(),
});
const template = z.union([
  z.string(),
  z.array(z.looseObject({ name: z.string(), template: z.string() })).min(1),
]);
const ofConfig = z.looseObject({ chat_template: template });

const TOKENS = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;

/**
 * The template of a model. Of several in a configuration "default" is for rows without tools and "tool_use"
 * for those with, as in transformers.
 * @param name the file, for errors. @throws UserError when there is no template.
 */
export function chatTemplate({ config, jinja }: TemplateFiles, name: string): ChatTemplate {
  const known = tokens.safeParse(config ?? {});
  const given = jinja === null ? ofConfig.safeParse(config) : null;
  const fault = known.success ? given?.error?.issues[0] : known.error.issues[0];
  if (!known.success || (given !== null && !given.success)) {
    throw new UserError(
      `${name} has no chat template: ${fault?.path.join(".") ?? ""} ${fault?.message ?? ""}`,
      "name a tokenizer_config.json with a chat_template, or a chat_template.jinja, or leave --tokenizer-config out for ChatML",
    );
  }
  const { added_tokens_decoder: added = {}, ...named } = known.data;
  const sources = given === null ? (jinja ?? "") : given.data.chat_template;
  const of = (wanted: string): string | undefined =>
    typeof sources === "string" ? undefined : sources.find((one) => one.name === wanted)?.template;
  const plain =
    typeof sources === "string" ? sources : (of("default") ?? sources[0]?.template ?? "");
  return {
    plain,
    withTools: of("tool_use") ?? plain,
    tokens: Object.fromEntries(
      TOKENS.flatMap((key) => {
        const value = named[key];
        const text = typeof value === "string" ? value : value?.content;
        return text === undefined ? [] : [[key, text]];
      }),
    ),
    reserved: Object.values(added)
      .filter((one) => one.special === true && one.content !== "")
      .map((one) => one.content),
  };
}
