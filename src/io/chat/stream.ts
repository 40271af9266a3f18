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
  let lines = 0;
  let broken = 0;
  const tell = (): void => {
    // Some servers keep a connection alive with events of nothing.
    if (data !== null && data !== "" && !listener.event(data)) broken++;
    data = null;
    lines = 0;
  };
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
      lines++;
    } else if (last <= at && data !== null) {
      tell();
      const next = between === "" ? ended : (listener.run?.(text, ended, between) ?? ended);
      if (next > ended) {
        ended = next;
        end = text.indexOf("\n", ended);
      }
    }
    const why = lines > MOST_LINES ? LONG_EVENT : broken > MOST_BROKEN ? NO_JSON : null;
    if (why !== null) return { ...listener.heard(), isWhole: false, why };
    at = end + 1;
  }
  // The last event may lack its empty line; one that was cut in its midst is no JSON and says nothing.
  tell();
  return listener.heard();
}

// ---------------------------------------------------------------------------------------------

/** Of one event. APIs write JSON on one line; a pretty printer takes one a value. */
const MOST_LINES = 1 << 16;
/** Events that are no JSON. Servers break one, or none: a stream of them says nothing, and takes minutes to hear. */
const MOST_BROKEN = 1000;
const LONG_EVENT = `one of its events has more than ${MOST_LINES} lines`;
const NO_JSON = `more than ${MOST_BROKEN} of its events are no JSON`;

const CARRIAGE_RETURN = 13;
const SPACE = 32;
