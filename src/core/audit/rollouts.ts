/** Makes the record of other blind runs of an instance: what the audit would find in them, and when they acted. */
import type { Message } from "../../records/message.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import type { Rollouts } from "../../records/rollouts.ts";
import { SCHEMA } from "../../records/schema.ts";
import { searchableText } from "../turn/calls.ts";
import { sha256Hex } from "../turn/hash.ts";
import { detect } from "./audit.ts";
import { firstActs } from "./blind.ts";
import { readHidden } from "./hidden.ts";
import { readVisible } from "./visible.ts";

/** Runs of an instance that are read at most, and turns of each. */
export const MAX_ROLLOUTS = 100;
const MAX_TURNS = 60;
const MAX_SAID = 3000;
const MAX_TEXT = 200;

/**
 * @param runs the messages of each run, the first `MAX_ROLLOUTS` of them; `own` of the drawn turns may be
 *   among them: what it said by a turn it said blind
 */
export function rolloutsOf(
  instance_id: string,
  runs: readonly (readonly Message[])[],
  pr: PullRequest,
): Rollouts {
  const hidden = readHidden(pr);
  const read = apart(runs)
    .slice(0, MAX_ROLLOUTS)
    .map((messages) => ({
      task: messages.slice(0, Math.max(0, messages.findIndex(isAgent))),
      turns: messages.filter(isAgent).slice(0, MAX_TURNS).map(searchableText),
    }));
  const visible = readVisible(read[0]?.task ?? []);
  const acts = read.map(({ turns }) => firstActs(turns, hidden, visible));
  const said = new Map<string, number>();
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    for (const text of new Set(read.flatMap(({ turns }) => turns[turn] ?? []))) {
      for (const { start, end } of detect(text, hidden, visible)) {
        const words = text.slice(start, end).slice(0, MAX_TEXT);
        if (said.size < MAX_SAID && !said.has(words)) said.set(words, turn);
      }
    }
  }
  return {
    schema: SCHEMA,
    instance_id,
    rollouts: read.length,
    said: [...said].map(([text, turn]) => ({ text, turn })),
    views: acts.map(({ view }) => view),
    edits: acts.map(({ edit }) => edit),
    turns: read.map(({ turns }) => turns.length),
  };
}

// ---------------------------------------------------------------------------------------------

/** Runs in which the agent says something, each once: a copy says nothing of how common an act is. */
function apart(runs: readonly (readonly Message[])[]): (readonly Message[])[] {
  const seen = new Set<string>();
  return runs.filter((messages) => {
    const said = sha256Hex(JSON.stringify(messages.filter(isAgent).map(searchableText)));
    const isNew = messages.some(isAgent) && !seen.has(said);
    seen.add(said);
    return isNew;
  });
}

const isAgent = ({ role }: Message): boolean => role === "assistant";
