/** What came where a reply was asked for as a stream, and what `stream` should say. */
import type { Tried } from "./tried.ts";

/**
 * `counted`: events with a count of tokens at their end; `uncounted`: without one, or only where none is
 * asked for; `ignored`: the whole reply in one piece all the same.
 */
export type Streams = "counted" | "uncounted" | "ignored" | "refused" | "unknown";

/** @param streamed one call as a stream; null: not tried. `bare`: the same without asking for a count. */
export function streamsOf(streamed: Tried | null, bare: Tried | null): Streams {
  const heard = streamed?.ok === true ? streamed : bare;
  if (heard === null || !heard.ok) {
    // Trouble on the way says nothing of streams.
    const isPlain = streamed?.ok === false && streamed.isSettings && !streamed.isPassing;
    return isPlain ? "refused" : "unknown";
  }
  if (!heard.isStream) return "ignored";
  return heard.usage === null ? "uncounted" : "counted";
}

/**
 * What to write; null when nothing is.
 * @param setting [provider.NAME].stream  @param isCounted whether whole replies count their tokens
 */
export function streamAdvice(
  streams: Streams,
  provider: string,
  setting: "auto" | boolean,
  isCounted: boolean,
): string | null {
  const at = `[provider.${provider}].stream`;
  if (streams === "refused") {
    return setting === true
      ? `it refuses streams, and ${at} asks for them: set ${at} = false`
      : setting === "auto"
        ? `it refuses streams: ${at} = false says so, and no reply is asked for as one`
        : null;
  }
  if (streams === "ignored" && setting === true) {
    return `it sends whole replies where a stream is asked for: ${at} = true has no effect, take it out`;
  }
  if (streams === "uncounted" && isCounted && setting !== false) {
    return `its streams do not count tokens, its whole replies do: set ${at} = false, unless long calls are cut`;
  }
  return null;
}
