/** Many runs of the Python side by one process, which imports its packages once. */
import type { Store } from "../io/store.ts";
import type { JobsRun } from "../records/evaluate-run.ts";
import type { TrainEvent } from "../records/train-event.ts";
import { runPython, type PythonCall, type PythonEnd } from "./run-python.ts";

export type Job = JobsRun["jobs"][number] & {
  /** Called when it has ended well. */
  readonly done?: () => Promise<void>;
};

/** Runs them in order; nothing is started for an empty list. @throws UserError for the first fault. */
export async function runJobs(
  store: Store,
  call: Omit<PythonCall, "command" | "run">,
  path: string,
  jobs: readonly Job[],
): Promise<PythonEnd> {
  if (jobs.length === 0) return "done";
  const told: JobsRun = { schema: 1, jobs: jobs.map(({ command, run }) => ({ command, run })) };
  await store.write(path, told);
  let at = -1;
  const ended: Promise<void>[] = [];
  const endJob = (): void => void ended.push(jobs[at]?.done?.() ?? Promise.resolve());
  const onEvent = (event: TrainEvent): void => {
    if (event.event === "job") {
      if (at >= 0) endJob();
      at = event.at;
    }
    call.onEvent(event);
  };
  try {
    const end = await runPython({ ...call, command: "jobs", run: store.path(path), onEvent });
    if (end === "done") endJob();
    return end;
  } finally {
    await Promise.all(ended);
    await store.remove(path);
  }
}
