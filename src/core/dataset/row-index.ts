/**
 * What the spine remembers of each row: hashes, signature, group and size, under 100 bytes, in typed
 * arrays by blocks, so that memory grows with the rows and never doubles at once.
 */
import { fingerprint, SIGNATURE_BYTES } from "./signature.ts";
import { searchableText } from "../turn/calls.ts";
import { answerLabel, answersOf, type Example } from "./example.ts";
import type { RowTokens } from "./tokens.ts";

/** Rows a block. */
const BLOCK = 1 << 14;

export type NumberList = {
  readonly length: number;
  push(value: number): void;
  /** 0 beyond the end. */
  at(index: number): number;
  /** All of them, copied into one array. */
  values(): Uint32Array;
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
    values() {
      const all = new Uint32Array(length);
      for (let at = 0; at < length; at += BLOCK) {
        all.set(blocks[at / BLOCK]?.subarray(0, Math.min(BLOCK, length - at)) ?? [], at);
      }
      return all;
    },
  };
}

export type RowIndex = {
  readonly rows: number;
  /** Group names in the order they were met. */
  readonly groups: readonly string[];
  readonly groupOf: NumberList;
  readonly tokens: NumberList;
  /** Tokens of the row as one sequence. */
  readonly lengths: NumberList;
  /** Hash and words of the whole row, and of its prompt (0 words: too short to tell rows apart). */
  readonly exact: NumberList;
  readonly words: NumberList;
  readonly prompt: NumberList;
  readonly promptWords: NumberList;
  /** Of an answer 1 where it is good, else 0. */
  readonly good: NumberList;
  /** Signature block and offset of a row. */
  signatureAt(row: number): { readonly block: Uint8Array; readonly offset: number };
  add(example: Example, tokens: RowTokens): void;
  /** What it holds as plain values, to be sent to another thread. */
  data(): IndexData;
  /** Puts the rows of another index behind its own. */
  append(other: IndexData): void;
};

export type IndexData = {
  readonly groups: readonly string[];
  /** SIGNATURE_BYTES a row. */
  readonly signatures: Uint8Array;
} & Readonly<Record<(typeof LISTS)[number], Uint32Array>>;

const LISTS = [
  "groupOf",
  "tokens",
  "lengths",
  "exact",
  "words",
  "prompt",
  "promptWords",
  "good",
] as const;

/** An empty index. System prompts are left out of all hashes: they are the same everywhere. */
export function rowIndex(): RowIndex {
  const groups: string[] = [];
  const ids = new Map<string, number>();
  const signatures: Uint8Array[] = [];
  const lists = {
    groupOf: numberList(),
    tokens: numberList(),
    lengths: numberList(),
    exact: numberList(),
    words: numberList(),
    prompt: numberList(),
    promptWords: numberList(),
    good: numberList(),
  };
  const scratch = new Uint8Array(SIGNATURE_BYTES);
  let rows = 0;
  const sign = (signature: Uint8Array): void => {
    if (rows % BLOCK === 0) signatures.push(new Uint8Array(BLOCK * SIGNATURE_BYTES));
    signatures[signatures.length - 1]?.set(signature, (rows % BLOCK) * SIGNATURE_BYTES);
    rows++;
  };
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
    add(example, tokens) {
      const asked = example.prompt
        .filter((message) => message.role !== "system")
        .map(searchableText);
      const print = fingerprint(asked, answersOf(example), scratch);
      sign(scratch);
      lists.exact.push(print.whole);
      lists.words.push(print.words);
      lists.prompt.push(print.first);
      lists.promptWords.push(print.firstWords >= MIN_PROMPT_WORDS ? print.firstWords : 0);
      lists.good.push(answerLabel(example) ? 1 : 0);
      lists.tokens.push(tokens.total);
      lists.lengths.push(tokens.length);
      lists.groupOf.push(idOf(example.group, ids, groups));
    },
    data() {
      const all = new Uint8Array(rows * SIGNATURE_BYTES);
      for (const [at, block] of signatures.entries()) {
        const start = at * BLOCK * SIGNATURE_BYTES;
        all.set(block.subarray(0, all.length - start), start);
      }
      const values = LISTS.map((name) => [name, lists[name].values()] as const);
      return {
        groups,
        signatures: all,
        ...(Object.fromEntries(values) as Record<(typeof LISTS)[number], Uint32Array>),
      };
    },
    append(other) {
      const idHere = other.groups.map((name) => idOf(name, ids, groups));
      for (let row = 0; row < other.groupOf.length; row++) {
        sign(other.signatures.subarray(row * SIGNATURE_BYTES, (row + 1) * SIGNATURE_BYTES));
      }
      for (const name of LISTS) {
        for (const value of other[name]) {
          lists[name].push(name === "groupOf" ? (idHere[value] ?? 0) : value);
        }
      }
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** Shorter prompts ("continue") are met everywhere: the same one twice says nothing. */
const MIN_PROMPT_WORDS = 10;

function idOf(name: string, ids: Map<string, number>, names: string[]): number {
  const known = ids.get(name);
  if (known !== undefined) return known;
  const id = names.length;
  ids.set(name, id);
  names.push(name);
  return id;
}
