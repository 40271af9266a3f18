/** The events of a streamed Responses reply: the last one holds the whole. */
import { fieldOf, parsedJson, textIn } from "./json-fields.ts";
import type { Listener } from "./listener.ts";

/** Whole once it completed, or said why it did not. */
export function responsesEvents(): Listener {
  let body: unknown = null;
  let isWhole = false;
  return {
    event(data) {
      // Deltas say what the last event repeats: all that counts of them is that none is torn.
      const event = parsedJson(data);
      const type = textIn(event, "type") ?? "";
      if (!ENDS.includes(type)) return event !== null || isWhole;
      body =
        type === "error" ? { error: fieldOf(event, "error") ?? event } : fieldOf(event, "response");
      isWhole = true;
      return true;
    },
    heard: () => ({ body, isWhole }),
  };
}

// ---------------------------------------------------------------------------------------------

const ENDS = ["response.completed", "response.incomplete", "response.failed", "error"];
