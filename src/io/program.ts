/** Running another program to its end: what it says, and signals passed on so that none is left behind. */
import { spawn } from "node:child_process";

export type Ended = {
  /** 128 + n for signal n; 127 where there is no such program, as in a shell. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

export type ProgramOptions = {
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Shown: stdout and stderr go to this process's stderr as they come, and come back empty. */
  readonly shown?: boolean;
};

export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, shown = false }: ProgramOptions = {},
): Promise<Ended> {
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ["ignore", shown ? 2 : "pipe", shown ? 2 : "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  // Ctrl-C reaches the child by the terminal; SIGTERM reaches us alone.
  const wait = (): void => {};
  const pass = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", wait);
  process.on("SIGTERM", pass);
  return new Promise<Ended>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "EACCES") resolve({ code: 127, ...said });
      else reject(error);
    });
    child.once("close", (code, signal) =>
      resolve({ code: code ?? (signal === "SIGINT" ? 130 : 143), ...said }),
    );
  }).finally(() => {
    process.off("SIGINT", wait);
    process.off("SIGTERM", pass);
  });
}
