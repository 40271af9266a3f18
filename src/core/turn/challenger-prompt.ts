/**
 * What the challenger is asked: the history first (the prefix a provider can cache for king and
 * challenger alike), then the hidden knowledge (a pull request, or the run's own future) and the
 * blind-agent rule.
 */
import type { PullRequest } from "../../records/pull-request.ts";
import type { ChatMessage } from "../../work.ts";
import { cutMiddle, futureOf } from "../challenger/future.ts";
import { asChat, formText, languageOf, ours, type AskedTurn } from "./king-prompt.ts";
import { protocolIn } from "./protocol.ts";

export const CHALLENGER_PROMPT_VERSION = "challenger-1";

export type ChallengerPrompt = {
  readonly turn: AskedTurn;
  /** A pull request, or a record of the run's future. */
  readonly pr: PullRequest;
  /** Characters of it that are shown at most; what was cut is said. */
  readonly maxPrChars: number;
  /** Why the last reply was not accepted, in the answer's own words; never a word of the PR. */
  readonly fault?: string;
  /** Of a second answer: what is shown of the first one, between hidden knowledge and task. */
  readonly earlier?: string;
};

export function challengerMessages(prompt: ChallengerPrompt): readonly ChatMessage[] {
  const { turn, pr, maxPrChars, fault, earlier } = prompt;
  const rule = futureOf(pr) === null ? RULE : FUTURE_RULE;
  return [
    ...asChat(turn.messages, protocolIn(turn)),
    {
      role: "user",
      content: [
        rule,
        hiddenText(pr, maxPrChars),
        ...(earlier === undefined ? [] : [earlier]),
        task(turn),
      ].join("\n\n"),
      ...ours(turn),
    },
    ...(fault === undefined ? [] : [faultMessage(fault, turn)]),
  ];
}

/** The hidden knowledge as text, cut to `maxChars`; every cut is marked with its length. */
export function hiddenText(record: PullRequest, maxChars: number): string {
  const future = futureOf(record);
  if (future === null) return pullRequestText(record, maxChars);
  return `<rest_of_the_session>\n${cutMiddle(future.text, maxChars)}\n</rest_of_the_session>\n<how_it_ended>\n${future.ended}\n</how_it_ended>`;
}

/** The pull request as text, cut to `maxChars`; every cut is marked with its length. */
export function pullRequestText(pr: PullRequest, maxChars: number): string {
  const parts = SECTIONS.map(({ title, share, of }) => ({
    title,
    share,
    text: (of(pr) ?? "").trim(),
  }));
  const there = parts.filter((part) => part.text !== "");
  const limits = allot(there, maxChars);
  const body = there.map(
    ({ title, text }, index) => `<${title}>\n${cut(text, limits[index] ?? 0)}\n</${title}>`,
  );
  return `<pull_request>\n${body.join("\n")}\n</pull_request>`;
}

// ---------------------------------------------------------------------------------------------

const RULE = `PRIVATE NOTE, not part of the session. The pull request that resolved this task is shown below so that you can tell a good next step from a bad one.

The blind-agent rule: you may only say and do what somebody who has seen just the conversation above could honestly say and do.
- Do not mention, hint at or paraphrase the pull request, the upstream fix, its tests, or this note.
- Do not name files, identifiers, flags, constants, line numbers, test names or error texts that the conversation has not shown, unless a search or a listing that the conversation motivates is how an honest agent would find them.
- Do not state a cause or a solution as known before the conversation supports it. Look first; what is a guess is said as a guess.
- Do not write code of the pull request from memory. When it is time to edit, write what the shown code itself leads to.
Within that rule, choose the next step that brings the task furthest.`;

const FUTURE_RULE = `PRIVATE NOTE, not part of the session. What the agent did afterwards in this same session, what came of it, and how it ended is shown below so that you can tell a good next step from a bad one.

The blind-agent rule: you may only say and do what somebody who has seen just the conversation above could honestly say and do.
- Do not mention, hint at or paraphrase what comes later in the session, or this note.
- Do not name files, identifiers, flags, constants, line numbers, test names or error texts that the conversation has not shown, unless a search or a listing that the conversation motivates is how an honest agent would find them.
- Do not state a cause or a solution as known before the conversation supports it. Look first; what is a guess is said as a guess.
- Do not write code of a later step from memory, and do not copy the step that the agent took. When it is time to edit, write what the shown code itself leads to.
Within that rule, choose the next step that brings the task furthest. The session may have gone wrong later: then do better.`;

function task(turn: AskedTurn): string {
  return protocolIn(turn) === "bash"
    ? bashTask(languageOf(turn.messages))
    : `Now take the agent's next turn: ${formText(turn)} Do not repeat a call that has just been made. Write nothing else.`;
}

const bashTask = (language: string): string =>
  `Now write the agent's next turn, exactly in the form the system prompt asks for: a THOUGHT of a few sentences, then EXACTLY ONE command in EXACTLY ONE fenced block that starts with \`\`\`${language} and ends with \`\`\`. Do not repeat a command that has just been run. Write nothing else.`;

function faultMessage(fault: string, turn: AskedTurn): ChatMessage {
  const form =
    protocolIn(turn) === "bash"
      ? `a THOUGHT, then EXACTLY ONE command in EXACTLY ONE fenced \`\`\`${languageOf(turn.messages)} block.`
      : formText(turn);
  return {
    role: "user",
    content: `Your last reply could not be used: ${fault}. Write the turn again under the same rule: ${form}`,
    ...ours(turn),
  };
}

type Section = {
  readonly title: string;
  /** Share of the room when everything is too long. */
  readonly share: number;
  readonly of: (pr: PullRequest) => string | null | undefined;
};

const SECTIONS: readonly Section[] = [
  { title: "title", share: 0.02, of: (pr) => pr.title },
  { title: "description", share: 0.14, of: (pr) => pr.pr_description },
  { title: "problem", share: 0.14, of: (pr) => pr.problem_statement },
  { title: "changed_files", share: 0.05, of: (pr) => pr.files?.join("\n") },
  { title: "patch", share: 0.45, of: (pr) => pr.patch },
  { title: "test_patch", share: 0.2, of: (pr) => pr.test_patch },
];

/** Room a part gets: all it needs where that is under its share, the rest by shares. */
function allot(parts: readonly { share: number; text: string }[], room: number): number[] {
  const total = parts.reduce((sum, part) => sum + part.text.length, 0);
  if (total <= room) return parts.map((part) => part.text.length);
  const modest = parts.map((part) => part.text.length <= part.share * room);
  const used = parts.reduce((sum, part, i) => sum + (modest[i] === true ? part.text.length : 0), 0);
  const shares = parts.reduce((sum, part, i) => sum + (modest[i] === true ? 0 : part.share), 0);
  return parts.map((part, i) =>
    modest[i] === true ? part.text.length : Math.floor(((room - used) * part.share) / shares),
  );
}

/** The head of the text up to a line's end, and how much is missing. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const line = text.lastIndexOf("\n", limit);
  const head = text.slice(0, line > limit / 2 ? line : limit);
  return `${head}\n[... ${text.length - head.length} of ${text.length} characters cut]`;
}
