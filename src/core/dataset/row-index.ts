/**
 * What the spine remembers of each row: hashes, signature, group and size, under 100 bytes, in typed
 * arrays by blocks, so that memory grows with the rows and never doubles at once.
 */
import { fingerprint, SIGNATURE_BYTES } from "./signature.ts";
import { answersOf, type Example } from "./example.ts";

/** Rows a block. */
const BLOCK = 1 << 14;

export type NumberList = {
  readonly length: number;
  push(value: number): void;
  /** 0 beyond the end. */
  at(index: number): number;
};

/** Whole numbers in [0, 2^32), four bytes each. */
export function numberList(): NumberList {
  const blocks: Uint32Array[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length % BLOCK === 0) blocks.push(new Uint32Array(BLOCK));
      const block = blocks[blocks.length - 1];
      if (block !== undefined) block[length % BLOCK] = value;
      length++;
    },
    at: (index) => blocks[Math.floor(index / BLOCK)]?.[index % BLOCK] ?? 0,
  };
}

export type RowIndex = {
  readonly rows: number;
  /** Group names in the order they were met. */
  readonly groups: readonly string[];
  readonly groupOf: NumberList;
  readonly tokens: NumberList;
  /** Two hashes of the whole row, and two of its prompt (0, 0: too short to tell rows apart). */
  readonly exactA: NumberList;
  readonly exactB: NumberList;
  readonly promptA: NumberList;
  readonly promptB: NumberList;
  /** Signature block and offset of a row. */
  signatureAt(row: number): { readonly block: Uint8Array; readonly offset: number };
  hasWords(row: number): boolean;
  add(example: Example, tokens: number): void;
};

/** An empty index. System prompts are left out of all hashes: they are the same everywhere. */
export function rowIndex(): RowIndex {
  const groups: string[] = [];
  const ids = new Map<string, number>();
  const signatures: Uint8Array[] = [];
  const lists = {
    groupOf: numberList(),
    tokens: numberList(),
    exactA: numberList(),
    exactB: numberList(),
    promptA: numberList(),
    promptB: numberList(),
  };
  const scratch = new Uint8Array(SIGNATURE_BYTES);
  const wordless = new Set<number>();
  let rows = 0;
  return {
    ...lists,
    groups,
    get rows() {
      return rows;
    },
    signatureAt: (row) => ({
      block: signatures[Math.floor(row / BLOCK)] ?? scratch,
      offset: (row % BLOCK) * SIGNATURE_BYTES,
    }),
    hasWords: (row) => !wordless.has(row),
    add(example, tokens) {
      const asked = example.prompt
        .filter((message) => message.role !== "system")
        .map((message) => message.content);
      const isTelling = asked.reduce((sum, text) => sum + text.length, 0) >= MIN_PROMPT_CHARS;
      const prompt = isTelling ? hashOf(asked) : ([0, 0] as const);
      const whole = fingerprint([...asked, ...answersOf(example)], scratch);
      if (rows % BLOCK === 0) signatures.push(new Uint8Array(BLOCK * SIGNATURE_BYTES));
      signatures[signatures.length - 1]?.set(scratch, (rows % BLOCK) * SIGNATURE_BYTES);
      if (!whole.hasWords) wordless.add(rows);
      lists.exactA.push(whole.exact[0]);
      lists.exactB.push(whole.exact[1]);
      lists.promptA.push(prompt[0]);
      lists.promptB.push(prompt[1]);
      lists.tokens.push(tokens);
      lists.groupOf.push(idOf(example.group, ids, groups));
      rows++;
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Shorter prompts ("continue") are met everywhere: the same one twice says nothing. */
const MIN_PROMPT_CHARS = 64;

function hashOf(texts: readonly string[]): readonly [number, number] {
  let a = 0x811c_9dc5;
  let b = 0x2545_f491;
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x0100_0193);
      b = Math.imul(b + code, 0x9e37_79b1);
      b ^= b >>> 15;
    }
    a = Math.imul(a ^ 0x1_0000, 0x0100_0193);
  }
  return [a >>> 0, b >>> 0];
}

function idOf(name: string, ids: Map<string, number>, names: string[]): number {
  const known = ids.get(name);
  if (known !== undefined) return known;
  const id = names.length;
  ids.set(name, id);
  names.push(name);
  return id;
}
