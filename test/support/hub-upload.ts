/**
 * The side of the Hub that takes data sets, on the loopback: repositories, the question which files
 * are large, the store of large files, commits. It listens on 127.0.0.1 alone.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type UploadRepo = {
  private: boolean;
  /** Path -> content, as the last commit left it. */
  readonly files: Record<string, string>;
  commits: number;
};

export type UploadHub = {
  readonly url: string;
  readonly repos: Record<string, UploadRepo>;
  /** "POST /api/repos/create" ... in order. */
  readonly requests: string[];
};

export type UploadFault = {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Record<string, string>;
};

type Json = Record<string, unknown>;

export type UploadOptions = {
  readonly token: string;
  readonly repos?: Record<string, UploadRepo>;
  /** Files of so many bytes and more go to the store. @default 1000 */
  readonly largeFrom?: number;
  /** Answers instead of the Hub. */
  readonly fault?: (request: string, seen: readonly string[]) => UploadFault | null;
};

/** A Hub that goes away when the test ends. */
export async function uploadHub(options: UploadOptions): Promise<UploadHub> {
  const hub = await startUploadHub(options);
  onTestFinished(() => hub.close());
  return hub;
}

export async function startUploadHub(
  options: UploadOptions,
): Promise<UploadHub & { close(): void }> {
  const repos = options.repos ?? {};
  const store = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? "/", url).pathname);
    const name = `${request.method ?? ""} ${path}`;
    const body = await bytesOf(request);
    const fault = options.fault?.(name, requests) ?? null;
    requests.push(name);
    const send = (status: number, value: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, {
        "content-type": "application/json",
        "x-request-id": `req-${requests.length}`,
        ...headers,
      });
      response.end(JSON.stringify(value));
    };
    if (fault !== null) return send(fault.status, fault.body ?? { error: "fault" }, fault.headers);
    const isStore = path.startsWith("/store/");
    if (!isStore && request.headers.authorization !== `Bearer ${options.token}`) {
      return send(401, { error: "Invalid credentials in Authorization header" });
    }
    if (isStore) {
      const oid = path.slice("/store/".length);
      if (createHash("sha256").update(body).digest("hex") !== oid)
        return send(400, { error: "sha" });
      store.set(oid, body);
      return send(200, {});
    }
    if (name === "POST /api/repos/create") {
      const asked = JSON.parse(body.toString()) as Json;
      const repo = `${String(asked["organization"])}/${String(asked["name"])}`;
      if (repos[repo] !== undefined)
        return send(409, { error: "You already created this dataset" });
      repos[repo] = { private: asked["visibility"] === "private", files: {}, commits: 0 };
      return send(200, { url: `${url}/datasets/${repo}`, id: repo });
    }
    const found = /^\/(?:api\/)?(?:(?:datasets|models)\/)?([^/]+\/[^/.]+)(.*)$/.exec(path);
    const repo = repos[found?.[1] ?? ""];
    if (found === null || repo === undefined) return send(404, { error: "Repository not found" });
    const rest = found[2] ?? "";
    if (rest === "" || rest.startsWith("/revision")) {
      return send(200, {
        _id: "1",
        id: found[1],
        private: repo.private,
        downloads: 0,
        likes: 0,
        gated: false,
        lastModified: "2026-01-01T00:00:00.000Z",
      });
    }
    if (rest.startsWith("/tree/")) {
      return send(
        200,
        Object.keys(repo.files).map((file) => ({ type: "file", path: file, size: 1, oid: "1" })),
      );
    }
    if (rest.startsWith("/resolve/main/")) {
      const content = repo.files[rest.slice("/resolve/main/".length)];
      if (content === undefined) return send(404, { error: "Entry not found" });
      return void response.end(content);
    }
    if (rest.startsWith("/preupload/")) {
      const { files } = JSON.parse(body.toString()) as { files: { path: string; size: number }[] };
      const modeOf = (size: number): string =>
        size >= (options.largeFrom ?? 1000) ? "lfs" : "regular";
      return send(200, {
        files: files.map((file) => ({ path: file.path, uploadMode: modeOf(file.size) })),
      });
    }
    if (rest === ".git/info/lfs/objects/batch") {
      const { objects } = JSON.parse(body.toString()) as {
        objects: { oid: string; size: number }[];
      };
      return send(200, {
        transfer: "basic",
        objects: objects.map(({ oid, size }) => ({
          oid,
          size,
          ...(store.has(oid) ? {} : { actions: { upload: { href: `${url}/store/${oid}` } } }),
        })),
      });
    }
    if (rest.startsWith("/commit/")) {
      for (const line of body.toString().split("\n")) {
        const { key, value } = JSON.parse(line) as { key: string; value: Json };
        const file = String(value["path"]);
        if (key === "file") {
          repo.files[file] = Buffer.from(String(value["content"]), "base64").toString();
        }
        if (key === "deletedFile") {
          if (repo.files[file] === undefined) return send(400, { error: `no file ${file}` });
          delete repo.files[file];
        }
        if (key === "lfsFile") repo.files[file] = store.get(String(value["oid"]))?.toString() ?? "";
      }
      repo.commits++;
      return send(200, {
        commitOid: `c${repo.commits}`,
        commitUrl: `${url}/commit/c${repo.commits}`,
        hookOutput: "",
      });
    }
    send(404, { error: `no route ${name}` });
  }

  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url, repos, requests, close };
}

// ---------------------------------------------------------------------------------------------

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
