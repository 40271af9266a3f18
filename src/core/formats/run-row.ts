/** A run as a row of a source, so that turns are drawn from logs as from any data set. */
import type { Run } from "./run.ts";

/** Columns of such rows. */
export const RUN_ROW_COLUMNS = ["run", "instance_id", "repo", "exit_status", "resolved"] as const;

/** The run itself, and beside it what rows are chosen by; `resolved` where it has a verdict. */
export function runRow(run: Run): Readonly<Record<string, unknown>> {
  const { instance_id, repo, exit_status, verdict } = run;
  return {
    run,
    ...(instance_id === undefined ? {} : { instance_id }),
    ...(repo === undefined ? {} : { repo }),
    ...(exit_status === undefined ? {} : { exit_status }),
    ...(verdict === undefined ? {} : { resolved: verdict === "success" }),
  };
}
