/** Who plays on: the scripted agent of a skill, or the king's model through the engine. */
import type { Config } from "../config.ts";
import { knowTask, scriptedReply } from "../core/tasks/agent.ts";
import type { Rng } from "../core/random.ts";
import { historyHash } from "../core/turn/hash.ts";
import { asChat } from "../core/turn/king-prompt.ts";
import { UserError } from "../errors.ts";
import type { ChatFailure, WorkItem } from "../work.ts";
import type { Asking } from "./asking.ts";
import { baseOf } from "./layer.ts";
import { sourceText } from "./places.ts";
import type { PolicyOf } from "./rollout.ts";
import type { Gym } from "./world.ts";

/** The same rollout draws the same numbers at the same step, whatever the skill. */
export function scriptedPolicies(gym: Gym, skill: number, rng: (purpose: string) => Rng): PolicyOf {
  return ({ task, pack, key }) => {
    const base = baseOf(gym, pack);
    const known = knowTask(task, (file) => sourceText(base, file));
    if (known === null) return null;
    return async (messages) =>
      scriptedReply(known, skill, messages, rng(`gym/${key}/${messages.length}`));
  };
}

/** The king's model, asked as it is for a turn; every step is a call in the ledger. */
export function modelPolicies({ king }: Config, asking: Asking): PolicyOf {
  return ({ key }) => {
    let step = 0;
    return async (messages) => {
      step++;
      const item: WorkItem = {
        stage: "rollout",
        role: "king",
        awaited: true,
        key: `rollout/${key}/${step}/1`,
        request: {
          provider: king.provider,
          model: king.model,
          messages: asChat(messages, "bash"),
          temperature: king.temperature,
          max_tokens: king.max_tokens,
          tag: { role: "king", history_hash: historyHash(messages), attempt: 1 },
        },
      };
      const outcome = await asking.ask(item);
      if (outcome?.ok === true) return outcome.reply.content;
      // Refused for what was asked: it stays refused, and the model has said nothing.
      return outcome !== null && OWN_FAULTS.has(outcome.failure.kind) ? "" : null;
    };
  };
}

/** A model's commands are a stranger's. @throws UserError where nothing holds them back and nobody said so. */
export function refuseModelInPlain(config: Config, gym: Gym): void {
  if (gym.sandbox.kind === "bubblewrap" || config.gym.sandbox === "plain") return;
  throw new UserError(
    "rollout: a model's commands would run without a sandbox: bubblewrap does not start here",
    'install it (Debian, Ubuntu: apt install bubblewrap), or set [gym].sandbox = "plain" in a machine of its own',
  );
}

// ---------------------------------------------------------------------------------------------

const OWN_FAULTS: ReadonlySet<ChatFailure["kind"]> = new Set(["rejected", "context_too_long"]);
