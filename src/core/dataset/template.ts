/** A model's own chat template (tokenizer_config.json), rendered by the Hub's Jinja. */
import { Template } from "@huggingface/jinja";
import { z } from "zod";
import { UserError, errorMessage } from "../../errors.ts";
import type { RenderedMessage, RenderText } from "./format-reasons.ts";

const token = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const tokenizerConfig = z.looseObject({
  chat_template: z.union([
    z.string(),
    z.array(z.looseObject({ name: z.string(), template: z.string() })).min(1),
  ]),
  bos_token: token,
  eos_token: token,
  pad_token: token,
  unk_token: token,
  added_tokens_decoder: z
    .record(z.string(), z.looseObject({ content: z.string(), special: z.boolean().optional() }))
    .optional(),
});

/**
 * Rendering by the template of a tokenizer_config.json ("default" where there are several). A content
 * that holds one of the model's special tokens is refused, and so is what the template itself refuses.
 * @throws UserError when there is no template, or it does not parse.
 */
export function templateRenderer(config: unknown, name: string): RenderText {
  const parsed = tokenizerConfig.safeParse(config);
  if (!parsed.success) {
    throw new UserError(
      `${name} has no chat template: ${parsed.error.issues[0]?.path.join(".") ?? ""} ${parsed.error.issues[0]?.message ?? ""}`,
      "name a tokenizer_config.json with a chat_template, or leave --tokenizer-config out for ChatML",
    );
  }
  const { chat_template: given, added_tokens_decoder: added = {}, ...tokens } = parsed.data;
  const source =
    typeof given === "string"
      ? given
      : ((given.find((one) => one.name === "default") ?? given[0])?.template ?? "");
  const template = compile(source, name);
  const named = Object.fromEntries(
    (["bos_token", "eos_token", "pad_token", "unk_token"] as const).map((key) => {
      const value = tokens[key];
      return [key, typeof value === "string" ? value : (value?.content ?? "")];
    }),
  );
  const reserved = Object.values(added)
    .filter((one) => one.special === true && one.content !== "")
    .map((one) => one.content);
  return (messages, tools) => {
    const isReserved = messages.some(({ content }) =>
      reserved.some((one) => content.includes(one)),
    );
    if (isReserved) return { reason: "special_token" };
    const given = tools === undefined || tools.length === 0 ? {} : { tools };
    try {
      const text = template.render({ ...named, ...given, messages, add_generation_prompt: false });
      // Templates drop calls, or print an object as "[object Map]", without a word.
      return holdsCalls(text, messages) ? text : { reason: "template_lost" };
    } catch {
      // Templates raise exceptions on conversations that the model was not made for: a drop.
      return { reason: "template_refused" };
    }
  };
}

// ---------------------------------------------------------------------------------------------

/** Looked for in rows with calls alone: there templates lose words, results and second calls. */
function holdsCalls(text: string, messages: readonly RenderedMessage[]): boolean {
  const calls = messages.flatMap((message) => message.tool_calls ?? []);
  if (calls.length === 0) return true;
  const values = calls.flatMap((call) => {
    const { name, arguments: given } = Object((call as { function?: unknown }).function) as {
      name?: unknown;
      arguments?: unknown;
    };
    return [name, ...leavesOf(given)];
  });
  return [...values, ...messages.map(({ content }) => content.trim())].every((value) =>
    isIn(text, value),
  );
}

function isIn(text: string, value: unknown): boolean {
  if (typeof value !== "string") return text.includes(String(value));
  // As it is, or as JSON spells it, with and without escapes of what is no ASCII.
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(
    /[^ -~]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.includes(value) || text.includes(json) || text.includes(ascii);
}

/** Numbers and truth values are spelt in too many ways to be looked for. */
function leavesOf(value: unknown): unknown[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leavesOf);
}

function compile(source: string, name: string): Template {
  try {
    return new Template(source);
  } catch (error) {
    throw new UserError(
      `${name}: its chat_template does not parse: ${errorMessage(error)}`,
      "mend the template, or leave --tokenizer-config out for ChatML",
      { cause: error },
    );
  }
}
