/** What the parts of the model client share: its options, one open server, one asking. */
import type { LimitFunction } from "p-limit";
import type { Manner, Said } from "../../calls/manner.ts";
import type { Bucket } from "../../calls/pace.ts";
import type { CallRules } from "../../calls/rules.ts";
import type { Config } from "../../config.ts";
import type { ChatReply, ChatRequest, ItemRef, ModelRef, Outcome, Progress } from "../../work.ts";
import type { Ledger } from "../ledger.ts";
import { utf8Length } from "../utf8.ts";
import type { Budget } from "./budget.ts";
import type { Lane } from "./lane.ts";
import type { Provider } from "./provider.ts";

export type ChatOptions = {
  readonly config: Config;
  readonly ledger: Ledger;
  /** core/retry/rules.ts. */
  readonly rules: CallRules;
  /** The time of day, for the ledger and for dates that a server names. */
  readonly now: () => Date;
  /**
   * Milliseconds of a clock that nobody sets: waits, pauses and ceilings go by it, so that a clock set
   * back or forward neither hangs a stage nor gives items up. @default performance.now
   */
  readonly clock?: () => number;
  /** Uniform in [0, 1), for the jitter of waits. */
  readonly rng: () => number;
  readonly progress: Pick<Progress, "spent" | "note" | "out">;
  /** Aborted: nothing new is sent, waits end, calls in flight are waited for. */
  readonly signal: AbortSignal;
  /** --concurrency: at most so many calls in flight over all providers. */
  readonly concurrency?: number | undefined;
  /** Models that will be asked: their keys are looked for before anything is sent. */
  readonly models?: readonly ModelRef[];
  /** The key of chain.toml that names the judges. @default "[judge].models" */
  readonly judgesKey?: string | undefined;
  /** What the doctor found of a model here; null: nothing. */
  readonly doctored?: (model: ModelRef) => Said | null;
  /** Models that refused an item for its length in an earlier run. */
  readonly overLimit?: readonly ModelRef[];
  /** Answers the provider `offline`; its calls stand in the ledger like all others. */
  readonly offline?: (request: ChatRequest) => Outcome;
  /** Told of every reply before the ledger says that it came: what was paid for is kept first. */
  readonly keep?: (item: ItemRef, request: ChatRequest, reply: ChatReply) => void;
};

/** The same with the clock in place, as the parts see it. */
export type World = ChatOptions & { readonly clock: () => number };

/** One server of a provider: a provider with `base_urls` has several. */
export type OpenServer = {
  readonly provider: Provider;
  readonly places: LimitFunction;
  readonly max: number;
  /** Reached by plain http. */
  readonly isOwn: boolean;
  /** How each model is spoken to, with what its refusals taught. */
  readonly manners: Map<string, Manner>;
  /** The same before anything was taught, by what is known of the model and of the server. */
  readonly known: Map<string, Manner>;
  /** What the server itself says of its template; set before the first request with calls. */
  said: Said | null;
  /** The asking for it, once a run. */
  hearing: Promise<void> | null;
  /** Requests and tokens a minute, where the provider names them. */
  readonly buckets: Map<"requests" | "tokens", Bucket>;
};

export type Asking = {
  readonly ref: ModelRef;
  readonly request: ChatRequest;
  readonly item: ItemRef;
  readonly budget: Budget;
  readonly lane: Lane;
  readonly open: OpenServer;
};

/** UTF-8 bytes of what is sent; structure is counted as the JSON that it becomes. */
export function promptBytes({ messages, tools }: Pick<ChatRequest, "messages" | "tools">): number {
  const said = tools === undefined ? 0 : utf8Length(JSON.stringify(tools));
  return messages.reduce((sum, { content, tool_calls, thinking_blocks, reasoning }) => {
    const calls = tool_calls === undefined ? 0 : utf8Length(JSON.stringify(tool_calls));
    const thinking =
      thinking_blocks === undefined ? 0 : utf8Length(JSON.stringify(thinking_blocks));
    return sum + utf8Length(content) + calls + thinking + utf8Length(reasoning ?? "");
  }, said);
}

/** How a model is spoken to at a server: what its family bears, its refusals taught, chain.toml says. */
export function mannerAt(
  { rules, config, doctored = () => null }: World,
  { ref, open }: Asking,
): Manner {
  const before = open.manners.get(ref.model) ?? open.known.get(ref.model);
  if (before !== undefined) return asTold(before, open);
  const { calls } = open.provider.settings;
  const said = {
    ...(calls === undefined ? {} : { native: calls }),
    ...open.said,
    ...doctored(ref),
  };
  const known = rules.wire.mannerOf(ref.model, config.protocol.native, said);
  open.known.set(ref.model, known);
  return asTold(known, open);
}

/** Whether a server has to be asked what its template bears before this request goes there. */
export function wantsTemplate({ config }: World, { open, request }: Asking): boolean {
  return config.protocol.native === "auto" && open.isOwn && hasCalls(request);
}

/**
 * Asks a server of one's own (plain http: llama.cpp's has a word, others answer 404) what its template
 * bears, once a run.
 */
export async function hearTemplate({ rules }: World, { open }: Asking): Promise<void> {
  open.hearing ??= open.provider.props().then((props) => {
    open.said = rules.wire.saidOf(props);
    open.known.clear();
  });
  await open.hearing;
}

function hasCalls({ messages, tools }: ChatRequest): boolean {
  return tools !== undefined || messages.some(({ tool_calls }) => tool_calls !== undefined);
}

/** Keeps what was learned. False where chain.toml says otherwise, so that nothing changes. */
export function learned({ ref, open }: Asking, before: Manner, lesson: Manner): boolean {
  const after = asTold(lesson, open);
  const keys = Object.keys(after) as (keyof Manner)[];
  if (keys.every((key) => after[key] === before[key])) return false;
  open.manners.set(ref.model, lesson);
  return true;
}

function asTold(known: Manner, { provider }: OpenServer): Manner {
  const { system_role, stream } = provider.settings;
  if (system_role === "system" && stream === "auto") return known;
  const told = stream === true ? (known.stream === "bare" ? "bare" : "yes") : "untried";
  return {
    ...known,
    systemToUser: known.systemToUser || system_role === "user",
    stream: stream === "auto" ? known.stream : told,
  };
}

/** Name of an item over all its askings: its key without the number of the attempt. */
export function itemName({ key }: ItemRef): string {
  const end = key.indexOf("/", key.indexOf("/") + 1);
  return end < 0 ? key : key.slice(0, end);
}
