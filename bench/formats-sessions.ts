/**
 * Sessions in Claude Code's shape, 1 MB each: replies with thinking, text and a call, a line a block,
 * results of some kilobytes, attachments and requests between, text cut from real trajectories.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { randomIndex, seededRng, type Rng } from "../src/core/random.ts";

const BYTES = 1 << 20;
const corpus: string = readFileSync(
  join(import.meta.dirname, "../test/fixtures/real/trajectories.jsonl"),
  "utf8",
)
  .trim()
  .split("\n")
  .flatMap((line) => (JSON.parse(line) as { messages: { content: string }[] }).messages)
  .map((message) => message.content)
  .join("\n");

/** The same number gives the same session. */
export function sessionText(number: number): string {
  const rng = seededRng(number, "session");
  const session = { sessionId: `s-${number}`, cwd: "/w", version: "2.1.332", isSidechain: false };
  const lines: string[] = [];
  let bytes = 0;
  let parent: string | null = null;
  const add = (type: string, more: object): void => {
    const uuid = `${number}-${lines.length}`;
    const line = JSON.stringify({ parentUuid: parent, ...session, type, uuid, ...more });
    lines.push(line);
    bytes += line.length + 1;
    parent = uuid;
  };
  add("user", { message: { role: "user", content: slice(rng, 2000) } });
  for (let step = 0; bytes < BYTES; step++) {
    const call = `toolu_${number}_${step}`;
    const block = (content: object): object => ({
      message: {
        id: `msg_${number}_${step}`,
        role: "assistant",
        content: [content],
        stop_reason: "tool_use",
        usage: { input_tokens: 1200, output_tokens: 60 },
      },
      madeBy: "model",
    });
    add("attachment", { attachment: { type: "total_tokens_reminder", text: slice(rng, 300) } });
    add("assistant", block({ type: "thinking", thinking: slice(rng, 600), signature: "c2ln" }));
    add("assistant", block({ type: "text", text: slice(rng, 250) }));
    add("assistant", block({ type: "tool_use", id: call, name: "Bash", input: { command: "ls" } }));
    const result = slice(rng, 1000 + randomIndex(rng, 8000));
    add("user", {
      message: {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: call, content: result }],
      },
      toolUseResult: { stdout: result, stderr: "", interrupted: false },
    });
  }
  return `${lines.join("\n")}\n`;
}

function slice(rng: Rng, length: number): string {
  const start = randomIndex(rng, corpus.length - length);
  return corpus.slice(start, start + length);
}
