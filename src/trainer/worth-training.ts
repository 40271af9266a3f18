/** How `worth` trains: the settings of all its trainings, what they would take, and whether that is wanted. */
import type { Config } from "../config.ts";
import { eventLine, type Estimate } from "../core/training/notes.ts";
import { trainerConfig, type TrainerFlags, type TrainSettings } from "../core/training/settings.ts";
import { estimateWords } from "../core/worth/story.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { projectFolder } from "./house.ts";
import { runPython, type PythonCall } from "./run-python.ts";
import { trainSettings } from "./settings.ts";
import type { ArmRun } from "./worth-arms.ts";

export type WorthCall = Omit<PythonCall, "command" | "run">;

/** @throws UserError for a file of settings that is missing or wrong. */
export function worthSettings(
  config: Config,
  options: TrainerFlags & { readonly config?: string },
): Promise<TrainSettings> {
  return trainSettings({ root: config.root, project: projectFolder }, options.config, {
    ...trainerConfig(options),
    method: "sft",
  });
}

/** 1 to `seeds`. */
export const seedsOf = ({ seeds }: { readonly seeds: number }): number[] =>
  Array.from({ length: seeds }, (_, at) => at).map((at) => at + 1);

/** What the person is shown of many runs. */
export function shownBy(progress: Deps["progress"]): PythonCall["onEvent"] {
  return (event) => {
    if (event.event === "done" || event.event === "scored_all") progress.step("kept");
    // Of many runs the counts of rows say little; what is passed over and gone on with does.
    const line = event.event === "rows" ? null : eventLine(event);
    if (line !== null) progress.note(line);
  };
}

/** Time of one training, by Python's own estimate, and of all that are left. */
export async function estimated(
  call: WorthCall,
  run: string,
  left: number,
  runs: readonly ArmRun[],
): Promise<string[]> {
  const found: Estimate[] = [];
  const onEvent: PythonCall["onEvent"] = (event) => {
    if (event.event === "estimate") found.push(event);
  };
  await runPython({ ...call, command: "estimate", run, onEvent });
  return found.flatMap((one) => estimateWords(one, left, runs.length));
}

/** Asks before a GPU is taken for so long. @throws UserError where it is not wanted. */
export async function refuseUnwanted(
  lines: readonly string[],
  {
    yes,
    cpu,
    agree,
  }: {
    readonly yes: boolean;
    readonly cpu: boolean;
    readonly agree: (question: string) => Promise<boolean | null>;
  },
): Promise<void> {
  if (yes || cpu) return;
  const answer = await agree(`${lines.join("\n  ")}\nBegin? [y/N] `);
  if (answer !== false) return;
  throw new UserError(
    "worth: not started",
    "answer y, or use --yes; --seeds and --arms make it smaller",
  );
}
