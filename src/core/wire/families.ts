/**
 * What the families of models need of a history with calls, by the model's name. Measured on the chat
 * templates of 137 models; docs/protocols.md has the table in words. A refusal teaches more (lessons.ts).
 */
import type { Manner, Said } from "../../calls/manner.ts";
import type { Message } from "../../records/message.ts";

/**
 * @param native [protocol].native; "auto" goes by what is known.
 * @param said what a server's own word, or a look at it, said: it wins over the table.
 */
export function mannerOf(model: string, native: "auto" | boolean, said: Said = {}): Manner {
  const name = model.toLowerCase();
  const is = (names: readonly RegExp[]): boolean => names.some((one) => one.test(name));
  // What is not known is asked in the form that works nearly everywhere.
  const known = said.native ?? (!is(WITHOUT_CALLS) && is(WITH_CALLS));
  return {
    native: native === "auto" ? known : native,
    split: said.split ?? is(ONE_CALL),
    systemToUser: said.systemToUser ?? is(NO_SYSTEM),
    alternate: is(IN_TURN),
    filled: "no",
    stream: "untried",
  };
}

/**
 * Whether a model that is given calls as calls does not see what was said beside them, by the template
 * that its makers publish; whoever serves it may use another.
 */
export function losesWords(model: string, native: "auto" | boolean): boolean {
  const name = model.toLowerCase();
  return mannerOf(model, native).native && ONLY_CALLS.some((one) => one.test(name));
}

/** Whether a message of this history has words beside its calls. */
export function saysBesideCalls(messages: readonly Message[]): boolean {
  return messages.some(
    ({ content, tool_calls = [] }) => tool_calls.length > 0 && content.trim() !== "",
  );
}

// ---------------------------------------------------------------------------------------------

/** Templates that raise at, or silently lose, a second call of a message. */
const ONE_CALL = [/llama-?3[.-][123]/, /gpt-oss/, /gigachat/];

/** Templates that refuse a system message, or forget it once a history ends in a result. */
const NO_SYSTEM = [/mistral-?nemo/, /gemma-?[123]\b/, /phi-4-mini/, /falcon/, /chatglm/];

const IN_TURN = [/mistral/, /mixtral/, /ministral/, /gemma-?[123]\b/];

/** Templates that show the calls of a message and leave out the words beside them. */
const ONLY_CALLS = [
  /llama-?3[.-][123]/,
  /gpt-oss/,
  /mistral-?nemo/,
  /mistral-?small-?3\.2/,
  /command-?r7b/,
  /hermes-?[23]/,
  /minimax-?m1/,
  /granite-?3/,
  /solar/,
  /xlam/,
  /toolace/,
  /phi-4-mini/,
];

/** Templates without a place for calls: these vanish from the prompt without an error. */
const WITHOUT_CALLS = [
  /gemma-?[123]\b/,
  /phi-?3/,
  /llama-?3-/,
  /chatml/,
  /smollm/,
  /lfm2(?!\.5)/,
  /granite-?3\.3/,
  /qwen2\.5-vl/,
  /r1-distill/,
  /falcon/,
  /baichuan/,
  /chatglm/,
  /vicuna/,
];

const WITH_CALLS = [
  /\bgpt-/,
  /\bo[134](?:-|$)/,
  /claude/,
  /gemini/,
  /grok/,
  /kimi/,
  /qwen-?(?:2\.5|3)/,
  /qwq/,
  /\bmimo/,
  /glm-(?:4\.[5-9]|[5-9])/,
  /minimax/,
  /deepseek/,
  /mistral|ministral|devstral|magistral|codestral/,
  /llama-?(?:3[.-][1-9]|4)/,
  /command-(?:r|a)/,
  /hermes/,
  /nemotron/,
  /granite-?4/,
  /gemma-?4/,
  /seed-oss/,
  /step-?3/,
  /lfm2\.5/,
  /phi-4-mini/,
  /ernie-[45]/,
  /\bnova-/,
];
