/**
 * Writes engine/<stage>/requests-<n>.jsonl, a file a model: maps first, then the intents, then the files
 * themselves, which appear whole. What a kill leaves before that never left, and is cleared away.
 */
import { closeSync, fsyncSync, openSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { diskError, onDisk, onDiskNow } from "../disk-faults.ts";
import type { Ledger } from "../ledger.ts";
import { writeAll, type Store } from "../store.ts";
import type { Stage } from "../../work.ts";
import { requestsPath, writeMap, type MapEntry, type SeenFile } from "./maps.ts";
import type { Line } from "./request.ts";
import { makeFolderNow } from "../make-folder.ts";

export type Writer = {
  /** Gives the number of its file. @param past hashes of the error lines that answered it before */
  add(line: Line, past: readonly string[]): number;
  /** Reserved by lines that are not booked yet. */
  pending(): { readonly tokens: number; readonly usd: number };
  /** Books all lines and puts the files in their places; gives the last number, null without a line. */
  close(): Promise<number | null>;
  /** Lets go of files that are still open. */
  end(): void;
};

export type WriterOptions = {
  readonly store: Store;
  readonly stage: Stage;
  readonly ledger: Ledger;
  readonly engine: string;
  /** Of one file at a provider. */
  readonly limits: (provider: string) => { readonly lines: number; readonly bytes: number };
  /** The first number that is free. */
  readonly first: number;
  /** The results files that were read before these requests were written. */
  readonly results: readonly SeenFile[];
  /** Starts the ids of askings; new for every run. */
  readonly run: string;
};

export function makeWriter(options: WriterOptions): Writer {
  const { store, stage } = options;
  const current = new Map<string, Part>();
  const parts: Part[] = [];
  const pending = { tokens: 0, usd: 0 };

  function partFor({ item: { request }, text, url }: Line): Part {
    const name = `${request.provider} ${request.model}`;
    const known = current.get(name);
    const bytes = Buffer.byteLength(text);
    const most = options.limits(request.provider);
    if (known !== undefined && known.lines.length < most.lines && known.bytes + bytes <= most.bytes)
      return known;
    const n = options.first + parts.length;
    const path = partPath(store, stage, n);
    const part = {
      n,
      ...request,
      url,
      file: openPart(path),
      isOpen: true,
      path,
      bytes: 0,
      lines: [],
      entries: [],
    };
    current.set(name, part);
    parts.push(part);
    return part;
  }

  return {
    pending: () => pending,
    add(line, past) {
      const part = partFor(line);
      try {
        writeAll(part.file, line.text);
      } catch (error) {
        throw diskError(part.path, "write", error);
      }
      part.bytes += Buffer.byteLength(line.text);
      const ask = `${options.run}-${part.n}-${part.entries.length + 1}`;
      const { custom_id, item, most, usd } = line;
      const { stage: itsStage, key, role } = item;
      part.lines.push({ most, usd, call: { stage: itsStage, key, role } });
      part.entries.push({ custom_id, key, ask, ...(past.length === 0 ? {} : { past: [...past] }) });
      pending.tokens += most.prompt_tokens + most.completion_tokens;
      pending.usd += usd ?? 0;
      return part.n;
    },
    async close() {
      for (const part of parts) await finish(options, part);
      return parts.at(-1)?.n ?? null;
    },
    end() {
      for (const part of parts) closePart(part);
    },
  };
}

export const partPath = (store: Store, stage: Stage, n: number): string =>
  `${store.path(requestsPath(stage, n))}.part`;

// ---------------------------------------------------------------------------------------------

type Part = {
  readonly n: number;
  readonly provider: string;
  readonly model: string;
  readonly url: string;
  readonly file: number;
  isOpen: boolean;
  readonly path: string;
  bytes: number;
  readonly lines: (Pick<Line, "most" | "usd"> & {
    readonly call: Pick<Line["item"], "stage" | "key" | "role">;
  })[];
  readonly entries: MapEntry[];
};

function openPart(path: string): number {
  try {
    makeFolderNow(dirname(path));
    return openSync(path, "w");
  } catch (error) {
    throw diskError(path, "write", error);
  }
}

function closePart(part: Part): void {
  if (part.isOpen) closeSync(part.file);
  part.isOpen = false;
}

async function finish(
  { store, stage, ledger, engine, results }: WriterOptions,
  part: Part,
): Promise<void> {
  const { n, provider, model, url, path, lines, entries } = part;
  onDiskNow(path, "write", () => fsyncSync(part.file));
  closePart(part);
  const by = engine === "batch-file" ? {} : { engine };
  const head = { requests: n, stage, provider, model, url, ...by, results: [...results] };
  await writeMap(store, stage, { head, entries });
  await ledger.submit(
    engine,
    lines.map(({ most, usd, call }, at) => {
      const id = entries[at]?.ask ?? "";
      return { ...call, id, provider, model, reserved: most, usd };
    }),
  );
  await onDisk(path, "write", () => rename(path, store.path(requestsPath(stage, n))));
}
