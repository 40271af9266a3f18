/**
 * A reply that came as a stream of events, put together as if it had come whole, so that one set of rules
 * reads both. Nothing of a stream counts before its end is there: text in, one body out. Pure, and linear.
 */
import type { Heard, Listener } from "./listener.ts";
import { chatEvents } from "./stream-chat.ts";
import { messagesEvents } from "./stream-messages.ts";
import { responsesEvents } from "./stream-responses.ts";

export const STREAMS = {
  chat: chatEvents,
  responses: responsesEvents,
  messages: messagesEvents,
} as const;

/** @param text of a text/event-stream, from its beginning, as far as it came */
export function hear(text: string, listener: Listener): Heard {
  let data: string | null = null;
  let ended = -1;
  let between = "";
  for (let at = 0; at < text.length;) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const last = text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
    if (text.startsWith("data:", at)) {
      const from = text.charCodeAt(at + 5) === SPACE ? at + 6 : at + 5;
      const line = text.slice(from, last);
      // Known between events of one line each alone: there the same bytes mean the same again.
      between = data === null && ended >= 0 ? text.slice(ended, from) : "";
      ended = last;
      data = data === null ? line : `${data}\n${line}`;
    } else if (last <= at && data !== null) {
      listener.event(data);
      data = null;
      const next = between === "" ? ended : (listener.run?.(text, ended, between) ?? ended);
      if (next > ended) {
        ended = next;
        end = text.indexOf("\n", ended);
      }
    }
    at = end + 1;
  }
  // The last event may lack its empty line; one that was cut in its midst is no JSON and says nothing.
  if (data !== null) listener.event(data);
  return listener.heard();
}

// ---------------------------------------------------------------------------------------------

const CARRIAGE_RETURN = 13;
const SPACE = 32;
