/** Listens: on this machine alone unless told otherwise, on the next free port when one is taken. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { setTimeout } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { UserError, errorCode } from "../errors.ts";
import { lockHolder } from "../io/lock.ts";
import { LINEAGE } from "../records/lineage.ts";
import { readAssets } from "./assets.ts";
import { openCatalog, type Catalog } from "./catalog.ts";
import { MAX_BODY_BYTES } from "./guard.ts";
import { servedLinks, type Links } from "./links.ts";
import { openReviews } from "./reviews.ts";
import { makeRunsRoutes } from "./routes-runs.ts";
import { makeRoutes } from "./routes.ts";
import { openRunFacts } from "./run-facts.ts";
import type { ViewerDeps } from "./site.ts";
import { makeTraffic, type Traffic } from "./traffic.ts";
import type { Workspace } from "./workspaces.ts";

export type ViewerOptions = {
  /** At least one; the first alone is shown without a list of runs. */
  readonly workspaces: readonly Workspace[];
  /** "127.0.0.1" unless the person asks for more. */
  readonly host: string;
  /** First port to try; 0: any. */
  readonly port: number;
  readonly now: () => Date;
};

export type Viewer = {
  /** With the key in it when one is needed. */
  readonly url: string;
  readonly port: number;
  /** Ports that were taken. */
  readonly taken: readonly number[];
  /** Turns that were read when it began to answer, and those that are read meanwhile. */
  readonly turns: number;
  readonly unread: number;
  /** Ends when all that was there at the start is read. */
  readonly whole: Promise<void>;
  close(): Promise<void>;
};

/** @throws UserError when no port is free, or the host is none of this machine's. */
export async function startViewer({ workspaces, host, port, now }: ViewerOptions): Promise<Viewer> {
  const isLocal = LOCAL.has(host);
  const accessKey = isLocal ? null : randomBytes(16).toString("hex");
  let hosts: ReadonlySet<string> | null = new Set();
  const shared: Shared = {
    token: randomBytes(16).toString("hex"),
    accessKey,
    hosts: () => hosts,
    assets: readAssets(),
    now,
  };
  const traffic = makeTraffic();
  const runs = workspaces.map((workspace) => openRun(workspace, traffic));
  const whole = runs.map(({ catalog }) => catalog.refresh(true));
  await Promise.all(runs.map(({ catalog }, at) => firstLook(catalog, whole[at])));
  const app = runs.length === 1 ? oneRun(runs, shared) : manyRuns(runs, shared);
  const answer = getRequestListener(app.fetch);
  const server = createServer((request, response) => {
    // Said before a byte is read, and the line is closed: what was announced is not waited for.
    if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) {
      response.writeHead(413, { "content-type": "text/plain", connection: "close" });
      response.end(`a request may hold ${MAX_BODY_BYTES} bytes at most`, () => request.destroy());
      return;
    }
    // The stream of news is never answered to its end.
    if (request.url?.endsWith("/events") !== true) response.once("close", traffic.begin());
    void answer(request, response);
  });
  server.headersTimeout = SLOW_MS;
  server.requestTimeout = 2 * SLOW_MS;
  server.maxConnections = MAX_CONNECTIONS;
  const taken: number[] = [];
  const open = await listen(server, host, port, taken);
  hosts = isLocal
    ? new Set(["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${open}`))
    : null;
  const shownHost = host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${open}/${accessKey === null ? "" : `?key=${accessKey}`}`,
    port: open,
    taken,
    turns: runs.reduce((sum, { catalog }) => sum + catalog.entries().length, 0),
    whole: Promise.all(whole).then(() => undefined),
    unread: runs.reduce((sum, { catalog }) => sum + catalog.unread(), 0),
    close: () =>
      new Promise((resolve) => {
        for (const { watch, catalog } of runs) {
          watch.end();
          catalog.close();
        }
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// ---------------------------------------------------------------------------------------------

const LOCAL: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);
/** A browser sends its headers at once. */
const SLOW_MS = 15_000;
/** Six a browser and one for its news; more is no reader. */
const MAX_CONNECTIONS = 256;
const PORTS_TRIED = 20;
/** A workspace of so many turns is read before the viewer answers; a larger one while it does. */
const READ_FIRST = 1000;
const FIRST_LOOK_MS = 1200;
/** A page is shown without the costs of a ledger that takes longer to add up. */
const PATIENCE_MS = 200;
const LOOK_MS = 700;
/** So many times as long as a look took is it before the next. */
const REST = 4;
/** Every so many looks also at files that were edited in place. */
const THOROUGH_EVERY = 10;

type Shared = Pick<ViewerDeps, "token" | "accessKey" | "hosts" | "assets"> & {
  readonly now: () => Date;
};

type Run = Workspace & {
  readonly catalog: Catalog;
  readonly watch: ReturnType<typeof watchWorkspace>;
  readonly facts: ViewerDeps["facts"];
};

function openRun(workspace: Workspace, traffic: Traffic): Run {
  const { config, store } = workspace;
  const catalog = openCatalog(store, { bucket: config.bucket, mode: config.duel.mode }, traffic);
  const watch = watchWorkspace(config.root, catalog);
  const facts = openRunFacts(workspace, PATIENCE_MS);
  // Begun before anybody asks; a fault is told to whoever does.
  facts().catch(() => null);
  return { ...workspace, catalog, watch, facts };
}

function routesOf(run: Run, { now, ...shared }: Shared, links: Links): Hono {
  const { config, store, catalog, watch, facts } = run;
  return makeRoutes({
    ...shared,
    catalog,
    store,
    reviews: openReviews(store, config.duel.mode, now),
    mode: config.duel.mode,
    cluster_by: config.duel.cluster_by,
    audit: config.audit,
    rules: config.bucket,
    facts,
    links,
    typing: { root: run.typed, by: run.by },
    hasReign: () => existsSync(store.path(LINEAGE)),
    running: watch.running,
    subscribe: watch.subscribe,
  });
}

function oneRun([run]: readonly Run[], shared: Shared): Hono {
  if (run === undefined) throw new UserError("view: no workspace", "name one with --root");
  return routesOf(run, shared, servedLinks());
}

function manyRuns(runs: readonly Run[], shared: Shared): Hono {
  return makeRunsRoutes(
    runs.map((run) => {
      const links = servedLinks(`/run/${encodeURIComponent(run.name)}`, "/");
      return { ...run, links, app: routesOf(run, shared, links) };
    }),
    shared,
  );
}

/** Ends when all is read, or for a large workspace when that takes longer than a person waits. */
async function firstLook(catalog: Catalog, look: Promise<boolean> | undefined): Promise<void> {
  const begun = performance.now();
  let isOver = false;
  const reading = look?.finally(() => {
    isOver = true;
  });
  while (!isOver && (catalog.unread() < READ_FIRST || performance.now() - begun < FIRST_LOOK_MS))
    await Promise.race([reading, setTimeout(20, null, { ref: false })]);
  // A fault of the disk is the viewer's: it must not go unheard.
  if (isOver) await reading;
}

async function listen(
  server: Server,
  host: string,
  first: number,
  taken: number[],
): Promise<number> {
  for (let port = first; port < first + PORTS_TRIED; port++) {
    try {
      return await tryListen(server, host, port);
    } catch (error) {
      const code = errorCode(error);
      if (code === "EADDRINUSE" && first !== 0) {
        taken.push(port);
        continue;
      }
      if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EACCES") {
        throw new UserError(
          `view: cannot listen on ${host} port ${port} (${code})`,
          "give an address of this machine with --host, and a port above 1023 with --port",
          { cause: error },
        );
      }
      throw error;
    }
  }
  throw new UserError(
    `view: the ports ${first} to ${first + PORTS_TRIED - 1} are all taken`,
    "name another with --port",
  );
}

function tryListen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    // One server tries many ports: neither listener may stay behind a try.
    const refused = (error: Error): void => {
      server.removeListener("listening", heard);
      reject(error);
    };
    const heard = (): void => {
      server.removeListener("error", refused);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    };
    server.once("error", refused);
    server.once("listening", heard);
    server.listen(port, host);
  });
}

/** Looks at the workspace while somebody has a page open, and says when something changed. */
function watchWorkspace(
  root: string,
  catalog: Pick<Catalog, "refresh" | "version">,
): {
  running: () => string | null;
  subscribe: (changed: () => void) => () => void;
  end: () => void;
} {
  const listeners = new Set<() => void>();
  let running = lockHolder(root);
  let looks = 0;
  let told = catalog.version();
  let isLooking = false;
  const look = async (): Promise<void> => {
    const before = running;
    running = lockHolder(root);
    await catalog.refresh(++looks % THOROUGH_EVERY === 0);
    // Also what pages changed themselves between two looks: the other pages are to hear of it.
    const isNews = catalog.version() !== told || running !== before;
    told = catalog.version();
    if (isNews) for (const listener of listeners) listener();
  };
  let restUntil = 0;
  const timer = setInterval(() => {
    const begun = performance.now();
    if (listeners.size === 0 || isLooking || begun < restUntil) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
      // A look over very many turns takes its time: most of it is left to the pages, and to the stage that writes.
      restUntil = performance.now() + REST * (performance.now() - begun);
    });
  }, LOOK_MS);
  return {
    running: () => {
      running = lockHolder(root);
      return running;
    },
    subscribe(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
    end: () => clearInterval(timer),
  };
}
