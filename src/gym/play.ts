/** Playing a task on: a policy says commands, the sandbox carries them out, the tests say how it ended. */
import {
  formObservation,
  isSubmission,
  observationOf,
  type Ending,
} from "../core/tasks/trajectory.ts";
import { testRoots } from "../core/tasks/files.ts";
import type { GymPackage } from "../core/tasks/packages.ts";
import { isSolved, verdictSeconds } from "../core/tasks/proof.ts";
import { checkForm } from "../core/turn/form.ts";
import type { GymTask } from "../records/gym-task.ts";
import type { Message } from "../records/message.ts";
import { filesOf } from "./fetch.ts";
import { baseOf, type Layer } from "./layer.ts";
import { runTests } from "./tests.ts";
import type { Gym } from "./world.ts";

/** The next reply; null: there is none to be had (a budget, a provider, Ctrl-C). */
export type Policy = (messages: readonly Message[]) => Promise<string | null>;

export type Playing = {
  readonly layer: Layer;
  readonly policy: Policy;
  readonly maxSteps: number;
  /** Malformed replies in a row that end a run. */
  readonly maxMalformed: number;
};

export type PlayedOut = {
  readonly messages: readonly Message[];
  readonly ended: Ending;
  /** Turns of the policy. */
  readonly turns: number;
};

/** Goes on from the messages until the policy submits, has used its steps up, or cannot go on. */
export async function playOut(
  messages: readonly Message[],
  { layer, policy, maxSteps, maxMalformed }: Playing,
): Promise<PlayedOut> {
  let said = messages;
  let malformed = 0;
  for (let turns = 0; turns < maxSteps; turns++) {
    const reply = await policy(said);
    if (reply === null) return { messages: said, ended: "policy", turns };
    const step = await takeStep(layer, reply);
    said = [...said, { role: "assistant", content: reply }, ...step.said];
    malformed = step.ended === "form" ? malformed + 1 : 0;
    if (step.ended === "submitted" || step.ended === "disk")
      return { messages: said, ended: step.ended, turns: turns + 1 };
    if (malformed >= maxMalformed) return { messages: said, ended: "form", turns: turns + 1 };
  }
  return { messages: said, ended: "steps", turns: maxSteps };
}

export type Step = {
  /** What the agent hears of it; [] for the command that submits. */
  readonly said: readonly Message[];
  readonly ended: "submitted" | "form" | "disk" | null;
};

/** One reply carried out. */
export async function takeStep(layer: Layer, reply: string): Promise<Step> {
  const form = checkForm(reply);
  const hear = (content: string): Message[] => [{ role: "user", content }];
  if (!form.ok) return { said: hear(formObservation(form.detail)), ended: "form" };
  const { code, output, why } = await layer.run(form.command);
  if (code === 0 && isSubmission(output)) return { said: [], ended: "submitted" };
  return {
    said: hear(observationOf(code, output, why)),
    ended: why === "disk" ? "disk" : null,
  };
}

/** What the tests say of what a run left: those of the release are put back first. null: Ctrl-C. */
export async function verdictOf(
  gym: Gym,
  about: { readonly task: GymTask; readonly pack: GymPackage; readonly slot: number },
  layer: Layer,
): Promise<boolean | null> {
  const { task, pack, slot } = about;
  const run = await runTests(gym, {
    package: pack,
    slot,
    layer: { folder: layer.folder, testRoots: testRoots(filesOf(baseOf(gym, pack))) },
    seconds: verdictSeconds(task.test_seconds),
  });
  return run.why === "interrupted" ? null : isSolved(task, run.results);
}
