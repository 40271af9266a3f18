/**
 * UTF-8 by way of one scratch buffer. Node counts a string's bytes one character at a time before it
 * writes them: for a prompt of 30 kB that is ten times the writing, and every call needs it twice. It also
 * writes a string one character at a time where a single one is beyond ASCII: a text within Latin-1 is copied
 * as it is instead, and the few signs beyond ASCII are put in.
 */
const LARGEST_SCRATCH = 1 << 22;

const encoder = new TextEncoder();
let scratch = Buffer.allocUnsafeSlow(1 << 17);

/** Length in bytes; lone surrogates count as U+FFFD, three bytes. */
export function utf8Length(text: string): number {
  if (!fits(text)) return Buffer.byteLength(text);
  const wide = wideIn(text);
  return wide === null ? encoder.encodeInto(text, scratch).written : text.length + wide.length;
}

/** The bytes, in a buffer of their own. */
export function utf8Bytes(text: string): Buffer {
  if (!fits(text)) return Buffer.from(text, "utf8");
  const wide = wideIn(text);
  const written =
    wide === null ? encoder.encodeInto(text, scratch).written : text.length + wide.length;
  const bytes = Buffer.allocUnsafeSlow(written);
  if (wide === null) bytes.set(scratch.subarray(0, written));
  else widen(bytes, text.length, wide);
  return bytes;
}

// ---------------------------------------------------------------------------------------------

/** A UTF-16 unit takes three bytes at most. */
function fits(text: string): boolean {
  const most = 3 * text.length;
  if (most > LARGEST_SCRATCH) return false;
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * most);
  return true;
}

/** Of a string that V8 holds in a byte a character this is known without a look. */
const BEYOND_LATIN1 = /[^\0-\xff]/;
/** Below it a copy gains nothing; of more such signs neither. */
const LEAST = 256;
const MOST_WIDE = 512;

/**
 * Puts a text into the scratch buffer, a byte a character, and gives the places of those that UTF-8 writes with
 * two. null: it is not within Latin-1, or holds many of them.
 */
function wideIn(text: string): readonly number[] | null {
  if (text.length < LEAST || BEYOND_LATIN1.test(text)) return null;
  const length = scratch.write(text, 0, "latin1");
  const words = new Uint32Array(scratch.buffer, 0, Math.ceil(length / 4));
  const wide: number[] = [];
  for (let word = 0; word < words.length; word++) {
    if (((words[word] ?? 0) & 0x80808080) === 0) continue;
    const end = Math.min(4 * word + 4, length);
    for (let at = 4 * word; at < end; at++) if ((scratch[at] ?? 0) > 0x7f) wide.push(at);
    if (wide.length > MOST_WIDE) return null;
  }
  return wide;
}

/** What lies in the scratch buffer, a byte a character, as UTF-8. */
function widen(bytes: Buffer, length: number, wide: readonly number[]): void {
  let from = 0;
  for (const [before, at] of wide.entries()) {
    bytes.set(scratch.subarray(from, at), from + before);
    const code = scratch[at] ?? 0;
    bytes[at + before] = 0xc0 | (code >> 6);
    bytes[at + before + 1] = 0x80 | (code & 0x3f);
    from = at + 1;
  }
  bytes.set(scratch.subarray(from, length), from + wide.length);
}
