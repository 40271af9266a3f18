/** What the doctor's calls to one model say, and what to change. Pure; src/examining/ calls. */
import { losesWords } from "../wire/families.ts";
import { streamAdvice, streamsOf } from "./streams.ts";
import type { Tried } from "./tried.ts";
import type { ModelRef, Role } from "../../work.ts";

export type Examined = ModelRef & {
  readonly roles: readonly Role[];
  /** Slips seen without a call. */
  readonly slips: readonly string[];
  /** The same short question twice, behind the same long beginning. */
  readonly first: Tried;
  readonly second: Tried | null;
  /** The question as a stream, with and without a count of tokens asked for; null: not tried. */
  readonly streamed: Tried | null;
  readonly streamedBare: Tried | null;
  /** [provider.NAME].stream. */
  readonly stream: "auto" | boolean;
  /** Further addresses of the provider that did not answer, in a line each. */
  readonly elsewhere: readonly string[];
  /** What was refused, and the line of chain.toml that made the call pass. */
  readonly changes: readonly string[];
  /** A history with one marked call, and the same without it; null: not tried. */
  readonly withCall: Tried | null;
  readonly withoutCall: Tried | null;
  readonly mark: string;
  readonly temperature: number | "default";
  /** USD per million tokens, in and out; null: unpriced. */
  readonly price: { readonly input: number; readonly output: number } | null;
  /** Tokens, as the server lists it; null: not listed. */
  readonly context: number | null;
};

/** What to change, in order of weight; [] when nothing is. */
export function adviceOf(examined: Examined, isSame: (a: string, b: string) => boolean): string[] {
  const { slips, first, changes, model, provider, price } = examined;
  const advice = [...slips, ...examined.elsewhere, ...changes];
  if (!first.ok) return [...advice, `${first.message} -> ${first.hint}`];
  if (first.model !== null && !isSame(model, first.model)) {
    advice.push(
      `the replies name another model, ${first.model}: look at what the server has loaded`,
    );
  }
  if (first.text.trim() === "" && (first.reasoning ?? "").trim() !== "") {
    advice.push(
      first.finish_reason === "length"
        ? "it thinks up to the limit: name it in [judge].thinking_models, or raise max_tokens"
        : "the whole answer is in reasoning_content: switch the server's reasoning parser",
    );
  }
  if (first.usage === null) {
    advice.push("it does not count tokens: budgets go by estimates at their most");
  }
  if (samplingOf(examined) === "greedy") {
    advice.push(
      `the same text twice at ${temperatureIn(examined)}: the server is greedy, so strategy "select" and retries get one and the same answer`,
    );
  }
  const calls = callsOf(examined);
  if (calls === "lost" || calls === "refused")
    advice.push(
      `the calls of a history are ${calls}: the stages show them as text ([protocol] native = "auto" goes by this)`,
    );
  else if (calls === "carried" && losesWords(model, true))
    advice.push(
      "its published template leaves out what is said beside calls: [protocol] native = false shows both as text",
    );
  const streams = streamsOf(examined.streamed, examined.streamedBare);
  const streaming = streamAdvice(streams, provider, examined.stream, first.usage !== null);
  if (streaming !== null) advice.push(streaming);
  if (price === null) {
    advice.push(
      `no price: \`npm run prices\` asks ${provider}, or add [provider.${provider}.price."${model}"]`,
    );
  }
  return advice;
}

/** How the calls of a history fare: in the prompt, dropped by the template, refused, or not known. */
export function callsOf({
  withCall,
  withoutCall,
  mark,
}: Pick<Examined, "withCall" | "withoutCall" | "mark">):
  "carried" | "lost" | "refused" | "unknown" {
  if (withCall === null) return "unknown";
  // Trouble on the way tells nothing of calls; words about the form do.
  if (!withCall.ok) return withCall.isSettings ? "refused" : "unknown";
  if (`${withCall.text} ${withCall.reasoning ?? ""}`.includes(mark)) return "carried";
  const more = tokensIn(withCall) - tokensIn(withoutCall);
  return Number.isNaN(more) ? "unknown" : more > 0 ? "carried" : "lost";
}

/**
 * What two calls of the same words say of sampling. At temperature 0 nothing was drawn: the same text
 * twice is as it should be, and two texts say that the server does not give the same again.
 */
export function samplingOf({
  first,
  second,
  temperature,
}: Pick<Examined, "first" | "second" | "temperature">):
  "samples" | "greedy" | "same at 0" | "varies at 0" | "sampling unknown" {
  const [said, again] = [saidIn(first), saidIn(second)];
  if (said === "" || again === "") return "sampling unknown";
  if (temperature === 0) return said === again ? "same at 0" : "varies at 0";
  return said === again ? "greedy" : "samples";
}

/** A line a model for the table. */
export function examinedLine(examined: Examined): string {
  const { provider, model, first, second, price, context } = examined;
  const name = `${provider} ${model}`.padEnd(44);
  if (!first.ok) return `${name} refused`;
  const usage = first.usage;
  const counted =
    usage === null
      ? "uncounted"
      : `${usage.prompt_tokens} in (${second?.ok === true ? (second.usage?.cached_tokens ?? 0) : 0} cached), ${usage.completion_tokens} out, ${usage.reasoning_tokens} thinking`;
  return [
    name,
    `${(first.latencyMs / 1000).toFixed(1)} s`,
    counted,
    `calls ${callsOf(examined)}`,
    samplingOf(examined),
    `streams ${streamsOf(examined.streamed, examined.streamedBare)}`,
    price === null ? "unpriced" : `$${price.input}/$${price.output}`,
    context === null ? "context not listed" : `context ${context}`,
  ].join(" | ");
}

// ---------------------------------------------------------------------------------------------

/** What it answered, or thought where that was all; "": nothing, or no reply. */
const saidIn = (tried: Tried | null): string =>
  tried?.ok === true ? tried.text.trim() || (tried.reasoning ?? "").trim() : "";

const temperatureIn = ({ temperature }: Examined): string =>
  temperature === "default" ? "the server's own temperature" : `temperature ${temperature}`;

const tokensIn = (tried: Tried | null): number =>
  tried?.ok === true ? (tried.usage?.prompt_tokens ?? Number.NaN) : Number.NaN;
