/** Stages of a soak as processes: started with a clock and a kill of their own, and waited for. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { cleanEnv } from "../scripts.ts";

export type Ended = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly words: string;
};
export type Run = { readonly child: ChildProcess; readonly ended: Promise<Ended> };

export type StartOptions = {
  readonly root: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The process kills itself at this step on the disk. */
  readonly step?: number;
  /** Takes the number of steps of a run that ends by itself. */
  readonly countFile?: string;
  /** A file that says what to add to the clock, such as "+3d"; it may change while the process runs. */
  readonly clockFile?: string;
};

const KILLER = resolve("test/support/soak/kill-at-step.cjs");
const FAKETIME = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/local/lib"]
  .map((folder) => `${folder}/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));

/** libfaketime is installed: clocks can be made to jump. */
export const hasFakeClock = FAKETIME !== undefined;

export function start(options: StartOptions): Run {
  const { root, command, env, step, countFile, clockFile } = options;
  const child = spawn(process.execPath, ["kingmaker.cjs", ...command], {
    env: {
      ...cleanEnv(),
      ...env,
      NODE_OPTIONS: `--require ${KILLER}`,
      SOAK_ROOT: root,
      ...(step === undefined ? {} : { SOAK_STEP: String(step) }),
      ...(countFile === undefined ? {} : { SOAK_COUNT: countFile }),
      ...(clockFile === undefined || FAKETIME === undefined ? {} : fakeClock(FAKETIME, clockFile)),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let words = "";
  const hear = (data: Buffer): void => void (words += data.toString());
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<Ended>((done, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => done({ code, signal, words }));
  });
  return { child, ended };
}

export const hasEnded = ({ child }: Run): boolean =>
  child.exitCode !== null || child.signalCode !== null;

// ---------------------------------------------------------------------------------------------

/** What a person sees, not what measures durations; and times of files stay the disk's own. */
const fakeClock = (library: string, file: string): Record<string, string> => ({
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_CACHE_DURATION: "1",
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
  NO_FAKE_STAT: "1",
});
