/**
 * Content hashes that find exact and near duplicates in one pass over a row's text. Near duplicates:
 * MinHash (Broder 1997) as one-permutation hashing (Li, Owen, Zhang 2012) with optimal densification
 * (Shrivastava 2017), 64 hashes kept as one byte each (b-bit minwise hashing, Li and König 2010).
 */

/** Bytes of a signature; four of them make the key of a band. */
export const SIGNATURE_BYTES = 64;
const SHINGLE_WORDS = 5;

export type Fingerprint = {
  /** 32-bit hash of the first part, and of all: over words, or over characters where there are none. */
  readonly first: number;
  readonly whole: number;
  /** Words of the first part, and of all. */
  readonly firstWords: number;
  readonly words: number;
};

/**
 * Fingerprints texts as if they were one, and their first part alone. Words are runs of ASCII letters,
 * digits and "_", and every other character beyond ASCII; punctuation, case and white space do not
 * count.
 * @param signature SIGNATURE_BYTES bytes, overwritten; of no meaning when there are no words.
 */
export function fingerprint(
  first: readonly string[],
  rest: readonly string[],
  signature: Uint8Array,
): Fingerprint {
  bins.fill(EMPTY);
  recent.fill(0);
  state.hash = 0x811c_9dc5;
  state.words = 0;
  state.rolling = 0;
  for (const text of first) addText(text);
  const firstHash = state.words === 0 ? rawHash(first) : state.hash;
  const firstWords = state.words;
  for (const text of rest) addText(text);
  if (state.words > 0 && state.words < SHINGLE_WORDS) place(mix(state.rolling));
  densify(signature);
  return {
    first: firstHash >>> 0,
    whole: (state.words === 0 ? rawHash([...first, ...rest]) : state.hash) >>> 0,
    firstWords,
    words: state.words,
  };
}

/**
 * True when the estimated Jaccard similarity of the five-word shingles, 0..1, is at least `threshold`;
 * its error is about 0.06 at 0.8. Most pairs are unlike, and are told by their first bytes.
 */
export function isSimilar(
  a: Uint8Array,
  aAt: number,
  b: Uint8Array,
  bAt: number,
  threshold: number,
): boolean {
  // One byte in 256 agrees by chance.
  const needed = SIGNATURE_BYTES * (threshold * (1 - 1 / 256) + 1 / 256) - 1e-9;
  let left = SIGNATURE_BYTES - needed;
  for (let i = 0; i < SIGNATURE_BYTES; i++) {
    if (a[aAt + i] !== b[bAt + i] && --left < 0) return false;
  }
  return true;
}

// ---------------------------------------------------------------------------------------------

const EMPTY = 0xffff_ffff;
/** Scratch space: fingerprints are made one at a time, millions of them. */
const bins = new Uint32Array(SIGNATURE_BYTES);
const recent = new Int32Array(8);
const state = { hash: 0, words: 0, rolling: 0 };
const encoder = new TextEncoder();
let bytes = new Uint8Array(1 << 14);
/** Texts beyond it do not make the scratch space grow. */
const MAX_BYTES = 1 << 22;

const PRIME = 0x0100_0193;
const ROLL = 0x2c1b_3c6d;
/** ROLL to the fifth: takes the oldest word out of the rolling hash. */
const ROLL_OUT = [1, 2, 3, 4].reduce((power) => Math.imul(power, ROLL), ROLL);

/** The lower-case code of a word's character; 0 for what parts words. */
const WORD_CODE = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code).toLowerCase();
  return /[a-z0-9_]/.test(char) ? char.charCodeAt(0) : 0;
});

/** ASCII, which nearly all of code is, is read as bytes: half the time that characters take. */
function addText(text: string): void {
  if (text.length > MAX_BYTES) return addCharacters(text);
  if (text.length > bytes.length) bytes = new Uint8Array(text.length * 2);
  const { read, written } = encoder.encodeInto(text, bytes);
  if (read === text.length && written === read) addAscii(bytes, written);
  else addCharacters(text);
}

function addAscii(ascii: Uint8Array, length: number): void {
  let word = 0;
  for (let i = 0; i < length; i++) {
    const part = WORD_CODE[ascii[i] ?? 0] ?? 0;
    if (part !== 0) {
      word = Math.imul(word ^ part, PRIME) + 1;
    } else if (word !== 0) {
      addWord(word);
      word = 0;
    }
  }
  if (word !== 0) addWord(word);
}

function addCharacters(text: string): void {
  let word = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) {
      const part = WORD_CODE[code] ?? 0;
      if (part !== 0) {
        word = Math.imul(word ^ part, PRIME) + 1;
      } else if (word !== 0) {
        addWord(word);
        word = 0;
      }
      continue;
    }
    if (word !== 0) addWord(word);
    word = 0;
    addWord(Math.imul(code, PRIME) | 1);
  }
  if (word !== 0) addWord(word);
}

function addWord(word: number): void {
  const slot = state.words % SHINGLE_WORDS;
  const mixed = mix(word);
  state.rolling =
    (Math.imul(state.rolling, ROLL) + mixed - Math.imul(recent[slot] ?? 0, ROLL_OUT)) | 0;
  recent[slot] = mixed;
  state.hash = Math.imul(state.hash ^ mixed, PRIME) + (mixed >>> 17);
  state.words++;
  if (state.words >= SHINGLE_WORDS) place(mix(state.rolling));
}

/** The low six bits choose the bin, the rest competes for its minimum. */
function place(hash: number): void {
  const bin = hash & 63;
  const rest = hash >>> 6;
  if (rest < (bins[bin] ?? 0)) bins[bin] = rest;
}

/** Empty bins borrow from bins chosen by a hash of the bin and the try, the same for every text. */
function densify(signature: Uint8Array): void {
  let filled = 0;
  for (let bin = 0; bin < SIGNATURE_BYTES; bin++) if (bins[bin] !== EMPTY) filled++;
  for (let bin = 0; bin < SIGNATURE_BYTES; bin++) {
    let from = bin;
    for (let go = 1; filled > 0 && bins[from] === EMPTY; go++) {
      from = mix(Math.imul(bin + 1, 0x9e37_79b1) ^ Math.imul(go, 0x85eb_ca6b)) & 63;
    }
    signature[bin] = filled === 0 ? 0 : mix(bins[from] ?? 0) & 0xff;
  }
}

/** Texts without words are told apart by their characters. */
function rawHash(texts: readonly string[]): number {
  let hash = 0x811c_9dc5;
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
    hash = Math.imul(hash ^ 0x1_0000, PRIME);
  }
  return hash;
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
