/** Whether a value looks drawn or chosen, as a secret does, and not written, as examples and code are. */

/** What examples write where a secret would stand; also what a shell or a template fills in. */
const PLACEHOLDER =
  /^(?:(?:my|your|the|some|a|an|new|old|db|admin|root|test|dummy|fake|sample|example)[_-]?)?(?:pass(?:word|wd|phrase)?|pwd?|pw|secret|token|key|api[_-]?key|access[_-]?token|auth[_-]?token|changeme|change[_-]me|example|user(?:name)?|test|foo|bar|baz|none|null|true|false|undefined|redacted|hidden|string|value|placeholder|dummy|postgres|mysql|root|admin|guest)[_-]?\d{0,4}$/i;
const FILLED_IN =
  /^[$%<{[(*.#@&]|^x{3,}|^MASKED_|MASKED_|\$\{|\{\{|<[a-z]|^-+$|^(.)\1*$|\.\.\.|\*{3}/i;
const WORDED =
  /^(?:your|my|insert|replace|enter|put|change|example|sample|dummy|fake|test|mock|placeholder|redacted|some|process\.env|os\.environ|self\.|this\.|settings\.|config\.|request\.)/i;

export const isPlaceholder = (value: string): boolean =>
  PLACEHOLDER.test(value) || FILLED_IN.test(value) || WORDED.test(value);

/** Bits of a text, by how often each of its characters stands in it. */
export function bitsOf(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / value.length);
  return bits;
}

/** Lower case, upper case, digits, marks: how many of the four. */
export const classesOf = (value: string): number =>
  [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((one) => one.test(value)).length;

/** Two kinds of characters and some 17 bits: "hunter22" is one, "hunter" and "12345678" are none. */
export const looksChosen = (value: string): boolean =>
  value.length >= 6 && classesOf(value) >= 2 && /[A-Za-z]/.test(value) && bitsOf(value) >= 15;

/** Drawn by a machine: long, mixed, and no words joined by marks. */
export const looksDrawn = (value: string): boolean =>
  value.length >= 12 &&
  /[A-Za-z]/.test(value) &&
  /\d/.test(value) &&
  bitsOf(value) >= 36 &&
  !/^[a-z]+(?:[_./:-][a-z]+)*\d{0,3}$/i.test(value) &&
  value.length / (value.match(/[_./:-]/g)?.length ?? 0.1) >= 6;

export const notCode = (value: string): boolean => !/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(value);

/** /run/secrets/key1.txt, ~/.ssh/id_rsa: base64 may begin with a slash too, but with no word behind it. */
export const isPath = (value: string): boolean =>
  /^(?:~|\.{1,2})?\//.test(value) &&
  (!looksDrawn(value) || /^(?:~|\.{1,2})?\/\.?[A-Z]?[a-z][a-z_-]+[/.:]/.test(value));

/** allkeys-lru1, At-least-8-chars: words and small numbers, joined by hyphens. */
export const areWords = (value: string): boolean =>
  /^(?:[A-Z]?[a-z]+|\d{1,3})(?:-(?:[A-Z]?[a-z]+\d{0,2}|\d{1,3}))+$/.test(value);

const BASIC = /^[A-Za-z0-9+/]{8,}={0,2}$/;

/** base64 of "user:password". */
export function isBasic(value: string): boolean {
  if (!BASIC.test(value) || value.length % 4 === 1) return false;
  const text = decodeAscii(value);
  return text !== null && /^[^:\s]{0,64}:\S/.test(text);
}

/** base64 of readable ASCII, and not cut. */
export const isBase64 = (value: string): boolean =>
  BASIC.test(value) && value.length % 4 === 0 && decodeAscii(value) !== null;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** null when it is no base64 of readable ASCII. */
function decodeAscii(base64: string): string | null {
  let bits = 0;
  let held = 0;
  let text = "";
  for (const char of base64.replace(/=+$/, "")) {
    held = ((held << 6) | ALPHABET.indexOf(char)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const code = (held >> bits) & 0xff;
    if (code < 32 || code > 126) return null;
    text += String.fromCharCode(code);
  }
  return text;
}
