/**
 * The streams by which open pages hear of changes: a bounded number of them, and for a page that does not
 * read, one piece of news waiting at most.
 */
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";

export type NewsStreams = {
  /** Sends `news()` now and after every change, until the page is closed; 503 when too many are open. */
  open(
    c: Context,
    subscribe: (changed: () => void) => () => void,
    news: () => string,
  ): Response | Promise<Response>;
};

export const MAX_STREAMS = 64;

export function newsStreams(): NewsStreams {
  let streams = 0;
  return {
    open(c, subscribe, news) {
      if (streams >= MAX_STREAMS) {
        return c.text(
          `${MAX_STREAMS} pages are open already: close some, then load this one again`,
          503,
        );
      }
      streams++;
      return streamSSE(c, async (stream) => {
        let isSending = false;
        let isDue = false;
        const send = async (): Promise<void> => {
          isDue = true;
          if (isSending) return;
          isSending = true;
          while (isDue && !stream.aborted) {
            isDue = false;
            await stream.writeSSE({ data: news() });
          }
          isSending = false;
        };
        const end = subscribe(() => void send());
        try {
          void send();
          await new Promise<void>((resolve) => stream.onAbort(resolve));
        } finally {
          end();
          streams--;
        }
      });
    },
  };
}
