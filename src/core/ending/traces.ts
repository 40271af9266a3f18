/**
 * Thinking traces of all families, open or closed, and the tokens of chat templates. Providers put a
 * trace into the content in several ways: between tags before the answer, with the closing tag
 * alone, in a channel of its own, or cut off before it closes. Read `cutTraces` first.
 */
import { fencesOf } from "../turn/fences.ts";

export type Cut = {
  /** The answer without traces and without the wrapper around it, trimmed. */
  readonly text: string;
  /** What was taken away, trimmed. */
  readonly trace: string;
  /** A trace begins and never ends: nothing behind its beginning is an answer. */
  readonly open: boolean;
};

/**
 * Linear in the text. A tag inside a block, in backticks or where `isQuoted` says so is talked about
 * and marks nothing.
 *
 * @param isQuoted whether the tag at this offset stands in a quotation that only the caller knows
 */
export function cutTraces(content: string, isQuoted: (at: number) => boolean = never): Cut {
  const marks = marksOf(content).filter((mark) => !isQuoted(mark.start));
  const end = endOfTraces(content, marks);
  const before = marks.filter((mark) => mark.end <= end);
  const kept = outsidePairs(content, before, end);
  const opening = openingAfter(content, marks, end);
  const rest = content.slice(end, opening ?? content.length);
  const cut = content.slice(0, end);
  return {
    text: unwrapped(`${kept}${rest}`),
    trace: (opening === null ? cut : `${cut}${content.slice(opening)}`).trim(),
    open: opening !== null,
  };
}

/**
 * The first token of a chat template that stands in a text as part of it; null when there is none.
 * In blocks and backticks such tokens are talked about: an agent may well work on a tokenizer.
 */
export function templateToken(text: string): string | null {
  if (!TOKENS.test(text)) return null;
  const isCode = codeOf(text);
  for (const found of text.matchAll(new RegExp(TOKENS, "g"))) {
    if (!isCode(found.index)) return found[0];
  }
  return null;
}

/**
 * Whether a trace begins anywhere in a text that was cut, even in the midst of a sentence: where a
 * draft must not be taken for the answer.
 */
export function opensTrace(text: string, isQuoted: (at: number) => boolean = never): boolean {
  const isCode = codeOf(text);
  return marksOf(text).some((mark) => mark.opens && !isQuoted(mark.start) && !isCode(mark.start));
}

// ---------------------------------------------------------------------------------------------

type Mark = { readonly start: number; readonly end: number; readonly opens: boolean };

const never = (): boolean => false;

/** With the prefixes that makers give them: <seed:think>, <longcat_think>, <mm:think>, <|think|>. */
const TAGS =
  "(?:[a-z]{1,12}[:_])?(?:think|thinking|thoughts?|reasoning|analysis|scratchpad|reflection)";

/** How each family begins a trace. */
const OPENINGS = [
  `<\\|?${TAGS}(?: [^<>]{0,60})?\\|?>|&lt;${TAGS}&gt;`,
  "\u25C1think\u25B7",
  "\\[(?:THINK|THINKING|REASONING)\\]",
  "<\\|channel>thought\\b",
  "<\\|START_THINKING\\|>",
  "<\\|begin_of_thought\\|>",
  // Harmony: every channel but the final one.
  "(?:<\\|start\\|>[a-z]{1,20})?<\\|channel\\|> ?(?!final)[a-z]{1,20}[^<]{0,80}(?:<\\|constrain\\|>[^<]{0,20})?<\\|message\\|>",
];

/** How it ends one. What announces the answer ends it as well. */
const CLOSINGS = [
  `<\\|?/${TAGS}\\|?>|&lt;/${TAGS}&gt;`,
  "\u25C1/think\u25B7",
  "\\[/(?:THINK|THINKING|REASONING)\\]",
  "<channel\\|>",
  "<\\|END_THINKING\\|>",
  "<\\|end_of_thought\\|>",
  "<\\|START_RESPONSE\\|>",
  "(?:<\\|start\\|>[a-z]{1,20})?<\\|channel\\|> ?final[^<]{0,40}<\\|message\\|>",
];
const MARKS = new RegExp(`(${OPENINGS.join("|")})|(?:${CLOSINGS.join("|")})`, "gi");

/** Harmony whose tokens were taken out: "analysisWe compare ... assistantfinal{...}". */
const BARE_OPENING = /^\s*analysis(?=[A-Z])/;
const BARE_FINAL = "assistantfinal";

function marksOf(content: string): Mark[] {
  const marks = [...content.matchAll(MARKS)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
    opens: found[1] !== undefined,
  }));
  const bare = BARE_OPENING.exec(content);
  if (bare === null) return marks;
  const final = content.lastIndexOf(BARE_FINAL);
  const opening = { start: 0, end: bare[0].length, opens: true };
  return final < 0
    ? [opening, ...marks]
    : [opening, ...marks, { start: final, end: final + BARE_FINAL.length, opens: false }].sort(
        (a, b) => a.start - b.start,
      );
}

/**
 * Where the last trace ends, 0 without one. A trace may quote its own closing tag, and a command may
 * search for it: the trace ends at the last closing tag that is followed by whole fences only; a tag
 * inside the answer's block is followed by half of one.
 */
function endOfTraces(content: string, marks: readonly Mark[]): number {
  const closes = marks.filter((mark) => !mark.opens).map((mark) => mark.end);
  if (closes.length === 0) return 0;
  const first = marks[0];
  const opened = first?.opens === true && content.slice(0, first.start).trim() === "";
  const fencesAfter = countFencesAfter(content, closes);
  for (let i = closes.length - 1; i >= 0; i--) {
    const fences = fencesAfter[i] ?? 0;
    if (fences > 0 && fences % 2 === 0) return closes[i] ?? 0;
  }
  const all = (content.match(FENCE_LINE) ?? []).length;
  const tagIsInsideBlock =
    !opened && all > 0 && (fencesAfter.at(-1) ?? 0) % 2 === 1 && all % 2 === 0;
  return tagIsInsideBlock ? 0 : (closes.at(-1) ?? 0);
}

const FENCE_LINE = /^ {0,3}```/gm;

function countFencesAfter(content: string, offsets: readonly number[]): number[] {
  const fences = [...content.matchAll(FENCE_LINE)].map((match) => match.index);
  let next = fences.length;
  const counts: number[] = [];
  for (let i = offsets.length - 1; i >= 0; i--) {
    while (next > 0 && (fences[next - 1] ?? 0) >= (offsets[i] ?? 0)) next--;
    counts[i] = fences.length - next;
  }
  return counts;
}

/** What stands up to `end` outside every pair of tags; "" when a closing tag lacks its opening one. */
function outsidePairs(content: string, marks: readonly Mark[], end: number): string {
  let kept = "";
  let from = 0;
  let isOpen = false;
  for (const mark of marks) {
    if (mark.opens && !isOpen) {
      kept += content.slice(from, mark.start);
      isOpen = true;
    } else if (!mark.opens) {
      if (!isOpen) kept = "";
      isOpen = false;
      from = mark.end;
    }
  }
  return isOpen ? kept : `${kept}${content.slice(from, end)}`;
}

/** Where a trace begins that never ends. In the midst of a sentence a tag is only spoken of. */
function openingAfter(content: string, marks: readonly Mark[], end: number): number | null {
  const openings = marks.filter((mark) => mark.opens && mark.start >= end);
  if (openings.length === 0) return null;
  const isCode = codeOf(content.slice(end));
  const first = openings.find(
    (mark) =>
      !isCode(mark.start - end) &&
      BEGINNING.test(content.slice(Math.max(end, mark.start - 40), mark.start)),
  );
  return first?.start ?? null;
}

/** Nothing, a line's beginning or a sentence's end before it; what nobody sees does not count. */
const BEGINNING = /(?:^|[\n.!?:;>)}\]\u2026])[\s\u200B-\u200D\u2060\uFEFF]*$/;

/** Wrappers around a whole answer, each with its closing part; a closing part may be missing. */
const WRAPPERS: readonly (readonly [RegExp, RegExp])[] = [
  [/^<answer>\s*/i, /\s*<\/answer>$/i],
  [/^<\|begin_of_box\|>\s*/, /\s*<\|end_of_box\|>$/],
  [/^<\|START_RESPONSE\|>\s*/, /\s*<\|END_RESPONSE\|>$/],
  [/^<\|begin_of_solution\|>\s*/, /\s*<\|end_of_solution\|>$/],
  [/^<\|message\|>\s*/, /\s*<\|(?:return|end)\|>$/],
];

function unwrapped(text: string): string {
  let rest = text.trim();
  for (const [opening, closing] of WRAPPERS) {
    rest = rest.replace(opening, "").replace(closing, "");
  }
  return rest;
}

const TOKENS = new RegExp(
  [
    "<\\|(?:start|end|channel|message|return|call|constrain|im_start|im_end|im_sep|eot_id|eom_id|start_header_id|end_header_id|endoftext|begin_of_text|end_of_text|endofprompt|python_tag|assistant|user|system|observation|tool_response|begin_of_box|end_of_box|begin_of_thought|end_of_thought|begin_of_solution|end_of_solution|fim_(?:prefix|middle|suffix)|[A-Z]{2,12}_[A-Z_]{2,24}(?:_TOKEN)?)\\|>",
    "<\\|(?:channel|turn|tool_call|tool_response)>|<(?:channel|turn|tool_call|tool_response)\\|>",
    "<[\uFF5C][^\\s<>\uFF5C]{1,40}(?: [^\\s<>\uFF5C]{1,20}){0,3}[\uFF5C]>",
    "<(?:start|end)_of_turn>|<(?:bos|eos)>",
    "\\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|THINK)\\]",
    "\u25C1/?think\u25B7",
  ].join("|"),
);

/** Whether an offset lies in a block or between backticks of one line. */
function codeOf(text: string): (at: number) => boolean {
  const code = new Uint8Array(text.length);
  for (const { start, end, closed } of fencesOf(text)) if (closed) code.fill(1, start, end);
  for (const found of text.matchAll(/`[^`\n]{1,200}`/g)) {
    code.fill(1, found.index, found.index + found[0].length);
  }
  return (at) => code[at] === 1;
}
