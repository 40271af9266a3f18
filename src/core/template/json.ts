/** The filter `tojson` as transformers has it: Python's json.dumps, not escaped for HTML. */
import { entriesOf, floatText, isList, isMapping, listOf, type Value } from "./values.ts";

export type JsonOptions = {
  /** Spaces a level; null: one line. */
  readonly indent: number | null;
  readonly ensureAscii: boolean;
  /** Between items, and behind a key; null: Python's own. */
  readonly separators: readonly [string, string] | null;
  readonly sortKeys: boolean;
};

/** @throws Error for what Python refuses. */
export function pythonJson(value: Value, options: JsonOptions, depth = 0): string {
  switch (value.type) {
    case "StringValue":
      return textJson(String(value.value), options);
    case "FloatValue":
      return floatText(Number(value.value));
    case "IntegerValue":
    case "BooleanValue":
      return String(value.value);
    case "NullValue":
      return "null";
    default:
      break;
  }
  const inner = (item: Value): string => pythonJson(item, options, depth + 1);
  if (isList(value)) return around("[", listOf(value).map(inner), "]", options, depth);
  if (!isMapping(value)) {
    const type = value.type.replace("Value", "");
    throw new Error(`Object of type ${type} is not JSON serializable`);
  }
  const colon = options.separators?.[1] ?? ": ";
  const entries = [...entriesOf(value)];
  if (options.sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const items = entries.map(([key, item]) => `${textJson(key, options)}${colon}${inner(item)}`);
  return around("{", items, "}", options, depth);
}

// ---------------------------------------------------------------------------------------------

function around(
  open: string,
  items: readonly string[],
  close: string,
  { indent, separators }: JsonOptions,
  depth: number,
): string {
  if (items.length === 0) return open + close;
  if (indent === null) return open + items.join(separators?.[0] ?? ", ") + close;
  const line = (level: number): string => `\n${" ".repeat(indent * level)}`;
  const between = `${separators?.[0] ?? ","}${line(depth + 1)}`;
  return `${open}${line(depth + 1)}${items.join(between)}${line(depth)}${close}`;
}

function textJson(text: string, { ensureAscii }: JsonOptions): string {
  const json = JSON.stringify(text);
  if (!ensureAscii) return json;
  return json.replace(
    /[^\0-\x7f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
