/** What the events of a streamed reply are told to, one listener an API. */

/** What a stream came to. */
export type Heard = {
  /** In the shape that the API gives whole replies; usage and errors as far as they were said. */
  readonly body: unknown;
  /** The stream said that it is done. One that broke off before that is no reply. */
  readonly isWhole: boolean;
};

/** Takes the payloads of events in turn. */
export type Listener = {
  event(data: string): void;
  heard(): Heard;
};
