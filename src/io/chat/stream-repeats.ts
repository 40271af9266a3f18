/**
 * Most events of a stream are the same bytes but for one text. What stood before and behind that text in
 * an event that was parsed lets those like it be read without parsing: one by one, or many in one go.
 */
import { parsedJson } from "./json-fields.ts";

export type Shape<Name extends string> = {
  readonly before: string;
  readonly behind: string;
  /** The field that the text is in. */
  readonly name: Name;
};

/** What an event was like that says `text` in the field `name`; null: the text's place is not plain. */
export function shapeOf<Name extends string>(
  data: string,
  name: Name,
  said: string,
): Shape<Name> | null {
  const text = JSON.stringify(said);
  for (const key of [`"${name}":`, `"${name}": `]) {
    const at = data.indexOf(key + text);
    if (at < 0 || data.indexOf(key, at + key.length) >= 0) continue;
    const start = at + key.length + 1;
    return { before: data.slice(0, start), behind: data.slice(start + text.length - 2), name };
  }
  return null;
}

/** null: it is another shape. */
export function spokenBy({ before, behind }: Shape<string>, data: string): string | null {
  const end = data.length - behind.length;
  if (end < before.length || !data.startsWith(before) || !data.endsWith(behind)) return null;
  return unquoted(data.slice(before.length, end));
}

/** Events of one shape in a row: what they say together, and where the last of them ends. */
export type Run = { readonly said: string; readonly ended: number };

/**
 * The events after the one that ended at `ended`, as long as each is followed by another of the same shape.
 * @param between what stands between the payloads of two such events
 */
export function runOf(
  { before, behind }: Shape<string>,
  text: string,
  ended: number,
  between: string,
): Run {
  const joint = behind + between + before;
  const said: string[] = [];
  let from = ended - behind.length;
  // Looked at in growing pieces: what is looked at in vain is never much more than what was taken.
  for (let size = 8 * joint.length; text.startsWith(joint, from); size *= 2) {
    const start = from + joint.length;
    const window = text.slice(start, start + size);
    const texts = window.split(joint);
    const rest = texts.pop() ?? "";
    // A joint behind a backslash may be part of a text; line breaks and quotes are refused by the parser.
    const spoken = window.includes(`\\${joint}`) ? null : unquoted(texts.join(""));
    if (texts.length === 0 || spoken === null) break;
    said.push(spoken);
    from = start + window.length - rest.length - joint.length;
  }
  return { said: said.join(""), ended: from + behind.length };
}

// ---------------------------------------------------------------------------------------------

/** null: no inside of a JSON text. */
function unquoted(text: string): string | null {
  if (!text.includes('"') && !text.includes("\\") && !text.includes("\n")) return text;
  const value = parsedJson(`"${text}"`);
  return typeof value === "string" ? value : null;
}
