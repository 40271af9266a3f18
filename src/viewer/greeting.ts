/** What the viewer prints when it has started, and the reading of its port. */
import { InvalidArgumentError } from "commander";
import { counted, duration, thousands } from "../core/report/format.ts";

export type Started = {
  readonly url: string;
  readonly port: number;
  readonly taken: readonly number[];
  readonly turns: number;
  /** Turns that are read while the viewer answers already. */
  readonly unread: number;
  readonly host: string;
  readonly tookMs: number;
};

export function greeting({ url, port, taken, turns, unread, host, tookMs }: Started): string[] {
  const isLocal = host === "127.0.0.1" || host === "localhost" || host === "::1";
  return [
    ...(taken.length === 0 ? [] : [`port ${taken.join(", ")} is taken: using ${port}`]),
    `view: ${counted(turns, "turn")} read in ${duration(tookMs)}${unread === 0 ? "" : `, ${thousands(unread)} more while the page is open`}`,
    ...(isLocal
      ? []
      : [
          `listening on ${host}: everybody who reaches this machine and has the key below can read the whole workspace`,
          "(turns, pull requests, judges' replies) and write reviews; the connection is not encrypted",
        ]),
    `open ${url}`,
    "Ctrl-C ends it",
  ];
}

/** A port from 0 (any free one) to 65535, for commander. */
export function portNumber(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError("expected a port from 0 to 65535.");
  }
  return port;
}
