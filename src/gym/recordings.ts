/**
 * What scripted king, challenger and judges say of the turns in prompt/, as recordings for the provider `offline`: the
 * five stages then run as ever, and what is right is known.
 */
import { knowTask, scriptedReply, worthOf, type KnownTask } from "../core/tasks/agent.ts";
import { scriptedVerdict } from "../core/tasks/scripted-panel.ts";
import { taskIn } from "../core/tasks/trajectory.ts";
import type { Rng } from "../core/random.ts";
import type { RecordedReply, RecordedTurn } from "../core/replay.ts";
import { commandOf } from "../core/turn/form.ts";
import { UserError } from "../errors.ts";
import { readPrompts } from "../io/prompts.ts";
import type { Store } from "../io/store.ts";
import { gymTaskSchema } from "../records/gym-task.ts";
import type { Prompt } from "../records/prompt.ts";
import { taskPath } from "./build.ts";
import { baseOf, packageOf } from "./layer.ts";
import { sourceText } from "./places.ts";
import type { Gym } from "./world.ts";

export type ScriptOrder = {
  readonly gym: Gym;
  readonly store: Store;
  readonly king: number;
  readonly challenger: number;
  /** Of each judge, in the order of the panel; the last holds for those behind it. */
  readonly accuracy: readonly number[];
  readonly judges: readonly string[];
  readonly rng: (purpose: string) => Rng;
  /** Below the workspace. */
  readonly folder: string;
};

/** Writes turns.jsonl and replies.jsonl. Gives the turns, and those that are of no task. */
export async function writeRecordings(
  order: ScriptOrder,
): Promise<{ readonly turns: number; readonly others: number }> {
  const { store, folder } = order;
  const turns: RecordedTurn[] = [];
  const replies: RecordedReply[] = [];
  let others = 0;
  for await (const { name, prompt } of readPrompts(store, {})) {
    const known = await knownTask(order, prompt);
    if (known === null) {
      others++;
      continue;
    }
    turns.push({ turn_id: name, messages: prompt.messages });
    replies.push(...repliesTo(order, name, prompt, known));
  }
  if (turns.length === 0) {
    throw new UserError(
      "gym: no turn of prompt/ is of a gym task",
      "run `npm run gym -- play` and `npm run stage:prompt` on its runs first",
    );
  }
  const lines = (rows: readonly object[]): string =>
    rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  await store.writeText(`${folder}/turns.jsonl`, lines(turns));
  await store.writeText(`${folder}/replies.jsonl`, lines(replies));
  return { turns: turns.length, others };
}

// ---------------------------------------------------------------------------------------------

async function knownTask({ gym, store }: ScriptOrder, prompt: Prompt): Promise<KnownTask | null> {
  const id = taskIn(prompt.messages);
  const task = id === null ? null : await store.readIfThere(taskPath(id), gymTaskSchema);
  if (task === null) return null;
  const base = baseOf(gym, await packageOf(gym, task));
  return knowTask(task, (file) => sourceText(base, file));
}

const ORDERS = ["king_first", "challenger_first"] as const;

function repliesTo(
  { king, challenger, accuracy, judges, rng }: ScriptOrder,
  name: string,
  { messages }: Prompt,
  known: KnownTask,
): RecordedReply[] {
  const say = (role: "king" | "challenger", skill: number): string =>
    scriptedReply(known, skill, messages, rng(`gym/script/${role}/${name}`));
  const said = { king: say("king", king), challenger: say("challenger", challenger) };
  const row = { turn_id: name, attempt: 1, finish_reason: "stop", reasoning_content: null };
  const pair = {
    king: worthOf(known, commandOf(said.king)),
    challenger: worthOf(known, commandOf(said.challenger)),
  };
  return [
    { ...row, role: "king", judge: null, order: null, raw: said.king },
    { ...row, role: "challenger", judge: null, order: null, raw: said.challenger },
    ...judges.flatMap((judge, at) =>
      ORDERS.map((order) => {
        const own = accuracy[at] ?? accuracy.at(-1) ?? 1;
        const chance = rng(`gym/script/${judge}/${name}`);
        const raw = scriptedVerdict({ ...pair, accuracy: own, order }, chance);
        return { ...row, role: "judge" as const, judge, order, raw };
      }),
    ),
  ];
}
