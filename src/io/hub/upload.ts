/**
 * Uploading a data set or a model to the Hub: the repository, then all files in one commit. Large files go up
 * first and are kept by the Hub, so that a run after a failure sends just what is missing.
 */
import {
  commit,
  createRepo,
  datasetInfo,
  HubApiError,
  listFiles,
  modelInfo,
} from "@huggingface/hub";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { UserError, errorCode, errorMessage } from "../../errors.ts";
import { STATS_FILE } from "../dataset/folder.ts";

export type Upload = {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly token: string;
  /** "owner/name". */
  readonly repo: string;
  readonly isPublic: boolean;
  readonly title: string;
  /** Name in the repository, absolute path on the disk. */
  readonly files: readonly { readonly name: string; readonly path: string }[];
  /** Names of files in the repository to delete in the same commit. */
  readonly remove: readonly string[];
  /** For tests. @default setTimeout */
  readonly wait?: (ms: number) => Promise<unknown>;
};

export type Uploaded = {
  /** The commit's address. */
  readonly url: string;
  readonly oid: string;
  readonly isNew: boolean;
};

/**
 * Creates the repository where it is missing and commits the files.
 * @throws UserError for what the Hub refuses, with its words and the request's id, and when the
 *   repository is public and nobody asked for that.
 */
export const uploadDataset = (upload: Upload): Promise<Uploaded> => uploadTo("dataset", upload);

/** The same for a model's repository. */
export const uploadModel = (upload: Upload): Promise<Uploaded> => uploadTo("model", upload);

/** What a repository holds now. */
export type RepoContent = {
  readonly names: readonly string[];
  /** Its dataset_stats.json; null: it has none. */
  readonly stats: string | null;
};

/**
 * Looks what the repository holds; nothing where there is none, or none that the token may see.
 * @throws UserError as for an upload.
 */
export async function repoContent(
  upload: Pick<Upload, "endpoint" | "token" | "repo" | "wait">,
): Promise<RepoContent> {
  const fetch = persistentFetch(upload.wait ?? sleep);
  const repo = { type: "dataset" as const, name: upload.repo };
  const names: string[] = [];
  try {
    const { endpoint: hubUrl, token: accessToken } = upload;
    for await (const file of listFiles({ hubUrl, accessToken, repo, recursive: true, fetch })) {
      if (file.type === "file") names.push(file.path);
    }
    if (!names.includes(STATS_FILE)) return { names, stats: null };
    const response = await fetch(`${hubUrl}/datasets/${upload.repo}/resolve/main/${STATS_FILE}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    // A list of files that cannot be read names none to delete.
    return { names, stats: response.ok ? await response.text() : null };
  } catch (error) {
    const isNone = error instanceof HubApiError && error.statusCode === 404;
    if (isNone) return { names: [], stats: null };
    throw refusal(error, upload);
  }
}

// ---------------------------------------------------------------------------------------------

async function uploadTo(kind: Kind, upload: Upload): Promise<Uploaded> {
  const at = {
    hubUrl: upload.endpoint,
    fetch: persistentFetch(upload.wait ?? sleep),
    accessToken: upload.token,
  };
  const repo = { type: kind, name: upload.repo };
  try {
    const isNew = await ensureRepo(upload, { ...at, repo });
    const done = await commit({
      ...at,
      repo,
      title: upload.title,
      useXet: false,
      operations: [
        ...upload.files.map(({ name, path }) => ({
          operation: "addOrUpdate" as const,
          path: name,
          content: pathToFileURL(path),
        })),
        ...upload.remove.map((path) => ({ operation: "delete" as const, path })),
      ],
    });
    if (done === undefined) throw new Error("the Hub's library made no commit");
    return { url: done.commit.url, oid: done.commit.oid, isNew };
  } catch (error) {
    throw refusal(error, upload);
  }
}

type Kind = "dataset" | "model";

type RepoCall = {
  readonly hubUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly accessToken: string;
  readonly repo: { readonly type: Kind; readonly name: string };
};

/** True when it was made now. */
async function ensureRepo(upload: Upload, call: RepoCall): Promise<boolean> {
  try {
    await createRepo({ ...call, private: !upload.isPublic });
    return true;
  } catch (error) {
    if (!(error instanceof HubApiError) || error.statusCode !== 409) throw error;
  }
  const { hubUrl, fetch, accessToken } = call;
  const at = { hubUrl, fetch, accessToken, name: upload.repo };
  const info = call.repo.type === "model" ? await modelInfo(at) : await datasetInfo(at);
  if (!info.private && !upload.isPublic) {
    throw new UserError(
      `publish: ${upload.repo} is there already and is public; nothing was sent`,
      "add --public if everybody may read the set, or name another --repo",
    );
  }
  return false;
}

const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504]);
const TRIES = 5;
const MAX_WAIT_MS = 60_000;

/** fetch that goes on after passing faults. Bodies are texts or blobs, which can be sent again. */
function persistentFetch(wait: (ms: number) => Promise<unknown>): typeof globalThis.fetch {
  return async (input, init) => {
    const isCommit = (input instanceof Request ? input.url : String(input)).includes("/commit/");
    for (let tried = 1; ; tried++) {
      const outcome = await fetch(input, init).catch((error: unknown) => ({ error }));
      const isLast = tried === TRIES;
      if ("error" in outcome) {
        if (isLast || isCommit) throw outcome.error;
        await wait(backoff(tried));
        continue;
      }
      // A commit that timed out may have been made: asked again it would be made twice.
      const isPassing = isCommit ? outcome.status === 429 : RETRIED.has(outcome.status);
      if (isLast || !isPassing) return outcome;
      const after = Number(outcome.headers.get("retry-after") ?? NaN);
      await outcome.body?.cancel();
      await wait(Number.isFinite(after) ? Math.min(MAX_WAIT_MS, after * 1000) : backoff(tried));
    }
  };
}

const backoff = (tried: number): number => Math.min(MAX_WAIT_MS, 500 * 2 ** tried);

function refusal(error: unknown, upload: Pick<Upload, "repo" | "endpoint">): unknown {
  if (error instanceof UserError) return error;
  if (error instanceof HubApiError) {
    const said = error.message.replace(/\. URL: .*$/s, "").replaceAll("\n", " ");
    const id = error.requestId === undefined ? "no request id" : `request id ${error.requestId}`;
    return new UserError(
      `publish: the Hub refused ${upload.repo}: ${said} (HTTP ${error.statusCode}, ${id})`,
      HINTS[error.statusCode] ??
        "run it again: files that are up already are not sent twice; if it stays, quote the request id",
      { cause: error },
    );
  }
  const cause = error instanceof Error ? error.cause : undefined;
  const code = errorCode(cause) || errorCode(error);
  if (error instanceof TypeError && (code !== "" || error.message === "fetch failed")) {
    return new UserError(
      `publish: the Hub cannot be reached at ${upload.endpoint} (${code || errorMessage(cause ?? error)})`,
      "check the network, or HF_ENDPOINT, and run it again: files that are up already are not sent twice",
      { cause: error },
    );
  }
  return error;
}

const HINTS: Readonly<Record<number, string>> = {
  401: "set HF_TOKEN (or HUGGINGFACE_API_KEY) in .env to a token that is valid and may write",
  403: "the token needs write access to that owner's data sets; check --repo and the token's scopes",
  404: "check the owner in --repo: you can write to your own name and to organisations you belong to",
};
