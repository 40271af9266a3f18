/**
 * Request files of the engine `ray`, carried out by engines/ray_batch.py: a process of its own, which asks
 * over a Ray cluster and writes engine/<stage>/ray-<n>.jsonl. Once every line is there it becomes results-<n>.jsonl;
 * before that nobody reads it, so that what is still to come is not asked again.
 */
import { spawn } from "node:child_process";
import { rename } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { Config } from "../../config.ts";
import { UserError } from "../../errors.ts";
import type { Stage } from "../../work.ts";
import { APIS } from "../chat/api.ts";
import { checkProvider } from "../chat/provider.ts";
import { addressSecrets, redactor } from "../chat/redact.ts";
import { onDisk } from "../disk-faults.ts";
import type { Store } from "../store.ts";
import { folderOf, numbersIn, readMap, requestsPath, type MapHead } from "./maps.ts";

export type RayOptions = {
  readonly config: Config;
  readonly store: Store;
  readonly stage: Stage;
  /** engines/ray_batch.py. */
  readonly program: string;
  /** Told of its words and of how far it is. */
  readonly note: (line: string) => void;
};

/** "later": the cluster went away, or gave no worker; what came is kept, and the next job goes on. */
export type RayEnd = "nothing" | "done" | "later" | "stopped";

/**
 * Runs a job for each of the stage's request files that has none of its results yet.
 * @throws UserError where Python, Ray or the provider's address is not there
 */
export async function runRayJobs(options: RayOptions): Promise<RayEnd> {
  const { store, stage } = options;
  let end: RayEnd = "nothing";
  for (const n of await numbersIn(store, stage)) {
    const isDone = await store.has(resultsPath(stage, n));
    const map = isDone ? null : await readMap(store, stage, n);
    if (map?.head.engine !== "ray" || !(await store.has(requestsPath(stage, n)))) continue;
    const code = await runJob(options, n, map.head);
    if (code === 130 || code === 143) return "stopped";
    if (code !== 0) return "later";
    const from = store.path(partPath(stage, n));
    await onDisk(from, "write", () => rename(from, store.path(resultsPath(stage, n))));
    end = "done";
  }
  return end;
}

// ---------------------------------------------------------------------------------------------

const partPath = (stage: Stage, n: number): string => `${folderOf(stage)}/ray-${n}.jsonl`;
const resultsPath = (stage: Stage, n: number): string => `${folderOf(stage)}/results-${n}.jsonl`;

/** Its exit code. Ctrl-C reaches it by the terminal; when this process dies, it hears that its stdin ended. */
async function runJob(options: RayOptions, n: number, head: MapHead): Promise<number> {
  const { config, store, stage, program, note } = options;
  const { args, headers, secrets } = argumentsOf(config, head);
  const paths = [store.path(requestsPath(stage, n)), store.path(partPath(stage, n))];
  const { python } = config.engine;
  const child = spawn(python, [program, ...paths, ...args, "--with-parent"], {
    env: { ...process.env, RAY_BATCH_HEADERS: JSON.stringify(headers) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const redact = redactor(secrets);
  let lacks = false;
  createInterface({ input: child.stderr }).on("line", (line) => {
    lacks ||= /ModuleNotFoundError: No module named '(?:ray|aiohttp)'/.test(line);
    note(redact(line));
  });
  createInterface({ input: child.stdout }).on("line", (line) => note(`ray: ${redact(line)}`));
  child.stdin.on("error", () => {});
  const code = await ended(child);
  const missing = lacks || code === MISSING_PACKAGE;
  if (code === 127 || missing) throw noRay(python, missing);
  if (code === 1) {
    throw new UserError(
      `${stage}: the Ray job of ${requestsPath(stage, n)} did not start`,
      "its words are above; `[engine]` in chain.toml has its settings",
    );
  }
  return code;
}

/** Its exit code where Python has no Ray; a worker of a cluster may lack aiohttp all the same. */
const MISSING_PACKAGE = 3;

function ended(child: ReturnType<typeof spawn>): Promise<number> {
  const wait = (): void => {};
  const pass = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", wait).on("SIGTERM", pass);
  return new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "EACCES") resolve(127);
      else reject(error);
    });
    // Whatever else ended it, a cluster that went away may have: the next job goes on.
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGTERM" ? 143 : 2)));
  }).finally(() => {
    process.off("SIGINT", wait).off("SIGTERM", pass);
  });
}

function argumentsOf(
  config: Config,
  { provider, model }: MapHead,
): {
  readonly args: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
} {
  const { mode, address, actors } = config.engine;
  const most = config.provider[provider]?.max_concurrency ?? 1;
  const where = address === undefined ? [] : ["--address", address];
  const each = ["--actors", String(actors), "--in-flight", String(Math.ceil(most / actors))];
  if (mode === "vllm") {
    const args = ["--mode", "vllm", "--model", model, ...where, ...each];
    return { args, headers: {}, secrets: [] };
  }
  const { settings, baseUrls, key, headers, secrets } = checkProvider(config, provider);
  const own = key === null ? {} : { authorization: `Bearer ${key}` };
  const api = Object.entries(APIS[settings.api].headers(key));
  const said = api.filter((one): one is [string, string] => one[1] !== null);
  const isKeyed = api.some(([name, value]) => name === "Authorization" && value === null);
  const bases = baseUrls.flatMap((url) => ["--base-url", url]);
  const more = ["--tries", String(settings.tries), "--timeout", String(settings.timeout_s)];
  return {
    args: [...bases, ...more, ...where, ...each],
    headers: { ...(isKeyed ? {} : own), ...Object.fromEntries(said), ...headers },
    secrets: [...secrets, ...baseUrls.flatMap(addressSecrets)],
  };
}

function noRay(python: string, missing: boolean): UserError {
  const what = missing ? "has no Ray, or no aiohttp" : "is not there";
  return new UserError(
    `[engine] python = "${python}" ${what}`,
    "make an environment (`python3 -m venv ray-env && ray-env/bin/pip install ray aiohttp`) and name its Python in chain.toml: [engine] python",
  );
}
