/**
 * Starts a program that may be hostile: nothing of this process's environment, a limit of time and of
 * output, and everything that it started ended with it.
 */
import { spawn } from "node:child_process";
import { startOwnClock } from "./own-time.ts";

export type ConfinedOptions = {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Own time as `own-time.ts` has it: waiting for a processor does not count. Ended by the clock at MOST_WAITING times as much. */
  readonly seconds: number;
  /** Bytes of output that are kept, its beginning; the rest is thrown away. */
  readonly keepBytes: number;
  /** Bytes of output at which it is ended. */
  readonly mostBytes: number;
  /** Looked at every `everyMs`, as the time is; a reason ends the program. */
  readonly watch?: () => string | null;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
};

export type ConfinedEnd = {
  /** 128 + n for signal n; 127 where there is no such program. */
  readonly code: number;
  readonly output: string;
  /** Bytes of output in all. */
  readonly bytes: number;
  /** "exit": by itself; "time", "output", "interrupted", or what `watch` said. */
  readonly why: string;
  /** Own time; the clock's where the kernel says nothing of processes. */
  readonly seconds: number;
};

/** Runs it to its end. stdout alone is kept: callers join stderr to it where they want both. */
export function runConfined(
  program: string,
  args: readonly string[],
  options: ConfinedOptions,
): Promise<ConfinedEnd> {
  const { env, cwd, seconds, keepBytes, mostBytes, watch, everyMs = 500, signal } = options;
  const child = spawn(program, args, {
    env: { ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["ignore", "pipe", "ignore"],
    // A group of its own, so that all of it can be ended.
    detached: true,
  });
  const kept: Buffer[] = [];
  let bytes = 0;
  let held = 0;
  let why = "exit";
  const end = (reason: string): void => {
    if (why === "exit") why = reason;
    killGroup(child.pid);
  };
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (held < keepBytes) {
      const part = chunk.subarray(0, keepBytes - held);
      kept.push(part);
      held += part.length;
    }
    if (bytes > mostBytes) end("output");
  });
  const started = performance.now();
  const own = child.pid === undefined ? null : startOwnClock(child.pid, (2 * everyMs) / 1000);
  const took = (): number => own?.seconds() ?? (performance.now() - started) / 1000;
  const most = seconds * 1000 * (own === null ? 1 : MOST_WAITING);
  const timer = setTimeout(() => end("time"), Math.min(most, MOST_TIMER_MS));
  const watcher = setInterval(() => {
    const reason = watch?.() ?? null;
    if (reason !== null) end(reason);
    else if (own !== null && took() >= seconds) end("time");
  }, everyMs);
  const interrupt = (): void => end("interrupted");
  signal?.addEventListener("abort", interrupt, { once: true });
  if (signal?.aborted === true) interrupt();
  return new Promise<ConfinedEnd>((resolve, reject) => {
    const result = (code: number): ConfinedEnd => ({
      code,
      output: Buffer.concat(kept).toString("utf8"),
      bytes,
      why,
      seconds: took(),
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "EACCES") resolve(result(127));
      else if (error.code === "E2BIG") resolve(result(126));
      else reject(error);
    });
    // What it left behind may hold the pipe open: its group is ended with it.
    child.once("exit", () => killGroup(child.pid));
    child.once("close", (code, name) => resolve(result(code ?? (name === "SIGKILL" ? 137 : 143))));
  }).finally(() => {
    clearTimeout(timer);
    clearInterval(watcher);
    signal?.removeEventListener("abort", interrupt);
  });
}

// ---------------------------------------------------------------------------------------------

/** The clock's time for each second of own time: a machine so busy that nothing is to be had of it. */
const MOST_WAITING = 20;

/** setTimeout takes no more. */
const MOST_TIMER_MS = 2 ** 31 - 1;

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: all of it has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
