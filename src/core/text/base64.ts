/** Base64 to text without the platform: core knows no Buffer. */

/** The text of standard or URL-safe base64, line breaks ignored; null when it is no printable UTF-8. */
export function decodeBase64(encoded: string): string | null {
  const bytes: number[] = [];
  let bits = 0;
  let count = 0;
  for (let at = 0; at < encoded.length; at++) {
    const value = VALUES[encoded.charCodeAt(at)];
    if (value === undefined) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const byte = (bits >> count) & 255;
    if (byte < 9 || (byte > 13 && byte < 32) || byte === 127) return null;
    bytes.push(byte);
  }
  return decodeUtf8(bytes);
}

// ---------------------------------------------------------------------------------------------

const VALUES: readonly (number | undefined)[] = (() => {
  const values: (number | undefined)[] = Array.from({ length: 128 });
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const [value, char] of alphabet.split("").entries()) values[char.charCodeAt(0)] = value;
  values["-".charCodeAt(0)] = 62;
  values["_".charCodeAt(0)] = 63;
  return values;
})();

/** null for bytes that are no UTF-8. */
function decodeUtf8(bytes: readonly number[]): string | null {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at++] ?? 0;
    const more =
      first < 0x80 ? 0 : first >> 5 === 6 ? 1 : first >> 4 === 14 ? 2 : first >> 3 === 30 ? 3 : -1;
    if (more < 0) return null;
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let step = 0; step < more; step++) {
      const next = bytes[at++];
      if (next === undefined || next >> 6 !== 2) return null;
      point = (point << 6) | (next & 0x3f);
    }
    if (point > 0x10ffff) return null;
    text += String.fromCodePoint(point);
  }
  return text;
}
