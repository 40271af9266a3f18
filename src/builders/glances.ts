/**
 * Turns that gave no row, known again: bound to the turn's file, its verdicts, its review and what says how they are
 * read. Beside answers, as all that is made of them.
 */
import type { Config } from "../config.ts";
import { glanceSchema, type Glance } from "../core/dataset/glance.ts";
import { keyOver, type FactKind, type Facts } from "../io/facts/facts.ts";
import type { TurnFile } from "./judged-turns.ts";

/** To be named where facts are opened. */
export const GLANCE: FactKind<Glance> = { name: "glance", folder: "answer", schema: glanceSchema };

export type Glances = {
  /** Taken before the turn is read: what is kept under it holds for files that are as they were then. */
  key(file: TurnFile): Promise<string>;
  /** null: it gave rows, or is not as it was. */
  known(file: TurnFile, key: string): Glance | null;
  keep(file: TurnFile, key: string, glance: Glance): void;
  /** A disk that takes none is no reason not to export. */
  save(): Promise<void>;
};

/** @param facts opened for GLANCE */
export function openGlances({ audit, bucket }: Config, facts: Facts): Glances {
  const settings = keyOver([audit.mask_emails, bucket]);
  return {
    async key({ bucket: folder, name }) {
      const files = [`${folder}/${name}`, `score/${name}`, `review/${name}`];
      const hashes: string[] = [];
      for (const file of files) hashes.push(await facts.hash(file));
      return [settings, ...hashes].join(".");
    },
    known: (file, key) => facts.known(GLANCE, pathOf(file), key),
    keep: (file, key, glance) => facts.keep(GLANCE, pathOf(file), key, glance),
    async save() {
      await facts.save();
    },
  };
}

// ---------------------------------------------------------------------------------------------

const pathOf = ({ bucket, name }: TurnFile): string => `${bucket}/${name}`;
