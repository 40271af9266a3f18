/**
 * Replies that were paid for but not filed yet: answer/.replies.jsonl. A reply is written here before
 * the ledger says that it came and before a stage uses it, so that a process killed in between does not
 * pay for it again. It lies in answer/ because a challenger's reply may quote the pull request.
 */
import { createHash } from "node:crypto";
import { closeSync, constants, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { toolCallSchema } from "../records/message.ts";
import { usageSchema } from "../records/run-info.ts";
import type { ChatReply, ChatRequest } from "../work.ts";
import { parseLine, readLines } from "./jsonl.ts";
import { diskError, onDiskNow } from "./disk-faults.ts";
import { appendWhole } from "./store.ts";
import { utf8Bytes } from "./utf8.ts";
import { makeFolderNow } from "./make-folder.ts";
import { checkPlain, openPlain } from "./plain-file.ts";

export type Journal = {
  /** Opens the file for writing: a journal that cannot be written is known before money is spent. */
  open(): void;
  /** Drops the replies whose item is saved already. */
  tidy(isSaved: (key: string) => Promise<boolean>): Promise<void>;
  /** The kept reply of the very same request under this key, or null. */
  take(key: string, request: ChatRequest): ChatReply | null;
  keep(key: string, request: ChatRequest, reply: ChatReply): void;
  /** The stage has saved what it made of the reply. */
  filed(key: string): void;
  /** Removes the journal when every reply in it was filed. */
  close(): void;
};

/** The folder is looked for once, not at every line. */
function begun(path: string): number {
  makeFolderNow(dirname(path));
  return openPlain(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
}

const pathIn = (root: string): string => join(root, "answer", ".replies.jsonl");

/** A run left one behind, or is writing it. */
export const hasJournal = (root: string): boolean => existsSync(pathIn(root));

/** Opens the journal of a workspace, with what a killed run left in it. */
export async function openJournal(root: string): Promise<Journal> {
  const path = pathIn(root);
  const left = await readLeft(path);
  let file: number | null = null;
  let isBegun = false;
  const write = (text: string): void => {
    try {
      file ??= begun(path);
      // What a kill tore off ends at the first line feed; the next line stands on its own.
      appendWhole(file, isBegun ? text : `\n${text}`);
      isBegun = true;
    } catch (error) {
      throw diskError(path, "write", error);
    }
  };
  const append = (line: object): void => write(`${JSON.stringify(line)}\n`);
  return {
    open: () => write(""),
    async tidy(isSaved) {
      for (const key of left.keys()) {
        if ((await isSaved(key)) && left.delete(key)) append({ key, filed: true });
      }
    },
    take(key, request) {
      const kept = left.get(key);
      return kept !== undefined && kept.request === identityOf(request) ? kept.reply : null;
    },
    keep(key, request, reply) {
      const kept = { key, request: identityOf(request), reply };
      append(kept);
      left.set(key, kept);
    },
    filed(key) {
      if (left.delete(key)) append({ key, filed: true });
    },
    close() {
      if (file !== null) closeSync(file);
      if (left.size === 0) onDiskNow(path, "remove", () => rmSync(path, { force: true }));
    },
  };
}

// ---------------------------------------------------------------------------------------------

const keptSchema = z.object({
  key: z.string(),
  request: z.string(),
  reply: z.object({
    provider: z.string(),
    model: z.string(),
    answered_by: z.string().optional(),
    content: z.string(),
    reasoning: z.string().nullable(),
    refusal: z.string().nullable(),
    thinking_blocks: z.array(z.looseObject({})).optional(),
    tool_calls: z.array(toolCallSchema).optional(),
    finish_reason: z.string().nullable(),
    usage: usageSchema,
    cost_usd: z.number().nullable(),
    request_id: z.string().nullable(),
    latency_ms: z.number(),
  }),
});
const filedSchema = z.object({ key: z.string(), filed: z.literal(true) });
const lineSchema = z.union([filedSchema, keptSchema]);

type Kept = { readonly key: string; readonly request: string; readonly reply: ChatReply };

/** Another model, prompt or limit under the same key is another question. */
function identityOf(request: ChatRequest): string {
  const { provider, model, messages, tools, temperature, max_tokens } = request;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([provider, model, temperature, max_tokens]));
  // Length before text. This is done for every reply.
  for (const { role, content, ...structure } of messages) {
    hash.update(`\n${role} ${content.length}\n`).update(utf8Bytes(content));
    // Requests without structure keep the identity that older builds gave them.
    const more = JSON.stringify(structure);
    if (more !== "{}") hash.update(`\n${more.length}\n`).update(utf8Bytes(more));
  }
  if (tools !== undefined) hash.update(utf8Bytes(`\ntools ${JSON.stringify(tools)}`));
  return hash.digest("hex");
}

/** Replies without a mark that they were filed. A line torn by a kill was a call in flight. */
async function readLeft(path: string): Promise<Map<string, Kept>> {
  const left = new Map<string, Kept>();
  if (!existsSync(path)) return left;
  checkPlain(path);
  for await (const { bytes } of readLines(path)) {
    const value = parseLine(bytes);
    const line = lineSchema.safeParse(value.ok ? value.value : null);
    if (!line.success) continue;
    if ("filed" in line.data) left.delete(line.data.key);
    else left.set(line.data.key, line.data);
  }
  return left;
}
