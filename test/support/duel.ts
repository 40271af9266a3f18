/** The recorded turns as a workspace that is ready to be judged, and the judges that were recorded. */
import { readFileSync } from "node:fs";
import { checkForm } from "../../src/core/turn/form.ts";
import {
  makeReplay,
  recordedReplySchema,
  recordedTurnSchema,
  type RecordedReply,
} from "../../src/core/replay.ts";
import type { Chat } from "../../src/work.ts";
import type { Answer } from "../../src/records/answer.ts";
import { promptSchema } from "../../src/records/prompt.ts";
import { tempProject } from "./project.ts";

export const RECORDED_JUDGES = [
  "recorded/judge-a",
  "recorded/judge-b-thinking",
  "recorded/judge-c",
];

export const RECORDED_PANEL = `[judge]
provider = "offline"
models = ${JSON.stringify(RECORDED_JUDGES)}
thinking_models = ["recorded/judge-b-thinking"]
`;

const lines = (name: string): unknown[] =>
  readFileSync(new URL(`../../sample/${name}`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

export const RECORDED_TURNS = lines("turns.jsonl").map((line) => recordedTurnSchema.parse(line));
export const RECORDED_REPLIES = lines("replies.jsonl").map((line) =>
  recordedReplySchema.parse(line),
);

/** Answer files of the recorded turns, named by turn: "t01.json". */
export function recordedAnswers(): Record<string, Answer> {
  return Object.fromEntries(
    lines("turns.jsonl").map((line) => {
      const turn = promptSchema.omit({ origin: true }).parse(line);
      const id = recordedTurnSchema.parse(line).turn_id;
      const answer: Answer = {
        instance_id: turn.instance_id,
        repo: turn.repo,
        turn: turn.turn,
        king: lastText(id, "king"),
        challenger: lastText(id, "challenger"),
        assistant: turn.assistant,
        messages: turn.messages,
      };
      return [`answer/${id}.json`, answer];
    }),
  );
}

/** `extra`: more of chain.toml. */
export function recordedWorkspace(extra = ""): string {
  return tempProject({ ...recordedAnswers(), "chain.toml": `${RECORDED_PANEL}${extra}` });
}

export function recordedJudges(replies: readonly RecordedReply[] = RECORDED_REPLIES): Chat {
  const replay = makeReplay({ turns: RECORDED_TURNS, replies, leaveOut: [] });
  return (request) => Promise.resolve(replay(request));
}

function lastText(id: string, role: "king" | "challenger"): string {
  const raw = RECORDED_REPLIES.filter((reply) => reply.turn_id === id && reply.role === role)
    .sort((a, b) => a.attempt - b.attempt)
    .at(-1)?.raw;
  return checkForm(raw ?? "").text;
}
