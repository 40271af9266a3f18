/** A program that is asked line by line: a line in, a line out. It ends when its stdin does. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export type LineProgram = {
  /** Sends a line and waits for the next one; one at a time. null: the program ended, see `said`. */
  ask(line: string): Promise<string | null>;
  /** The last of what it wrote on stderr. */
  said(): string;
  end(): void;
};

/** Starts it. It does not keep this process alive while nothing is asked. */
export function startLineProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): LineProgram {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  let waiting: ((line: string | null) => void) | null = null;
  const answer = (line: string | null): void => {
    const tell = waiting;
    waiting = null;
    tell?.(line);
  };
  let isOver = false;
  const over = (): void => {
    isOver = true;
    answer(null);
  };
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-MOST_SAID);
  });
  child.on("error", (error) => {
    stderr += error.message;
    over();
  });
  child.on("close", over);
  // It may end while a line is on its way to it: that is seen by "close".
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", answer);
  const pipes = [child.stdin, child.stdout, child.stderr] as unknown as { unref?: () => void }[];
  child.unref();
  for (const pipe of pipes) pipe.unref?.();
  return {
    ask(line) {
      if (isOver) return Promise.resolve(null);
      return new Promise((resolve) => {
        // A timer keeps the process alive while it waits, which the unreferenced pipes do not.
        const alive = setInterval(() => {}, 60_000);
        waiting = (reply) => {
          clearInterval(alive);
          resolve(reply);
        };
        child.stdin.write(`${line}\n`);
      });
    },
    said: () => stderr.trim(),
    end: () => child.stdin.end(),
  };
}

const MOST_SAID = 4000;
