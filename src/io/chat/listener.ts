/** What the events of a streamed reply are told to, one listener an API. */

/** What a stream came to. */
export type Heard = {
  /** In the shape that the API gives whole replies; usage and errors as far as they were said. */
  readonly body: unknown;
  /** The stream said that it is done. One that broke off before that is no reply. */
  readonly isWhole: boolean;
  /** Why nobody listened any further. */
  readonly why?: string;
};

/** Takes the payloads of events in turn. */
export type Listener = {
  /** False for what is no JSON, and no word of the API's own either. */
  event(data: string): boolean;
  /**
   * Takes as many of the events after the last one as say the same but for their text, in one go.
   * @param ended where the last event's payload ends in the stream's text
   * @param between what stood between its payload and the one before
   * @returns where the payload of the last event taken ends
   */
  run?(text: string, ended: number, between: string): number;
  heard(): Heard;
};
