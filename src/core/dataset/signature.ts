/**
 * Content hashes that find exact and near duplicates in one pass over a row's text. Near duplicates:
 * MinHash (Broder 1997) as one-permutation hashing (Li, Owen, Zhang 2012) with optimal densification
 * (Shrivastava 2017), 64 hashes kept as one byte each (b-bit minwise hashing, Li and König 2010).
 */

/** Bytes of a signature; four of them make the key of a band. */
export const SIGNATURE_BYTES = 64;
const SHINGLE_WORDS = 5;

export type Fingerprint = {
  /** Two 32-bit hashes of the text, case and white space evened out. */
  readonly exact: readonly [number, number];
  /** Written into `signature`; false when the text has no words, and so no near duplicates. */
  readonly hasWords: boolean;
};

/**
 * Fingerprints texts as if they were one. Words are runs of ASCII letters, digits and "_", and every
 * other character beyond ASCII; punctuation and case do not count for the signature.
 * @param signature SIGNATURE_BYTES bytes, overwritten.
 */
export function fingerprint(texts: readonly string[], signature: Uint8Array): Fingerprint {
  let exactA = 0x811c_9dc5;
  let exactB = 0x2545_f491;
  let word = 0;
  let words = 0;
  let wasSpace = true;
  window.fill(0);
  bins.fill(EMPTY);
  for (const text of texts) {
    for (let i = 0; i <= text.length; i++) {
      // A text ends like a line: "a" + "b" is not "ab".
      const code = i < text.length ? (LOWER[text.charCodeAt(i)] ?? text.charCodeAt(i)) : 10;
      if (code <= 32) {
        if (!wasSpace) {
          exactA = Math.imul(exactA ^ 32, 0x0100_0193);
          exactB = Math.imul(exactB + 32, 0x9e37_79b1);
          exactB ^= exactB >>> 15;
          wasSpace = true;
        }
      } else {
        exactA = Math.imul(exactA ^ code, 0x0100_0193);
        exactB = Math.imul(exactB + code, 0x9e37_79b1);
        exactB ^= exactB >>> 15;
        wasSpace = false;
        if (code < 128 ? WORD[code] === 1 : true) {
          word = Math.imul(word ^ code, 0x0100_0193) + 1;
          if (code < 128) continue;
        }
      }
      if (word !== 0) {
        words++;
        addWord(word, words);
        word = 0;
      }
    }
  }
  if (words > 0 && words < SHINGLE_WORDS) place(mix(shingle(words)));
  densify(signature);
  return { exact: [exactA >>> 0, exactB >>> 0], hasWords: words > 0 };
}

/** Estimated Jaccard similarity of the five-word shingles, 0..1; error about 0.06 at 0.8. */
export function similarity(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  let same = 0;
  for (let i = 0; i < SIGNATURE_BYTES; i++) if (a[aAt + i] === b[bAt + i]) same++;
  // One byte in 256 agrees by chance.
  return Math.max(0, (same / SIGNATURE_BYTES - 1 / 256) / (1 - 1 / 256));
}

// ---------------------------------------------------------------------------------------------

const EMPTY = 0xffff_ffff;
/** Scratch space: fingerprints are made one at a time, millions of them. */
const bins = new Uint32Array(SIGNATURE_BYTES);
const window = new Uint32Array(8);

const LOWER = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 65 && code <= 90 ? code + 32 : code,
);
const WORD = Uint8Array.from({ length: 128 }, (_, code) =>
  /[a-z0-9_]/.test(String.fromCharCode(code)) ? 1 : 0,
);

function addWord(word: number, count: number): void {
  window[count & 7] = word;
  if (count >= SHINGLE_WORDS) place(mix(shingle(count)));
}

function shingle(count: number): number {
  let hash = 0;
  for (let back = Math.min(count, SHINGLE_WORDS) - 1; back >= 0; back--) {
    hash = Math.imul(hash, 0x85eb_ca77) ^ (window[(count - back) & 7] ?? 0);
  }
  return hash;
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

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
