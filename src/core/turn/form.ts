/**
 * The form of an answer in the protocol bash: prose and exactly one shell command in one fenced block. What breaks it is
 * named, so that the model can be asked again and the drop can be counted.
 */
import { cutTraces, templateToken } from "../ending/traces.ts";
import type { Message } from "../../records/message.ts";
import { shellFault } from "../shell/parse.ts";
import { fencesOf } from "./fences.ts";

export const MALFORMED_REASONS = [
  "empty",
  /** The reply did not end well: at a limit, at a fault, or with a word that nobody knows. */
  "cut_off",
  "not_ended",
  "withheld",
  "tool_call_tokens",
  /** Tokens of a chat template stand in the answer: learned as text, they would act as tokens. */
  "template_tokens",
  "no_block",
  "several_blocks",
  "unclosed_fence",
  "not_bash",
  "empty_command",
  "command_too_long",
  "shell_syntax",
  "unknown_tool",
  "arguments_no_json",
  "arguments_misfit",
] as const;
export type MalformedReason = (typeof MALFORMED_REASONS)[number];

export type Form =
  | {
      readonly ok: true;
      /** The reply without its thinking trace, trimmed: what is saved. */
      readonly text: string;
      /** Prose before the block; may be "". A literal "THOUGHT:" is not asked for: real turns lack it. */
      readonly thought: string;
      /** What is done, as text; "" for an answer in words alone. */
      readonly command: string;
      /** The answer with its calls; absent where it has none. */
      readonly message?: Message;
    }
  | {
      readonly ok: false;
      readonly reason: MalformedReason;
      /** What the check saw, in words that can be said to the model. */
      readonly detail: string;
      readonly text: string;
      readonly message?: Message;
    };

/** Languages a command block may carry: mini-swe-agent 1 and SWE-ZERO say bash, mini-swe-agent 2 the other. */
export const COMMAND_LANGUAGES: readonly string[] = ["bash", "mswea_bash_command"];

/**
 * Longest command that is looked at, in UTF-16 units. The grammar's time can grow with the square of what it reads, and
 * every call in flight waits meanwhile; the longest of the real commands that we know has 12,713.
 */
const MAX_COMMAND_CHARS = 32_768;

/** Checks a reply's content. Total over any text, linear but for the shell's grammar. */
export function checkForm(content: string): Form {
  const { text } = cutTraces(content);
  const bad = (reason: MalformedReason, detail: string): Form => ({
    ok: false,
    reason,
    detail,
    text,
  });

  if (text === "") return bad("empty", "there was no answer");
  const token = toolCallToken(text);
  if (token !== null)
    return bad("tool_call_tokens", `tool-call tokens (${token}) instead of a code block`);
  const leftOver = templateToken(text);
  if (leftOver !== null)
    return bad("template_tokens", `tokens of a chat template (${leftOver}) in the answer`);

  const fences = fencesOf(text);
  const [block] = fences;
  if (block === undefined) return bad("no_block", "there was no fenced code block");
  if (fences.some((fence) => !fence.closed))
    return bad("unclosed_fence", "a code block was not closed");
  if (fences.length > 1) return bad("several_blocks", `there were ${fences.length} code blocks`);
  if (!COMMAND_LANGUAGES.includes(block.language)) {
    return bad("not_bash", `the code block was marked "${block.language}"`);
  }
  const command = block.body.trim();
  if (block.body.length > MAX_COMMAND_CHARS) {
    const most = MAX_COMMAND_CHARS.toLocaleString("en");
    return bad(
      "command_too_long",
      `the command has ${block.body.length.toLocaleString("en")} characters; at most ${most} are read`,
    );
  }
  const fault = shellFault(block.body);
  if (fault !== null) return bad("shell_syntax", `the command does not parse: ${fault}`);
  if (!command.split("\n").some(isCode))
    return bad("empty_command", "the code block holds no command");
  return { ok: true, text, thought: text.slice(0, block.start).trim(), command };
}

/**
 * What a turn does, read as leniently as a judge would: the first block of a command language, or
 * null. For histories and references, which need not keep the form.
 */
export function commandOf(content: string): string | null {
  const { text } = cutTraces(content);
  const block = fencesOf(text).find((fence) => COMMAND_LANGUAGES.includes(fence.language));
  return block === undefined ? null : block.body.trim();
}

/** A call that a server left in the text, as the tokens of its template; null: there is none. */
export function toolCallToken(text: string): string | null {
  return TOKENS.exec(text)?.[0] ?? STRIPPED.exec(text)?.[0] ?? null;
}

// ---------------------------------------------------------------------------------------------

const isCode = (line: string): boolean => line.trim() !== "" && !line.trimStart().startsWith("#");

// Kimi's and DeepSeek's tokens, in the spellings met in the wild (plural, singular, spaces).
const TOKENS =
  /< {0,2}[|\uFF5C] {0,4}tool[_\u2581 ]calls?(?:[_\u2581]section)?(?:[_\u2581]argument)?s?[_\u2581](?:begin|end) {0,4}[|\uFF5C] {0,2}>/i;
// Begin tokens stripped: the text starts with the call's name and number.
const STRIPPED = /^(?:functions\.)?[A-Za-z_]\w{0,63}:\d{1,4}\s{0,8}(?:<\||\{)/;
