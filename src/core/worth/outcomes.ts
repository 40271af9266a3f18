/**
 * By what the arms are told apart: the pass rate in the gym before the next action before a duel of judges
 * outside the panel. The first that was measured decides, and the panel that chose the answers is in none.
 */
import { OUTCOMES, type OutcomeName } from "../../records/worth.ts";
import { MIN_CLUSTERS } from "../duel/gate.ts";
import { counted } from "../report/format.ts";

/** What there is to measure by. */
export type Measurable = {
  /** Tasks of packages that no arm was trained on. */
  readonly gym: { readonly tasks: number; readonly packages: number; readonly seen: number };
  /** Names of the models of [worth] judges, and of those whose verdicts chose what the arms learn. */
  readonly judges: readonly string[];
  readonly panel: readonly string[];
};

export type Chosen =
  | {
      readonly ok: true;
      /** In the order in which they decide; never empty. */
      readonly outcomes: readonly OutcomeName[];
      /** What is not measured by, and why. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** @param asked those that are wanted; undefined: all that can be had */
export function chooseOutcomes(
  asked: readonly OutcomeName[] | undefined,
  there: Measurable,
): Chosen {
  const wanted = (name: OutcomeName): boolean => asked === undefined || asked.includes(name);
  const insider = wanted("duel") ? insiderOf(there) : null;
  if (insider !== null) return insider;
  const missing = { gym: noGym(there), action: null, duel: noJudges(there) };
  const lacking = OUTCOMES.find((name) => asked?.includes(name) === true && missing[name] !== null);
  const fault = lacking === undefined ? null : missing[lacking];
  if (fault !== null) return { ok: false, ...fault };
  const { tasks, seen } = there.gym;
  return {
    ok: true,
    outcomes: OUTCOMES.filter((name) => wanted(name) && missing[name] === null),
    notes:
      asked === undefined && missing.gym !== null && tasks + seen > 0 ? [missing.gym.message] : [],
  };
}

/** Why the turns do not make an experiment; null: they do. */
export function tooFewWords(heldRepositories: number, turnsToTrain: number): string | null {
  if (heldRepositories < MIN_CLUSTERS)
    return `judged turns of ${heldRepositories} held-out ${heldRepositories === 1 ? "repository" : "repositories"} alone: nothing can be said with fewer than ${MIN_CLUSTERS}`;
  return turnsToTrain > 0 ? null : "every judged turn is held out: none is left to train on";
}

/** "moonshotai/Kimi-K2.6-TEE" -> "kimi-k2.6": the weights are the same whoever serves them, and how. */
export const weightsOf = (model: string): string =>
  (model.toLowerCase().split("/").at(-1) ?? "").replace(/:.*$/, "").replace(/-tee$/, "");

// ---------------------------------------------------------------------------------------------

type Fault = { readonly message: string; readonly hint: string };

function insiderOf({ judges, panel }: Measurable): Extract<Chosen, { ok: false }> | null {
  const twice = judges.find((model, at) => judges.findIndex((other) => isSame(model, other)) < at);
  if (twice !== undefined) {
    return {
      ok: false,
      message: `worth: [worth].judges names ${twice} twice`,
      hint: "name every judge once: the same model twice would count as two opinions",
    };
  }
  const inside = judges.find((model) => panel.some((other) => isSame(model, other)));
  if (inside === undefined) return null;
  return {
    ok: false,
    message: `worth: ${inside} of [worth].judges is of the panel that chose the answers, and would judge its own choice`,
    hint: "name models that are not in [judge] and gave no verdict on these turns; or leave the duel out: --outcomes gym,action",
  };
}

const isSame = (one: string, other: string): boolean => weightsOf(one) === weightsOf(other);

function noGym({ gym: { tasks, packages, seen } }: Measurable): Fault | null {
  if (packages >= MIN_CLUSTERS) return null;
  const left = seen === 0 ? "" : ` (${counted(seen, "task")} of packages that the arms train on)`;
  return {
    message: `worth: the gym has ${counted(tasks, "task")} of ${counted(packages, "package")} for the arms to play${left}; nothing can be said with fewer than ${MIN_CLUSTERS} packages`,
    hint: "npm run gym -- build --tasks 40 makes more; or leave gym out of --outcomes",
  };
}

function noJudges({ judges }: Measurable): Fault | null {
  if (judges.length > 0) return null;
  return {
    message: "worth: nobody outside the panel is named to judge the arms",
    hint: 'name models in chain.toml, [worth] judges = ["..."], none of which is in [judge]; or leave duel out of --outcomes',
  };
}
