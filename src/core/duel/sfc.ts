/** Random 32-bit words for the loops that draw millions (sfc32, Chris Doty-Humphrey's PractRand). */
import type { Rng } from "../random.ts";

/** Four words of state; the loops write the generator out, since a call would cost more than the rest. */
export function sfcState(rng: Rng): Int32Array {
  return Int32Array.from({ length: 4 }, () => Math.floor(rng() * 0x1_0000_0000) | 0);
}

/** Fills `words` and moves the state on. */
export function fillWords(words: Int32Array, state: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 1] = state;
  for (let at = 0; at < words.length; at++) {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    words[at] = t;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
}
