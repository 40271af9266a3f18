/**
 * The model client: one request in, one outcome out, with everything in between: places, rate
 * limits, retries, fallbacks, ledger and budget. Which fault is retried and for how long is decided
 * by the rules that are handed in; this folder sends, waits and writes down. Here: which model and
 * which server is asked. ask.ts asks one model until it answers, send.ts makes one call.
 */
import { setMaxListeners } from "node:events";
import pLimit from "p-limit";
import type {
  Chat,
  ChatFailure,
  ChatReply,
  ChatRequest,
  ItemRef,
  ModelRef,
  Outcome,
  Places,
} from "../../work.ts";
import { askModel } from "./ask.ts";
import { makeBudget } from "./budget.ts";
import { openLane, type Lane } from "./lane.ts";
import { makeLimits } from "./limits.ts";
import { askOffline } from "./offline.ts";
import type { ChatOptions, OpenServer, World } from "./options.ts";
import { joined } from "./outcome.ts";
import { checkProvider, openProvider } from "./provider.ts";
import { makeTwins } from "./twins.ts";

export type ModelClient = Chat & Places & { close(): Promise<void> };

/**
 * Opens the model client. @throws UserError for a provider that lacks its key or address, and for a
 * budget in USD over models without a price.
 */
export function makeChat(options: ChatOptions): ModelClient {
  const world: World = { ...options, clock: options.clock ?? (() => performance.now()) };
  const { config, rules, progress } = world;
  const budget = makeBudget(config.budget, world.ledger);
  const twins = makeTwins(
    (asked, answered) => rules.isSameModel(asked, answered),
    options.judgesKey,
  );
  const state = { empties: new Set<string>(), limits: makeLimits(rules) };
  const warned = new Set<string>();
  let freed = (): void => {};
  const servers = openServers(world, () => freed(), check);
  // Every waiting item listens: hundreds of listeners are no leak here.
  setMaxListeners(0, world.signal);
  for (const model of world.models ?? []) check(model);
  for (const model of world.overLimit ?? []) state.limits.matters(model);

  function check({ provider, model }: ModelRef): void {
    if (provider === "offline") return;
    const { settings } = checkProvider(config, provider);
    budget.checkPrice(provider, model, settings.price[model]);
  }

  /** The servers of a model in turn, the least loaded first, until one answers or refuses. */
  async function askServers(request: ChatRequest, ref: ModelRef, item: ItemRef): Promise<Outcome> {
    let left = servers.lanesOf(ref);
    let outcome: Outcome | null = null;
    for (let way = leastLoaded(left); way !== undefined; way = leastLoaded(left)) {
      const tried = way;
      outcome = await askModel(world, { ref, request, item, budget, ...tried }, state);
      if (outcome.ok || outcome.failure.kind !== "provider") return outcome;
      left = left.filter((one) => one !== tried);
    }
    if (outcome === null) throw new Error("chat: a provider has at least one server");
    return outcome;
  }

  /** Another model than was asked for is said once; a judge that is another judge's twin is refused. */
  function whoAnswered(ref: ModelRef, item: ItemRef, reply: ChatReply): ChatFailure | null {
    const { answered_by } = reply;
    const said = answered_by ?? ref.model;
    if (answered_by !== undefined && !rules.isSameModel(ref.model, answered_by)) {
      const name = `${ref.provider} ${ref.model} ${answered_by}`;
      if (!warned.has(name)) {
        progress.note(`${ref.model} at ${ref.provider}: the replies name another model, ${said}`);
      }
      warned.add(name);
    }
    return item.role === "judge" ? twins.judged(ref, said) : null;
  }

  async function askOne(request: ChatRequest, ref: ModelRef, item: ItemRef): Promise<Outcome> {
    if (ref.provider === "offline") return askOffline(world, request, ref, item);
    const refused = item.role === "judge" ? twins.refused(ref) : null;
    if (refused !== null) return { ok: false, failure: refused };
    const outcome = await askServers(request, ref, item);
    const twin = outcome.ok ? whoAnswered(ref, item, outcome.reply) : null;
    return twin === null ? outcome : { ok: false, failure: twin };
  }

  const chat: Chat = async (request, item) => {
    const failures: ChatFailure[] = [];
    for (const ref of [request, ...(request.fallback ?? [])]) {
      const outcome = await askOne(request, { provider: ref.provider, model: ref.model }, item);
      if (outcome.ok) return outcome;
      failures.push(outcome.failure);
      const { kind } = outcome.failure;
      if (kind === "budget" || kind === "interrupted") break;
    }
    return { ok: false, failure: joined(failures) };
  };
  return Object.assign(chat, {
    hasFree: (ref: ModelRef) => servers.hasFree(ref),
    onFree(listener: () => void) {
      freed = listener;
    },
    close: () => servers.close(),
  });
}

// ---------------------------------------------------------------------------------------------

type Way = { readonly lane: Lane; readonly open: OpenServer };

/** The one with most room; a closed one only when all are. */
function leastLoaded(ways: readonly Way[]): Way | undefined {
  if (ways.length < 2) return ways[0];
  const openWays = ways.filter(({ lane }) => lane.closed() === null);
  return (openWays.length > 0 ? openWays : ways).toSorted(
    (a, b) => a.lane.load() / a.open.max - b.lane.load() / b.open.max,
  )[0];
}

/** The servers of all providers, opened when they are first asked, and a lane for each model there. */
function openServers(
  world: World,
  onFree: () => void,
  check: (ref: ModelRef) => void,
): {
  lanesOf(ref: ModelRef): Way[];
  hasFree(ref: ModelRef): boolean;
  close(): Promise<void>;
} {
  const { config, rules, clock, signal, now, concurrency } = world;
  const servers = new Map<string, OpenServer[]>();
  const lanes = new Map<string, Way[]>();
  const everyone = concurrency === undefined ? null : pLimit({ concurrency });

  function serversOf(name: string): OpenServer[] {
    const known = servers.get(name);
    if (known !== undefined) return known;
    const most = config.provider[name]?.max_concurrency ?? 1;
    const max = Math.min(most, concurrency ?? most);
    const opened = checkProvider(config, name).baseUrls.map((baseUrl): OpenServer => ({
      provider: openProvider(config, name, baseUrl, max, now),
      places: pLimit({ concurrency: max }),
      max,
      isOwn: baseUrl.startsWith("http:"),
      manners: new Map(),
      known: new Map(),
      said: null,
      hearing: null,
      buckets: new Map(),
    }));
    servers.set(name, opened);
    return opened;
  }

  function lanesOf(ref: ModelRef): Way[] {
    const name = `${ref.provider} ${ref.model}`;
    const known = lanes.get(name);
    if (known !== undefined) return [...known];
    check(ref);
    const opened = serversOf(ref.provider).map((open): Way => {
      const shared = everyone === null ? [open.places] : [open.places, everyone];
      const { provider, max } = open;
      const options = { ref, provider, maxInFlight: max, rules, clock, signal, onFree, shared };
      return { open, lane: openLane(options) };
    });
    lanes.set(name, opened);
    return [...opened];
  }

  return {
    lanesOf,
    hasFree: (ref) =>
      lanes.get(`${ref.provider} ${ref.model}`)?.some(({ lane }) => lane.hasFree()) ?? true,
    async close() {
      await Promise.all([...servers.values()].flat().map(({ provider }) => provider.close()));
    },
  };
}
