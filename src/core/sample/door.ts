/**
 * The door through which a drawn turn comes in: here it is settled in which form its run speaks (its
 * protocol), what of its reasoning is shown, and whether images are borne with. Nothing later asks again.
 */
import type { Message } from "../../records/message.ts";
import type { Protocol } from "../../records/prompt.ts";
import { inferTools } from "../wire/tools.ts";
import { dropped, kept, type Kept } from "./drops.ts";
import { plainMessage } from "./messages.ts";
import type { ReadyTurn } from "./shapes.ts";

export type DoorSettings = {
  readonly style: "auto" | Protocol;
  /** [source].tool_calls of older files: "text" is the protocol bash; absent: told from the run. */
  readonly tool_calls?: "text" | "keep" | undefined;
  readonly reasoning: "drop" | "think" | "field";
  readonly media: "drop" | "refuse";
};

/** A turn in its protocol. */
export type Entered = ReadyTurn & {
  readonly protocol: Protocol;
  /** Messages whose reasoning was left out. */
  readonly reasoningLeft: number;
};

/** `lost`: what the reader left out of the row, by name. */
export function enter(
  turn: ReadyTurn,
  lost: Readonly<Record<string, number>>,
  settings: DoorSettings,
): Kept<Entered> {
  const media = Object.keys(lost).find((what) => MEDIA.test(what));
  if (media !== undefined && settings.media === "refuse") return dropped("media", media);
  const plain = turn.tools === undefined && settings.style !== "tools" && isPlain(turn);
  // Most runs of the protocol bash are in their form already.
  if (plain) return kept({ ...turn, protocol: "bash", reasoningLeft: 0 });
  const said = saidIn(turn);
  const protocol = protocolOf(said, turn.tools, settings);
  const tools = turn.tools ?? inferTools(said);
  if (protocol === "tools" && tools.length === 0) return dropped("no_tools");
  const formed = protocol === "bash" ? asText(turn) : { ...turn, tools };
  const { turn: shown, left } = withReasoning(formed, settings.reasoning);
  return kept({
    ...shown,
    protocol,
    ...(protocol === "bash" ? {} : { tools_from: turn.tools_from ?? fromOf(turn) }),
    reasoningLeft: left,
  });
}

/** In `auto` a run that calls tools speaks in calls, and one that writes its commands down does not. */
export function protocolOf(
  messages: readonly Message[],
  tools: readonly unknown[] | undefined,
  { style, tool_calls }: Pick<DoorSettings, "style" | "tool_calls">,
): Protocol {
  if (tool_calls === "text") return "bash";
  if (style !== "auto") return style;
  const calls = messages.some((message) => message.tool_calls !== undefined);
  return calls || (tools !== undefined && tools.length > 0 && !writesBlocks(messages))
    ? "tools"
    : "bash";
}

/** Names of lost parts that are no text: as rows of messages lose them, and as readers of logs do. */
const MEDIA =
  /^(?:media: |unknown_part: (?:input_|output_)?(?:image|audio|video|media|file|document))/;

// ---------------------------------------------------------------------------------------------

/** Nobody calls, answers a call, or thinks apart. */
function isPlain({ messages, assistant_message, after = [] }: ReadyTurn): boolean {
  return assistant_message === undefined && messages.every(isBare) && after.every(isBare);
}

const isBare = ({ role, tool_calls, reasoning }: Message): boolean =>
  role !== "tool" && tool_calls === undefined && reasoning === undefined;

const fromOf = (turn: ReadyTurn): "source" | "inferred" =>
  turn.tools === undefined ? "inferred" : "source";

function saidIn({ messages, assistant_message, after = [] }: ReadyTurn): readonly Message[] {
  return [...messages, ...(assistant_message === undefined ? [] : [assistant_message]), ...after];
}

const writesBlocks = (messages: readonly Message[]): boolean =>
  messages.some(({ role, content }) => role === "assistant" && content.includes("```"));

/** Calls written down as blocks, results as the user's words: the protocol of one command in a block. */
function asText(turn: ReadyTurn): ReadyTurn {
  const { assistant_message: said, tools: _tools, tools_from: _from, ...rest } = turn;
  const reasoning = said?.reasoning;
  return {
    ...rest,
    messages: turn.messages.map(plainMessage),
    ...(turn.after === undefined ? {} : { after: turn.after.map(plainMessage) }),
    ...(reasoning === undefined
      ? {}
      : { assistant_message: { role: "assistant", content: turn.assistant, reasoning } }),
  };
}

function withReasoning(
  turn: ReadyTurn,
  how: DoorSettings["reasoning"],
): { turn: ReadyTurn; left: number } {
  const { assistant_message: said } = turn;
  const held = [...turn.messages, ...(said === undefined ? [] : [said])].filter(
    hasReasoning,
  ).length;
  if (how === "field" || (held === 0 && !(turn.after ?? []).some(hasReasoning))) {
    return { turn, left: 0 };
  }
  const shown = how === "think" ? thinkingAloud : withoutReasoning;
  const { assistant_message: _said, ...rest } = turn;
  const reference = said === undefined ? undefined : shown(said);
  return {
    turn: {
      ...rest,
      messages: turn.messages.map(shown),
      ...(turn.after === undefined ? {} : { after: turn.after.map(withoutReasoning) }),
      ...(reference?.tool_calls === undefined ? {} : { assistant_message: reference }),
      ...(how === "think" && said?.reasoning !== undefined
        ? { assistant: `${thought(said.reasoning)}${turn.assistant}` }
        : {}),
    },
    left: how === "drop" ? held : 0,
  };
}

const hasReasoning = (message: Message): boolean => message.reasoning !== undefined;

const thought = (reasoning: string): string => `<think>\n${reasoning}\n</think>\n\n`;

function withoutReasoning(message: Message): Message {
  if (message.reasoning === undefined) return message;
  const { reasoning: _left, ...rest } = message;
  return rest;
}

function thinkingAloud(message: Message): Message {
  const { reasoning, ...rest } = message;
  return reasoning === undefined
    ? message
    : { ...rest, content: `${thought(reasoning)}${message.content}` };
}
