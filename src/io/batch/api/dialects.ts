/**
 * The batch APIs that are spoken, as a table. OpenAI's and Anthropic's by the types of their own clients
 * (npm openai 7.59.0, @anthropic-ai/sdk 1.14.0); of the others the providers' public documents were read,
 * 2026-11. None of them was tried with a key.
 */
import type { ProviderConfig } from "../../../config-schema/schema.ts";
import { UserError } from "../../../errors.ts";
import { MOST_BYTES, MOST_LINES } from "../carrier.ts";
import { MARK } from "./job.ts";

export type Dialect = {
  /** In one batch. */
  readonly lines: number;
  readonly bytes: number;
  /** Where the request file goes first; null: its lines are in the body of the POST. */
  readonly upload: null | {
    readonly path: string;
    readonly fields: Readonly<Record<string, string>>;
  };
  /** Where batches are made, listed and found. */
  readonly batches: string;
  /** Fields of the POST; lines in its body come after them. */
  fields(post: Post): Record<string, unknown>;
  /** What a line's body is called there, in the body of a POST. */
  readonly body?: "body" | "params";
  /** Where an output is read. */
  content(batch: string, output: string): string;
  /** Of the list, newest first. `last`: id of the last batch that was seen. */
  page(number: number, last: string | null): string;
  /** Whether a batch carries a mark or names its file; else time and size have to do. */
  readonly isMarked: boolean;
};

export type Post = {
  readonly input: string;
  readonly endpoint: string;
  readonly model: string;
  readonly mark: string;
};

const fileContent = (_batch: string, output: string): string => `/files/${output}/content`;
const after = (_number: number, last: string | null): string =>
  `limit=100${last === null ? "" : `&after=${encodeURIComponent(last)}`}`;

const OPENAI: Dialect = {
  lines: MOST_LINES,
  bytes: MOST_BYTES,
  upload: { path: "/files", fields: { purpose: "batch" } },
  batches: "/batches",
  fields: ({ input, endpoint, mark }) => ({
    input_file_id: input,
    endpoint,
    completion_window: "24h",
    metadata: { [MARK]: mark },
  }),
  content: fileContent,
  page: after,
  isMarked: true,
};

const DIALECTS = {
  openai: OPENAI,
  groq: { ...OPENAI, bytes: 100_000_000 },
  // No metadata: a batch is known by its file.
  together: {
    ...OPENAI,
    bytes: 100_000_000,
    upload: {
      path: "/files/upload",
      fields: { purpose: "batch-api", file_name: "requests.jsonl", file_type: "jsonl" },
    },
    fields: ({ input, endpoint }: Post) => ({
      input_file_id: input,
      endpoint,
      completion_window: "24h",
    }),
  },
  mistral: {
    ...OPENAI,
    batches: "/batch/jobs",
    fields: ({ input, endpoint, model, mark }: Post) => ({
      input_files: [input],
      endpoint,
      model,
      timeout_hours: 24,
      metadata: { [MARK]: mark },
    }),
    page: (number: number) => `page=${number}&page_size=100`,
  },
  // The server reads the body as it comes: endpoint and model have to stand before the requests.
  openrouter: {
    ...OPENAI,
    upload: null,
    fields: ({ endpoint, model, mark }: Post) => ({
      endpoint,
      model,
      completion_window: "24h",
      metadata: { [MARK]: mark },
    }),
    body: "body",
    content: (batch: string) => `/batches/${batch}/results`,
  },
  // Takes neither a file nor metadata, and says counts only at the end.
  anthropic: {
    ...OPENAI,
    upload: null,
    batches: "/messages/batches",
    fields: () => ({}),
    body: "params",
    content: (batch: string) => `/messages/batches/${batch}/results`,
    page: (_number: number, last: string | null) =>
      `limit=100${last === null ? "" : `&after_id=${encodeURIComponent(last)}`}`,
    isMarked: false,
  },
} as const satisfies Readonly<Record<NonNullable<ProviderConfig["batch_api"]>, Dialect>>;

/**
 * Chosen in chain.toml, else by the API that the provider speaks, and by its name where that is known.
 * @throws UserError for a provider whose batches are none of these.
 */
export function dialectOf(name: string, { api, batch_api, base_url }: ProviderConfig): Dialect {
  if (batch_api !== undefined) return DIALECTS[batch_api];
  if (name === "fireworks" || isAt(base_url, "fireworks.ai")) throw jobsOverSets(name);
  if (api === "messages") return DIALECTS.anthropic;
  return Object.hasOwn(DIALECTS, name) ? DIALECTS[name as keyof typeof DIALECTS] : OPENAI;
}

// ---------------------------------------------------------------------------------------------

/** Fireworks' batch inference jobs read and write data sets of an account, made beforehand. Source: its documentation. */
const jobsOverSets = (name: string): UserError =>
  new UserError(
    `[engine] name = "batch": Fireworks, the provider [provider.${name}], has no batch API of OpenAI's shape: its batches are jobs over data sets of an account`,
    '--engine batch-file writes the request files: make a data set of each, run it there (firectl create batch-inference-job), and put the results into engine/<stage>/; or --engine local. Where something of OpenAI\'s shape stands before it, say so: batch_api = "openai"',
  );

function isAt(url: string | undefined, domain: string): boolean {
  const host = url !== undefined && URL.canParse(url) ? new URL(url).hostname : "";
  return host === domain || host.endsWith(`.${domain}`);
}
