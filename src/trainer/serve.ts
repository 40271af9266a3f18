/**
 * A model served on this machine: its port, the wait until it answers, and its end. The server is a
 * process group of its own, so that Ctrl-C waits for calls in flight; a guard in that group ends it
 * when this process is gone, however it died.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError, errorCode } from "../errors.ts";

export type Program = {
  readonly program: string;
  /** Without host and port. */
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
};

export type ServeWish = {
  readonly server: Program;
  /** undefined: one that is free. */
  readonly port?: number | undefined;
  /** Asked for until it answers 200. */
  readonly health: string;
  /** Seconds until it has to answer. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
};

export type Server = {
  /** "http://127.0.0.1:8123" */
  readonly address: string;
  /** Resolves when its whole group is gone. */
  end(): Promise<void>;
};

/**
 * Starts a server and waits until it answers; null: the signal came first.
 * @throws UserError for a port in use, a program that is not there, and a server that ends or stays silent.
 */
export async function serve(wish: ServeWish): Promise<Server | null> {
  const port = wish.port === undefined ? await freePort() : await refuseTaken(wish.port);
  const address = `http://127.0.0.1:${port}`;
  const { program, args, env } = wish.server;
  const words = [program, ...args, "--host", "127.0.0.1", "--port", String(port)];
  const child = spawn("/bin/sh", ["-c", GUARDED, "sh", ...words], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const said = lastLines(child);
  const gone = once(child, "close");
  // Its reader goes away with the group.
  child.stdin.on("error", () => {});
  const end = (): Promise<void> => endGroup(child, gone);
  try {
    const state = await untilAnswers(child, `${address}${wish.health}`, wish);
    if (state === "answers") return { address, end };
    await end();
    if (state === "stopped") return null;
    throw silent(words, state, said, wish.seconds);
  } catch (error) {
    await end();
    throw error;
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const port = await listens(0);
  if (port === null) throw new Error("the system gave no free port");
  return port;
}

export const isFree = async (port: number): Promise<boolean> => (await listens(port)) !== null;

// ---------------------------------------------------------------------------------------------

/** Our end of stdin closes when we die. What does not heed SIGTERM is killed ten seconds later. */
const GUARDED = `exec 3<&0
( trap '' TERM INT HUP; cat <&3 >/dev/null; kill -TERM 0; sleep 10; kill -KILL 0 ) >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null`;

const LOOK_MS = 200;
const LOOK_TIMEOUT_MS = 5000;
const END_MS = 10_000;
const KEPT_LINES = 12;

type State = "answers" | "stopped" | "ended" | "silent";

async function untilAnswers(
  child: ChildProcess,
  url: string,
  { seconds, signal }: ServeWish,
): Promise<State> {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    if (signal?.aborted === true) return "stopped";
    const isThere = await answers(url);
    // Asked afterwards: what answers may be another server, whose port ours could not have.
    if (hasEnded(child)) return "ended";
    if (isThere) return "answers";
    await sleep(LOOK_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
  return "silent";
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // Not yet: whether it ever will is told by the caller's clock and the process.
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

/** The group, not the process alone: servers have workers. */
async function endGroup(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  signalGroup(child, "SIGTERM");
  child.stdin?.end();
  await Promise.race([gone, sleep(END_MS, undefined, { ref: false })]);
  signalGroup(child, "SIGKILL");
  await gone;
}

function signalGroup({ pid }: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: gone already. macOS says EPERM of a group of zombies.
    if (errorCode(error) !== "ESRCH" && errorCode(error) !== "EPERM") throw error;
  }
}

function lastLines({ stdout, stderr }: ChildProcess): readonly string[] {
  const lines: string[] = [];
  for (const stream of [stdout, stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() !== "") lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    });
  }
  return lines;
}

/** null: it is taken. */
async function listens(port: number): Promise<number | null> {
  const probe = createServer();
  try {
    probe.listen(port, "127.0.0.1");
    await once(probe, "listening");
    return (probe.address() as AddressInfo).port;
  } catch (error) {
    if (errorCode(error) !== "EADDRINUSE") throw error;
    return null;
  } finally {
    probe.close();
  }
}

async function refuseTaken(port: number): Promise<number> {
  if (await isFree(port)) return port;
  throw new UserError(
    `port ${port} is in use`,
    "leave --port out to have a free one taken, name another, or end what listens there; a server that is there already is named by --base-url",
  );
}

function silent(
  words: readonly string[],
  state: "ended" | "silent",
  said: readonly string[],
  seconds: number,
): UserError {
  const what = state === "ended" ? "ended before it answered" : `gave no answer in ${seconds} s`;
  const last = said.length === 0 ? "it said nothing" : said.join("\n  ");
  return new UserError(
    `${words.slice(0, SHOWN_WORDS).join(" ")} ... ${what}:\n  ${last}`,
    said.some((line) => NO_PROGRAM.test(line))
      ? "install it and put it on PATH, or let the other one serve: [reign] server"
      : "mend what it says ([reign] server_args hands it words, server_seconds gives it time), or start one yourself and name it with --base-url",
  );
}

const SHOWN_WORDS = 4;
const NO_PROGRAM = /not found|No such file or directory: /;
