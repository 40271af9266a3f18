/** What report/source.json says of a draw: whether it is done, outdated, or fell short. */
import { counted } from "../text/counted.ts";
import { UserError } from "../../errors.ts";
import { SCHEMA } from "../../records/schema.ts";
import type { SourceState } from "../../records/source.ts";
import type { Spread } from "./order.ts";
import { configHash } from "../turn/hash.ts";
import { DROP_MEANINGS, type DropReason } from "./drops.ts";

/**
 * Identity of a draw: the keys of [source] that decide what is drawn, not those on how it is read. Keys
 * that older builds did not know count where they are not at their defaults, so that a draw of such a
 * build is not called stale.
 */
export function drawHash(
  source: Readonly<Record<string, unknown>>,
  beside: { readonly style?: string; readonly hidden?: string } = {},
): string {
  const { read: _way, viewer_url: _url, max_read_mb: _limit, ...decisive } = source;
  const known = Object.entries(decisive).filter(([key, value]) => LATER[key] !== value);
  const more = Object.entries(beside).filter(([, value]) => value !== "auto");
  // Older builds wrote calls as text unless they were told otherwise.
  const tool_calls = source["tool_calls"] ?? "text";
  return configHash({ ...Object.fromEntries([...known, ...more]), tool_calls });
}

/** Keys of [source] that came later, with their defaults. */
const LATER: Readonly<Record<string, unknown>> = {
  reasoning: "drop",
  media: "drop",
  mask: "secrets",
};

export function emptyState(hash: string, target: number): SourceState {
  return {
    schema: SCHEMA,
    config_hash: hash,
    target,
    sources: [],
    done: false,
    files: [],
    read: 0,
    kept: 0,
    dropped: {},
    notes: [],
  };
}

/** True when this draw, or a longer one of the same settings, is complete and its files are there. */
export function isDone(
  state: SourceState,
  hash: string,
  target: number,
  there: readonly string[],
): boolean {
  return (
    state.done &&
    state.config_hash === hash &&
    state.target >= target &&
    state.files.every((name) => there.includes(name))
  );
}

export function staleDraw(): UserError {
  return new UserError(
    "prompt: prompt/ holds turns that were drawn with another [source]",
    "run it with --force to draw anew, or use another workspace (--root DIR): answers belong to the turns they were made for",
  );
}

/** --only picks among turns that are there; a draw has none to pick from. */
export function onlyBeforeDraw(): UserError {
  return new UserError(
    "prompt: --only picks answers of turns that are drawn, but a draw is due, and it draws all of them",
    "draw first, without --only (--limit N draws fewer turns), then name the turns in the other stages",
  );
}

type Result = {
  readonly read: number;
  readonly kept: readonly unknown[];
  readonly dropped: Partial<Record<DropReason, number>>;
  readonly capped: boolean;
};

/** `passed`: as for `spreadNote`. */
export function nothingDrawn(
  drawn: Result & { readonly passed: number },
  spread: Spread,
): UserError {
  if (drawn.read === 0) {
    const passed = `${drawn.passed} ${spread === "every-turn" ? "rows has" : "messages is"}`;
    return new UserError(
      `prompt: none of ${passed} a turn that may be drawn: an agent's, with a history before it, below [source].max_turn`,
      "raise max_turn in chain.toml [source], or name other sources",
    );
  }
  return new UserError(
    `prompt: none of the ${drawn.read} rows gives a turn; ${mostDropped(drawn)}`,
    "loosen that filter in chain.toml [source], or name other sources",
  );
}

/** null when as many turns were kept as asked for. */
export function shortfallNote(drawn: Result, target: number, spread: string): string | null {
  if (drawn.kept.length >= target) return null;
  const end = drawn.capped
    ? "the cap on draws was reached ([source].max_draws_per_turn)"
    : "there are no more rows";
  const more =
    spread === "rows" && !drawn.capped
      ? '; one turn a run was drawn: [source].spread = "turns" draws any number of a run (max_per_instance holds)'
      : "";
  return `asked for ${target} turns, only ${drawn.kept.length} are eligible: ${end}; ${mostDropped(drawn)}${more}`;
}

/** Whether --limit ended a draw, and neither `count` nor the rows: more of it may come. */
export function isCutShort(
  { kept, target, done }: Pick<SourceState, "kept" | "target" | "done">,
  count: number,
): boolean {
  return done && target < count && kept >= target;
}

/** Said of a draw that --limit cut short. null where `count` or the rows end the draw. */
export function cutNote(kept: number, target: number, count: number): string | null {
  if (!isCutShort({ kept, target, done: true }, count)) return null;
  return `--limit drew ${kept} of [source].count ${count} turns: the gate waits for the rest, and looks before 40 % of it decide and spend nothing. Where these turns are all that the duel is to have, set [duel] plan = ${kept}, or [source] count`;
}

/** null for local sources. */
export function costNote(
  spent: { readonly bytes: number; readonly requests: number },
  turns: number,
): string | null {
  if (spent.requests === 0) return null;
  const megabytes = (spent.bytes / 1e6).toFixed(1);
  const each = (spent.bytes / 1e6 / Math.max(1, turns)).toFixed(3);
  return `read ${megabytes} MB from the Hub in ${spent.requests} requests, ${each} MB a turn`;
}

/**
 * null for the default spread; of the others a person has to know what they are. `passed`: messages that
 * were drawn and are no turn.
 */
export function spreadNote(
  spread: Spread,
  { passed, left }: { readonly passed: number; readonly left: number },
): string | null {
  switch (spread) {
    case "rows":
      return null;
    case "windows":
      return "spread = windows: turns come in runs of neighbouring rows, often of one instance; they are not independent";
    case "groups":
      return "spread = groups: turns come from few row groups of the files, not uniformly from all rows";
    case "turns":
      return `spread = turns: every turn of the split is as likely as any other, so that long runs give more of them; of the messages drawn ${passed} were no turn (a user's, a tool's, the first of a run, or past max_turn)`;
    case "every-turn":
      return `spread = every-turn: all turns of each drawn run, in their order${left > 0 ? `, but for ${left} of the last run, which count or --limit left out` : ""}; turns of a run are not independent${passed > 0 ? `; ${counted(passed, "drawn row")} had none` : ""}`;
    default:
      return spread satisfies never;
  }
}

// ---------------------------------------------------------------------------------------------

function mostDropped(drawn: Result): string {
  const reasons = Object.entries(drawn.dropped) as [DropReason, number][];
  const most = reasons.sort((a, b) => b[1] - a[1])[0];
  if (most === undefined) return "no filter took any";
  return `most were taken by ${most[0]} (${most[1]}: ${DROP_MEANINGS[most[0]]})`;
}
