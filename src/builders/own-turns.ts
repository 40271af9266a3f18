/** The turns of this workspace: references of prompt/, and winners of duels with the answer they beat. */
import { singleTurn } from "../core/actions/rollout.ts";
import type { Rollout } from "../core/actions/events.ts";
import { originName } from "../core/dataset/provenance.ts";
import { readPrompts } from "../io/prompts.ts";
import type { Store } from "../io/store.ts";
import { exportedSchema } from "../records/exported.ts";

export type OwnTurns = {
  readonly rollouts: readonly Rollout[];
  /** Rollout id -> the king's answer that the winner is to be preferred to. */
  readonly beaten: ReadonlyMap<string, string>;
};

export const NO_TURNS: OwnTurns = { rollouts: [], beaten: new Map() };

/** Empty when there is no prompt/ and no final/. Turns of final/ are the challenger's. */
export async function readOwnTurns(store: Store): Promise<OwnTurns> {
  const rollouts: Rollout[] = [];
  const beaten = new Map<string, string>();
  for await (const { name, prompt } of readPrompts(store, {})) {
    const { instance_id, repo } = prompt;
    const from = {
      source: "own",
      id: `prompt/${name}`,
      instance_id,
      repo,
      resolved: null,
      run: prompt.run,
      origin: originName(prompt.origin),
    };
    rollouts.push(singleTurn(prompt.messages, prompt.assistant, from, prompt.assistant_message));
  }
  for (const name of await store.list("final")) {
    if (!name.endsWith(".json")) continue;
    const answer = await store.read(`final/${name}`, exportedSchema);
    // What may not be shown of a turn was left out of it: there is nothing to learn.
    if (answer.challenger.trim() === "") continue;
    const id = `final/${name}`;
    const { instance_id, repo = "" } = answer;
    const from = {
      source: "own",
      id,
      instance_id,
      repo,
      resolved: null,
      run: answer.run,
      origin: originName(answer.origin),
      model: answer.challenger_run?.model,
    };
    rollouts.push(singleTurn(answer.messages, answer.challenger, from, answer.challenger_message));
    if (answer.king.trim() !== "" && answer.king !== answer.challenger) beaten.set(id, answer.king);
  }
  return { rollouts, beaten };
}
