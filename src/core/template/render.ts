/** A row becomes a text, whoever renders: what is sent to the engine, and what its answer means. */
import { UserError, errorMessage } from "../../errors.ts";
import type { RenderedMessage, Rendered } from "../dataset/format-reasons.ts";
import { compileTemplate, TemplateRefusal, type Compiled } from "./engine.ts";
import { isWhole } from "./kept.ts";
import type { ChatTemplate } from "./source.ts";

export type RenderJob = {
  readonly messages: readonly RenderedMessage[];
  /** Absent or empty: none; a template is then given null, as transformers gives it. */
  readonly tools?: readonly unknown[] | undefined;
};

/** What an engine answers. */
export type RawRender =
  | { readonly text: string }
  /** The template called `raise_exception`. */
  | { readonly refused: string }
  /** Whatever else went wrong, in the engine's words. */
  | { readonly fault: string }
  /** More time or memory than a row may have. */
  | { readonly limit: string };

/** One rendering by one engine. */
export type RenderRaw = (job: RenderJob) => RawRender;

/** A row's text, or why there is none; a fault is the person's to mend. */
export type RowText = Rendered | { readonly fault: string } | { readonly limit: string };

export const hasTools = ({ tools }: RenderJob): boolean => tools !== undefined && tools.length > 0;

/** True when a content holds one of the model's special tokens: it would be read as markup. */
export function isReserved({ reserved }: ChatTemplate, { messages }: RenderJob): boolean {
  return messages.some(({ content }) => reserved.some((one) => content.includes(one)));
}

/** What an answer comes to: only a whole text is one. */
export function rowText(raw: RawRender, { messages }: RenderJob): RowText {
  if ("fault" in raw || "limit" in raw) return raw;
  if ("refused" in raw) return { reason: "template_refused" };
  return isWhole(raw.text, messages) ? raw.text : { reason: "template_lost" };
}

/**
 * Rendering by @huggingface/jinja.
 * @param name the file. @param date for `strftime_now`. @throws UserError when it cannot read the template.
 */
export function jinjaRenderer(template: ChatTemplate, name: string, date: string): RenderRaw {
  const plain = compiled(template.plain, name);
  const withTools =
    template.withTools === template.plain ? plain : compiled(template.withTools, name);
  return (job) => {
    const render = hasTools(job) ? withTools : plain;
    try {
      const text = render(
        {
          ...template.tokens,
          messages: job.messages.map(withThoughtNames),
          tools: hasTools(job) ? job.tools : null,
          documents: null,
          add_generation_prompt: false,
        },
        date,
      );
      return { text };
    } catch (error) {
      if (error instanceof TemplateRefusal) return { refused: error.message };
      // A text or a stack that grew too large; the clock and the memory are watched from outside.
      return {
        [error instanceof RangeError ? "limit" : "fault"]: errorMessage(error),
      } as RawRender;
    }
  };
}

/**
 * What the engine cannot do, as the person is told it.
 * @param engine "transformers 5.24.0".
 */
export function notSupported(name: string, engine: string, fault: string): UserError {
  return new UserError(
    `${name}: its chat_template is not supported here: ${engine} says: ${fault}`,
    engine.startsWith("transformers")
      ? "npm run check-template FILE says which histories it carries; mend it, name another one, or leave --tokenizer-config out for ChatML"
      : "npm run setup:training, and transformers renders it; or leave --tokenizer-config out for ChatML",
  );
}

// ---------------------------------------------------------------------------------------------

/** transformers gives a thought under three names (`_alias_reasoning_fields`); ours have the first. */
function withThoughtNames(message: RenderedMessage): object {
  const { reasoning_content: thought } = message;
  return thought === undefined ? message : { thinking: thought, ...message };
}

function compiled(source: string, name: string): Compiled {
  try {
    return compileTemplate(source);
  } catch (error) {
    throw new UserError(
      `${name}: its chat_template does not parse: ${errorMessage(error)}`,
      "npm run setup:training, and transformers reads it, if it can; or mend the template, or leave --tokenizer-config out for ChatML",
      { cause: error },
    );
  }
}
