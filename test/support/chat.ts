/** Fakes of the model side: written, not mocked. */
import type { Chat, ChatReply, ChatRequest, ItemRef, Outcome, Progress } from "../../src/work.ts";
import { NO_USAGE } from "../../src/records/run-info.ts";

/** A reply with the given content and harmless values elsewhere. */
export function replyOf(content: string, over: Partial<ChatReply> = {}): ChatReply {
  return {
    provider: "test",
    model: "test/model",
    content,
    reasoning: null,
    refusal: null,
    finish_reason: "stop",
    usage: { ...NO_USAGE, prompt_tokens: 10, completion_tokens: 5 },
    cost_usd: null,
    request_id: null,
    latency_ms: 1,
    ...over,
  };
}

/** A chat that answers by a function of the request and keeps every request it saw. */
export function scriptedChat(
  answer: (request: ChatRequest, item: ItemRef) => string | Outcome,
): Chat & { readonly seen: { request: ChatRequest; item: ItemRef }[] } {
  const seen: { request: ChatRequest; item: ItemRef }[] = [];
  const chat: Chat = async (request, item) => {
    seen.push({ request, item });
    const said = answer(request, item);
    return typeof said === "string"
      ? { ok: true, reply: replyOf(said, { provider: request.provider, model: request.model }) }
      : said;
  };
  return Object.assign(chat, { seen });
}

/** Says nothing. */
export const silentProgress: Progress = {
  begin() {},
  step() {},
  spent() {},
  note() {},
  end() {},
};
