/** The files of a workspace that are of an instance or run, and how they are taken out. */
import { readdir } from "node:fs/promises";
import { z } from "zod";
import { names, taskOf } from "../core/dataset/forgotten.ts";
import { stemOf } from "../core/dataset/turn-names.ts";
import { onDisk } from "../io/disk-faults.ts";
import { listPromptFiles } from "../io/prompt-list.ts";
import type { Store } from "../io/store.ts";
import { commitsOf, engineLines, filesBeside, futuresOf, withoutLines } from "./forget-besides.ts";

export type TurnFindings = {
  /** Prompt file -> positions (0-based) of its prompts. */
  readonly prompts: ReadonlyMap<string, readonly number[]>;
  /** Files to delete, relative to the workspace. */
  readonly files: readonly string[];
  /** Files of engine/ -> positions (0-based) of the lines of the turns. */
  readonly lines: ReadonlyMap<string, readonly number[]>;
  /** Stems of the turns: "prompts_24_001_3". */
  readonly stems: ReadonlySet<string>;
  /** First user messages of the turns. */
  readonly tasks: ReadonlySet<string>;
};

/** Looks through prompt/, commit/, the answers and what was made of them. */
export async function findTurns(store: Store, id: string): Promise<TurnFindings> {
  const prompts = new Map<string, number[]>();
  const stems = new Set<string>();
  const tasks = new Set<string>();
  const instances = new Set<string>([id]);
  const kept = new Set<string>();
  const see = (seen: z.infer<typeof record>): void => {
    instances.add(seen.instance_id);
    const task = taskOf(seen);
    if (task !== null) tasks.add(task);
  };
  for (const file of await listPromptFiles(store)) {
    const list = await store.read(`prompt/${file}`, z.array(record));
    for (const [at, prompt] of list.entries()) {
      if (!names(prompt, id)) {
        kept.add(prompt.instance_id);
        continue;
      }
      prompts.set(file, [...(prompts.get(file) ?? []), at]);
      stems.add(`${file.replace(/\.json$/, "")}_${at + 1}`);
      see(prompt);
    }
  }
  const folders = (await onDisk(store.root, "read", () => readdir(store.root))).filter((name) =>
    TURN_FOLDER.test(name),
  );
  const files: string[] = [];
  for (const folder of folders) {
    for (const name of (await store.list(folder)).filter((one) => TURN_FILE.test(one))) {
      const read = await store.readIfThere(`${folder}/${name}`, record.partial());
      if (read === null) continue;
      const isOf = names(read, id) || stems.has(stemOf(name));
      if (!isOf) {
        if (read.instance_id !== undefined) kept.add(read.instance_id);
        continue;
      }
      stems.add(stemOf(name));
      if (read.instance_id !== undefined) see({ ...read, instance_id: read.instance_id });
      files.push(`${folder}/${name}`);
    }
  }
  // A record that another turn needs stays: of a run alone, its siblings are of the same instance.
  const gone = new Set([...instances].filter((one) => one === id || !kept.has(one)));
  files.push(...(await commitsOf(store, gone)));
  files.push(...(await futuresOf(store, id, stems)));
  files.push(...(await filesBeside(store, stems, instances)));
  const lines = await engineLines(store, stems);
  return { prompts, files: [...new Set(files)], lines, stems, tasks };
}

/** Deletes the files, and leaves an empty place for each prompt: the answers behind it keep their numbers. */
export async function takeOutTurns(store: Store, findings: TurnFindings): Promise<void> {
  for (const [file, lines] of findings.lines) await withoutLines(store, file, lines);
  for (const file of findings.files) await store.remove(file);
  // Last: while they are there, whoever begins again after a kill finds all the rest by them.
  for (const [file, places] of findings.prompts) {
    const list = await store.read(`prompt/${file}`, z.array(z.unknown()));
    const after = list.map((prompt, at) => (places.includes(at) ? FORGOTTEN : prompt));
    await store.write(`prompt/${file}`, after);
  }
}

// ---------------------------------------------------------------------------------------------

/** What stands in the place of a prompt that was taken out: every stage passes it over. */
const FORGOTTEN = {
  instance_id: "(forgotten)",
  repo: "",
  turn: 0,
  messages: [],
  assistant: "",
  origin: { dataset: null, revision: null, file: null, row: null },
  forgotten: true,
};

const record = z.looseObject({ instance_id: z.string(), run: z.string().optional() });

const TURN_FOLDER = /^(?:answer(?:_\d+)?|score|review|final|refined|defeat|outcome)$/;
/** Not _duel.json, which is of all turns. */
const TURN_FILE = /^[^_.].*\.json$/;
