/** Who answers as a side of a duel: a model of a provider, or a checkpoint that is served for the while. */
import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../io/store.ts";
import type { King } from "../records/lineage.ts";
import type { Answering } from "./inner-workspace.ts";
import { freePort, isFree, serve, type Server } from "./serve.ts";
import { samplingModel, serverOf } from "./served-model.ts";

export type ServeOptions = {
  /** Who says what goes wrong: "reign". */
  readonly command: string;
  readonly python: () => string;
  readonly onCpu: boolean;
  /** Of a server that is there already and answers for the challenger. */
  readonly baseUrl?: string | undefined;
  readonly serverModel?: string | undefined;
  readonly port?: number | undefined;
  /** Of the server in an earlier run: taken again where it is free. */
  readonly portBefore: number | null;
  readonly signal?: AbortSignal | undefined;
};

/** Answers while `work` goes on; null: stopped before it could be asked. */
export async function whileAnswering<T>(
  config: Config,
  store: Store,
  { king, links }: { readonly king: King; readonly links: string },
  options: ServeOptions,
  work: (answering: Answering) => Promise<T>,
): Promise<T | null> {
  if (king.provider !== null) return work({ king, address: null, model: king.model });
  if (options.baseUrl !== undefined) {
    const address = withoutVersion(options.baseUrl);
    return work({ king, address, model: await modelAt(address, options) });
  }
  const model = await samplingModel(store, king.model, links);
  const server = await serveModel(config, model, options);
  if (server === null) return null;
  try {
    return await work({ king, address: server.address, model });
  } finally {
    await server.end();
  }
}

// ---------------------------------------------------------------------------------------------

async function serveModel(
  config: Config,
  model: string,
  { python, onCpu, port, portBefore, signal }: ServeOptions,
): Promise<Server | null> {
  const again = portBefore !== null && (await isFree(portBefore)) ? portBefore : await freePort();
  return serve({
    server: serverOf(config, model, python, onCpu),
    port: port ?? again,
    health: "/health",
    seconds: config.reign.server_seconds,
    signal,
  });
}

const withoutVersion = (url: string): string => url.replace(/\/+$/, "").replace(/\/v1$/, "");

/** The model that is named, or the only one there. @throws UserError */
async function modelAt(
  address: string,
  { command, serverModel: named }: Pick<ServeOptions, "command" | "serverModel">,
): Promise<string> {
  const there = await modelsAt(address, command);
  if (named !== undefined) {
    // A server need not list what it has.
    if (there.length === 0 || there.includes(named)) return named;
    throw new UserError(
      `${command}: the server at ${address} has no model ${named}; it has ${there.join(", ")}`,
      command === "reign"
        ? "name one of them with --server-model"
        : `let it serve the checkpoint under that name (vllm serve BASE --lora-modules ${named}=FOLDER)`,
    );
  }
  const [only, ...more] = there;
  if (only !== undefined && more.length === 0) return only;
  throw new UserError(
    `${command}: the server at ${address} ${only === undefined ? "lists no model" : `has ${there.join(", ")}`}`,
    "say which one is the checkpoint with --server-model",
  );
}

async function modelsAt(address: string, command: string): Promise<string[]> {
  let body: unknown;
  try {
    const response = await fetch(`${address}/v1/models`, { signal: AbortSignal.timeout(30_000) });
    body = response.ok ? await response.json() : {};
  } catch (error) {
    throw new UserError(
      `${command}: no server answers at ${address}`,
      "start it first, or leave --base-url out to have the checkpoint served",
      { cause: error },
    );
  }
  const data = (Object(body) as { data?: unknown }).data;
  return Array.isArray(data)
    ? (data as unknown[]).flatMap((one) => {
        const { id } = Object(one) as { id?: unknown };
        return typeof id === "string" ? [id] : [];
      })
    : [];
}
