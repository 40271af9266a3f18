/**
 * Takes our own keys out of what a provider says: whole, cut short, in base64 or percent-encoded.
 * Servers and proxies echo headers in their error pages in all of these ways.
 */

/** What stands where a key stood. */
const MARK = "[key]";

/**
 * @param secrets keys, header values, passwords of addresses.
 * @returns a function that is linear in its text.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap(formsOf);
  const short = forms.filter((form) => form.length < PIECE && form.length >= SHORTEST);
  const pieces = new Set(forms.flatMap(piecesOf));
  return (text) =>
    short.reduce((left, form) => left.replaceAll(form, MARK), withoutRuns(text, pieces));
}

/** The password of an address, as it is sent and as it is written; none: []. */
export function addressSecrets(baseUrl: string): string[] {
  const userInfo = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(baseUrl)?.[1] ?? "";
  const colon = userInfo.indexOf(":");
  if (colon < 0) return [];
  const password = userInfo.slice(colon + 1);
  return [...new Set([password, decoded(password)])].filter((one) => one !== "");
}

// ---------------------------------------------------------------------------------------------

/** So many characters of a key in a row give it away; fewer are chance, or all that was left of it. */
const PIECE = 8;
const SHORTEST = 4;

function formsOf(secret: string): string[] {
  if (secret.length < SHORTEST) return [];
  return [...new Set([secret, encodeURIComponent(secret), ...base64Forms(secret)])];
}

/** As it stands inside longer base64 ("Basic " + user and key), at each of the three alignments. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]);
    // The first and last characters also hold bits of the neighbours.
    const from = Math.ceil((shift * 8) / 6);
    const to = Math.floor((bytes.length * 8) / 6);
    return (["base64", "base64url"] as const).map((kind) => bytes.toString(kind).slice(from, to));
  });
}

function piecesOf(form: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at + PIECE <= form.length; at++) pieces.push(form.slice(at, at + PIECE));
  return pieces;
}

/** Every stretch of the text that is made of pieces becomes one mark. */
function withoutRuns(text: string, pieces: ReadonlySet<string>): string {
  if (pieces.size === 0) return text;
  const parts: string[] = [];
  let kept = 0;
  for (let at = 0; at + PIECE <= text.length; at++) {
    if (!pieces.has(text.slice(at, at + PIECE))) continue;
    let end = at + PIECE;
    while (end < text.length && pieces.has(text.slice(end - PIECE + 1, end + 1))) end++;
    parts.push(text.slice(kept, at), MARK);
    kept = end;
    at = end - 1;
  }
  return parts.length === 0 ? text : parts.join("") + text.slice(kept);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone percent sign stands for itself.
  }
}
