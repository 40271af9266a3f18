/**
 * UTF-8 by way of one scratch buffer. Node counts a string's bytes one character at a time before it
 * writes them: for a prompt of 30 kB that is ten times the writing, and every call needs it twice.
 */
const LARGEST_SCRATCH = 1 << 22;

const encoder = new TextEncoder();
let scratch = new Uint8Array(1 << 17);

/** Length in bytes; lone surrogates count as U+FFFD, three bytes. */
export function utf8Length(text: string): number {
  return fits(text) ? encoder.encodeInto(text, scratch).written : Buffer.byteLength(text);
}

/** The bytes, in a buffer of their own. */
export function utf8Bytes(text: string): Buffer {
  if (!fits(text)) return Buffer.from(text, "utf8");
  const { written } = encoder.encodeInto(text, scratch);
  const bytes = Buffer.allocUnsafeSlow(written);
  bytes.set(scratch.subarray(0, written));
  return bytes;
}

// ---------------------------------------------------------------------------------------------

/** A UTF-16 unit takes three bytes at most. */
function fits(text: string): boolean {
  const most = 3 * text.length;
  if (most > LARGEST_SCRATCH) return false;
  if (most > scratch.length) scratch = new Uint8Array(2 * most);
  return true;
}
