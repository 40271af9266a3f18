/**
 * A run of the gym in the form of mini-swe-agent's trajectories (trajectory_format 1.1, text messages), so that runs
 * and rollouts are sources like any other. The words of the prompts are our own.
 */
import type { GymTask } from "../../records/gym-task.ts";
import type { Message } from "../../records/message.ts";
import { commandOf } from "../turn/form.ts";

/** Why a run ended. */
export const ENDINGS = ["submitted", "steps", "form", "time", "disk", "policy"] as const;
export type Ending = (typeof ENDINGS)[number];

/** What mini-swe-agent's users write to end a run. */
export const SUBMIT = "COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT";

export type GymRun = {
  readonly task: GymTask;
  /** Whole, from the system prompt on. */
  readonly messages: readonly Message[];
  readonly ended: Ending;
  /** What the tests said. */
  readonly resolved: boolean;
  /** "scripted:0.5", or a model. */
  readonly policy: string;
};

/** The first two messages of every run of a task. */
export function openingOf(task: GymTask): Message[] {
  return [
    {
      role: "system",
      content:
        "You mend software with a shell. Every reply has a THOUGHT of a sentence or two and exactly one command in one code block marked bash. Each command starts anew in /testbed.",
    },
    {
      role: "user",
      content: `${task.issue}\n\nThe package lies in /testbed (task ${task.id}). There is no network. When you are done, reply with the command \`echo ${SUBMIT}\`.`,
    },
  ];
}

/** The task that a conversation is of, as its first user message names it; null for any other run. */
export function taskIn(messages: readonly Message[]): string | null {
  const first = messages.find(({ role }) => role === "user");
  return first === undefined ? null : (/\(task (gym__[\w.-]+)\)/.exec(first.content)?.[1] ?? null);
}

/** Lines at either end, and characters of a line, that an agent sees of what is long. */
const ENDS = 80;
const LINE = 400;

/**
 * What a command said, as the agent sees it: beginning and end of what is long. Cut by lines, so that a time that is
 * a digit longer leaves out the same.
 */
export function observationOf(code: number, output: string, why = "exit"): string {
  const lines = output.replace(/\n$/, "").split("\n");
  const left = lines.length - 2 * ENDS;
  const kept =
    left <= 0
      ? lines
      : [...lines.slice(0, ENDS), `(${left} lines left out)`, ...lines.slice(-ENDS)];
  const shown = kept.map((line) => (line.length <= LINE ? line : `${line.slice(0, LINE)} (cut)`));
  const ended = why === "exit" ? "" : `<ended>${ENDED[why] ?? why}</ended>\n`;
  const said = output === "" ? "" : `${shown.join("\n")}\n`;
  return `<returncode>${code}</returncode>\n${ended}<output>\n${said}</output>`;
}

/** What the agent is told of a reply without a command. */
export const formObservation = (detail: string): string =>
  `The reply could not be carried out: ${detail}. Reply with exactly one command in one code block marked bash.`;

export const isSubmission = (output: string): boolean => output.trimStart().startsWith(SUBMIT);

export type GymStep = { readonly command: string | null; readonly observation: string | null };

/** The steps of a conversation: each assistant message and what came of it. */
export function stepsOf(messages: readonly Message[]): GymStep[] {
  return messages.flatMap((message, at) => {
    if (message.role !== "assistant") return [];
    const next = messages[at + 1];
    const isSaid = next !== undefined && next.role !== "assistant";
    return [{ command: stepCommand(message), observation: isSaid ? next.content : null }];
  });
}

/** The command of a reply: of its code block, or of a call of a shell tool. */
export function stepCommand(message: Message): string | null {
  const [call] = message.tool_calls ?? [];
  if (call !== undefined && typeof call.arguments === "object") {
    const { command, cmd } = call.arguments;
    if (typeof command === "string") return command;
    if (typeof cmd === "string") return cmd;
  }
  return commandOf(message.content);
}

/** The file as mini-swe-agent writes it; `resolved` and `instance_id` beside it, where readers look for them. */
export function trajectoryOf({ task, messages, ended, resolved, policy }: GymRun): object {
  return {
    instance_id: task.id,
    repo: repoOf(task),
    resolved,
    info: {
      exit_status: ended === "submitted" ? "Submitted" : EXIT[ended],
      submission: "",
      mini_version: "kingmaker-gym",
      config: { model: { model_name: policy } },
      model_stats: {
        instance_cost: 0,
        api_calls: messages.filter((one) => one.role === "assistant").length,
      },
    },
    messages: messages.map(({ role, content }) => ({ role, content })),
    trajectory_format: "mini-swe-agent-1.1",
  };
}

/** Tasks of one package hang together. */
export const repoOf = (task: Pick<GymTask, "package">): string => `gym/${task.package}`;

// ---------------------------------------------------------------------------------------------

const ENDED: Readonly<Record<string, string>> = {
  time: "it ran too long and was ended",
  output: "it printed too much and was ended",
  disk: "it wrote too much and was ended",
};

const EXIT: Readonly<Record<Exclude<Ending, "submitted">, string>> = {
  steps: "LimitsExceeded",
  form: "RepeatedFormatError",
  time: "TimeExceeded",
  disk: "LimitsExceeded",
  policy: "Interrupted",
};
