/**
 * Running the Python side: its events as they come, Ctrl-C handed on, faults of the person's as
 * UserErrors. What ends it otherwise is our bug, and is thrown with the end of its trace.
 */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "../errors.ts";
import { trainEventSchema, type TrainEvent } from "../records/train-event.ts";
import { environmentPython, projectFolder, trainingFolder, trainingVenv } from "./house.ts";

export type PythonCall = {
  /** Of training/.venv, or of tests. */
  readonly python: string;
  /** "train", "estimate", "evaluate", "merge", "device". */
  readonly command: string;
  /** The file that it reads; absent for `device`. */
  readonly run?: string;
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborted: it is asked to save and end. */
  readonly signal?: AbortSignal | undefined;
  /** Called before Python begins: importing its packages takes seconds in which it says nothing. */
  readonly onStart?: (() => void) | undefined;
  readonly onEvent: (event: TrainEvent) => void;
};

/** How it ended, where it ended well. */
export type PythonEnd = "done" | "stopped";

/** Said before the command `device`. */
export const LOOKING_FOR_GPU = "loading PyTorch to look for a GPU";

/** The Python of training/.venv. @throws UserError that says which command makes it. */
export const trainingPython = (): string =>
  environmentPython(trainingVenv(projectFolder), "setup:training");

/**
 * What the Python side is given of the environment: the Hub's token and address, and no look at the Hub
 * for what lies in folders.
 */
export function pythonEnv(
  env: Readonly<Record<string, string | undefined>>,
  isLocal: boolean,
): Record<string, string> {
  const token = env["HF_TOKEN"] || env["HUGGINGFACE_API_KEY"] || "";
  const endpoint = env["HF_ENDPOINT"] ?? "";
  return {
    HF_HUB_DISABLE_TELEMETRY: "1",
    KINGMAKER_PARENT: "1",
    // An environment that several checkouts share knows the source of one of them.
    PYTHONPATH: [join(trainingFolder(projectFolder), "src"), env["PYTHONPATH"] ?? ""]
      .filter((path) => path !== "")
      .join(delimiter),
    ...(token === "" ? {} : { HF_TOKEN: token }),
    ...(endpoint === "" ? {} : { HF_ENDPOINT: endpoint }),
    ...(isLocal ? { HF_HUB_OFFLINE: "1" } : {}),
  };
}

/** @throws UserError for a fault that it told, and when the system killed it. */
export async function runPython(call: PythonCall): Promise<PythonEnd> {
  const { python, command, run, env, signal, onEvent } = call;
  call.onStart?.();
  const args = ["-m", "kingmaker_training", command, ...(run === undefined ? [] : [run])];
  const child = spawn(python, args, {
    env: { ...process.env, ...env },
    // Its end of stdin closes when this process dies, however it does.
    stdio: ["pipe", "pipe", "pipe"],
  });
  const words: string[] = [];
  const errors = createInterface({ input: child.stderr });
  errors.on("line", (line) => {
    words.push(line);
    if (words.length > KEPT_LINES) words.shift();
  });
  let fault: UserError | null = null;
  const events = createInterface({ input: child.stdout });
  events.on("line", (line) => {
    const event = eventOf(line);
    if (event === null) words.push(line);
    else if (event.event === "fault") fault = new UserError(event.message, event.hint);
    else onEvent(event);
  });
  // It hears one wish once: a terminal sends Ctrl-C to both, and Python passes over the second.
  const stop = (): void => void child.kill("SIGINT");
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop);
  try {
    const { code, by } = await new Promise<{ code: number | null; by: string | null }>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("close", (ended, killer) => resolve({ code: ended, by: killer }));
      },
    );
    if (fault !== null) throw fault as UserError;
    if (code === 0) return "done";
    // By a signal: it came before Python had learned to hear it.
    if (code === 130 || by === "SIGINT" || by === "SIGTERM") return "stopped";
    if (by === "SIGKILL") throw killed(command);
    throw new Error(
      `${command}: Python ended with ${by ?? `exit code ${code}`}:\n${words.join("\n")}`,
    );
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

// ---------------------------------------------------------------------------------------------

const KEPT_LINES = 60;

/** null for a line of somebody else's. */
function eventOf(line: string): TrainEvent | null {
  if (!line.startsWith("{")) return null;
  try {
    const parsed = trainEventSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // A library's line that only looks like ours.
  }
}

const killed = (command: string): UserError =>
  new UserError(
    `${command}: Python was killed by the system, most likely for want of memory`,
    "lower training.per_device_train_batch_size, leave out the longest rows with --max-tokens, or take a smaller model; --estimate says what is needed. What was saved is whole: run it again to go on",
  );
