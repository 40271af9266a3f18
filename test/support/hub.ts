/**
 * A Hub on the loopback: listing, resolve with a redirect to another host name, byte ranges and the
 * viewer's routes, with the faults that the real ones have. It listens on 127.0.0.1 alone.
 */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { serveViewer, type HubViewer } from "./hub-viewer.ts";

/** Bytes, or a path of a local file for what is too large for memory. */
export type HubContent = Uint8Array | string | { readonly local: string };

export type HubDataset = {
  /** By commit: path in the repository -> content. Changing it changes what is served. */
  readonly commits: Record<string, Record<string, HubContent>>;
  /** Branches and tags -> commit; "main" has to be there. */
  readonly refs: Record<string, string>;
  readonly cardData?: object;
  /** Who may read it; absent: everybody. */
  readonly token?: string;
  readonly gated?: boolean;
  /** Absent: the viewer is switched off for the set. */
  readonly viewer?: HubViewer;
};

export type HubRequest = {
  readonly method: string;
  /** Path and query, decoded. */
  readonly path: string;
  readonly host: string;
  readonly range: string | null;
  readonly token: string | null;
};

/** What goes wrong with a request; {} or null: nothing. */
export type HubFault = {
  /** Answered instead. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** The connection is cut after so many bytes of the body. */
  readonly cutAfter?: number;
  /** The body stops after so many bytes, and the connection stays open. */
  readonly stallAfter?: number;
  /** The whole file with 200, whatever range was asked. */
  readonly ignoreRange?: boolean;
};

export type HubOptions = {
  /** Milliseconds before every answer. */
  readonly delayMs?: number;
  readonly fault?: (request: HubRequest, seen: number) => HubFault | null;
  /** Entries of a listing's page; by default 2, so that the Link header is followed. */
  readonly treePage?: number;
  /** Viewer requests a second; more are answered 429 with Retry-After: 1. */
  readonly viewerPerSecond?: number;
  /** First look at every request: true when it has answered (uploads and the like). */
  readonly extra?: (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ) => boolean | Promise<boolean>;
};

export type Hub = {
  /** HF_ENDPOINT. */
  readonly url: string;
  readonly viewerUrl: string;
  /** Every request, in order. */
  readonly requests: HubRequest[];
  readonly datasets: Record<string, HubDataset>;
  close(): Promise<void>;
};

/** A Hub that goes away when the test ends. */
export async function testHub(
  datasets: Record<string, HubDataset>,
  options: HubOptions = {},
): Promise<Hub> {
  const hub = await startHub(datasets, options);
  onTestFinished(() => hub.close());
  return hub;
}

export async function startHub(
  datasets: Record<string, HubDataset>,
  options: HubOptions = {},
): Promise<Hub> {
  const requests: HubRequest[] = [];
  const viewerTimes: number[] = [];
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.keepAliveTimeout = 5000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`);
    if (options.extra !== undefined && (await options.extra(request, response, at))) return;
    const seen: HubRequest = {
      method: request.method ?? "GET",
      path: decodeURIComponent(at.pathname + at.search),
      host: at.host,
      range: request.headers.range ?? null,
      token: request.headers.authorization?.replace(/^Bearer /, "") ?? null,
    };
    const fault = options.fault?.(seen, requests.length) ?? {};
    requests.push(seen);
    if (options.delayMs !== undefined) await sleep(options.delayMs);
    if (fault.status !== undefined) {
      response.writeHead(fault.status, fault.headers).end(`fault ${fault.status}`);
      return;
    }
    if (at.pathname.startsWith("/viewer/")) {
      if (isLimited()) {
        response.writeHead(429, { "retry-after": "1" }).end('{"error":"rate limit"}');
        return;
      }
      serveViewer(datasets, at, seen.token, response);
      return;
    }
    const cdn = /^\/cdn\/([^/]+\/[^/]+)\/([^/]+)\/(.+)$/.exec(decodeURIComponent(at.pathname));
    if (cdn) {
      const content = datasets[cdn[1] ?? ""]?.commits[cdn[2] ?? ""]?.[cdn[3] ?? ""];
      if (content === undefined) response.writeHead(404).end();
      else sendContent(content, request, response, fault);
      return;
    }
    serveApi(at, seen, response);
  }

  function isLimited(): boolean {
    const now = Date.now();
    while ((viewerTimes[0] ?? now) < now - 1000) viewerTimes.shift();
    if (viewerTimes.length >= (options.viewerPerSecond ?? Infinity)) return true;
    viewerTimes.push(now);
    return false;
  }

  function serveApi(at: URL, seen: HubRequest, response: ServerResponse): void {
    const path = decodeURIComponent(at.pathname);
    const found =
      /^\/api\/datasets\/([^/]+\/[^/]+)\/(revision|tree|refs)\/?(.*)$/.exec(path) ??
      /^\/datasets\/([^/]+\/[^/]+)\/(resolve)\/(.+)$/.exec(path);
    const [, name = "", what = "", rest = ""] = found ?? [];
    const dataset = datasets[name];
    if (found === null || dataset === undefined) return refuse(response, 401, "RepoNotFound");
    if (dataset.gated === true && seen.token === null) return refuse(response, 403, "GatedRepo");
    if (dataset.token !== undefined && seen.token !== dataset.token)
      return refuse(response, 401, "RepoNotFound");
    if (what === "refs") {
      const branches = Object.entries(dataset.refs).map(([ref, sha]) => ({
        name: ref,
        targetCommit: sha,
      }));
      return sendJson(response, { branches, tags: [], converts: [] });
    }
    const [revision = "", ...inside] = rest.split("/");
    const commit =
      revision === "HEAD" ? dataset.refs["main"] : (dataset.refs[revision] ?? revision);
    const files = dataset.commits[commit ?? ""];
    if (commit === undefined || files === undefined)
      return refuse(response, 404, "RevisionNotFound");
    if (what === "revision") {
      return sendJson(response, {
        _id: "1",
        id: name,
        private: dataset.token !== undefined,
        downloads: 0,
        likes: 0,
        gated: dataset.gated ?? false,
        lastModified: "2026-01-01T00:00:00.000Z",
        sha: commit,
        cardData: dataset.cardData,
      });
    }
    if (what === "tree") return sendTree(response, at, files, options.treePage ?? 2);
    const file = inside.join("/");
    if (files[file] === undefined) return refuse(response, 404, "EntryNotFound");
    // Large files live elsewhere, under another host name, and their address is signed.
    response.writeHead(302, {
      location: `http://localhost:${port}/cdn/${name}/${commit}/${encodeURI(file)}?signature=1`,
      "x-repo-commit": commit,
    });
    response.end();
  }

  return {
    url,
    viewerUrl: `${url}/viewer`,
    requests,
    datasets,
    close: () => closeServer(server),
  };
}

// ---------------------------------------------------------------------------------------------

export function sendJson(response: ServerResponse, value: unknown, headers = {}): void {
  const body = JSON.stringify(value);
  response.writeHead(200, { "content-type": "application/json", ...headers });
  response.end(body);
}

export function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-error-code": code });
  response.end(JSON.stringify({ error: code }));
}

function sendTree(
  response: ServerResponse,
  at: URL,
  files: Record<string, HubContent>,
  entries: number,
): void {
  const paths = Object.keys(files).sort();
  const from = Number(at.searchParams.get("cursor") ?? 0);
  const page = paths.slice(from, from + entries);
  const next = new URL(at);
  next.searchParams.set("cursor", String(from + entries));
  sendJson(
    response,
    page.map((path) => ({ type: "file", path, oid: "0", size: sizeOf(files[path] ?? "") })),
    from + entries < paths.length ? { link: `<${next.href}>; rel="next"` } : {},
  );
}

function sizeOf(content: HubContent): number {
  if (typeof content === "string") return Buffer.byteLength(content);
  return content instanceof Uint8Array ? content.length : statSync(content.local).size;
}

function sendContent(
  content: HubContent,
  request: IncomingMessage,
  response: ServerResponse,
  fault: HubFault,
): void {
  const size = sizeOf(content);
  const asked =
    fault.ignoreRange === true ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = Number(asked?.[1] ?? 0);
  const end = Math.min(size, asked?.[2] ? Number(asked[2]) + 1 : size);
  if (start >= size && size > 0) {
    response.writeHead(416, { "content-range": `bytes */${size}` }).end();
    return;
  }
  response.writeHead(asked ? 206 : 200, {
    "accept-ranges": "bytes",
    "content-length": end - start,
    ...(asked ? { "content-range": `bytes ${start}-${end - 1}/${size}` } : {}),
  });
  const stop = fault.cutAfter ?? fault.stallAfter;
  if (typeof content === "object" && !(content instanceof Uint8Array) && stop === undefined) {
    if (end > start) createReadStream(content.local, { start, end: end - 1 }).pipe(response);
    else response.end();
    return;
  }
  const bytes =
    typeof content === "string"
      ? Buffer.from(content)
      : content instanceof Uint8Array
        ? content
        : readFileSync(content.local);
  const part = bytes.subarray(start, end);
  if (stop === undefined || stop >= part.length) {
    response.end(part);
    return;
  }
  response.write(part.subarray(0, stop), () => {
    if (fault.cutAfter !== undefined) response.destroy();
  });
}

function closeServer(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
