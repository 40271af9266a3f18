/** Running the project's scripts as a user does: in their own process. */
import { spawn, type ChildProcess } from "node:child_process";
import { onTestFinished } from "vitest";

export type Ran = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ran> };

/** Starts scripts/<name>.ts; it is killed when the test ends before it does. */
export function startScript(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Running {
  const running = spawnScript(name, args, env);
  onTestFinished(() => void running.child.kill("SIGKILL"));
  return running;
}

/** Runs scripts/<name>.ts to its end; also outside a test. */
export function runScriptFile(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  return spawnScript(name, args, env).ended;
}

/** Starts it; whoever calls ends it. */
export function spawnScript(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
): Running {
  const child = spawn(process.execPath, ["kingmaker.cjs", name, ...args], {
    env: { ...cleanEnv(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

// ---------------------------------------------------------------------------------------------

/** The environment without anything that could reach a real provider or change a stage. */
export function cleanEnv(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(CHUTES_|HF_|HUGGINGFACE_|DUEL_MODE|OPENAI_|VITEST|NODE_OPTIONS)/.test(entry[0]),
  );
  return Object.fromEntries(kept);
}
