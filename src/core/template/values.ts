/**
 * Values of a template as Python writes and compares them: @huggingface/jinja prints them as JavaScript
 * does. After Python's `str`, `repr` and `==`; floats as `float.__repr__` gives them.
 */

import { Environment } from "@huggingface/jinja";

/** A value of @huggingface/jinja, as far as it is looked into. */
export type Value = {
  readonly type: string;
  value: unknown;
  readonly builtins: ReadonlyMap<string, Value>;
  /** Whether Python takes it for true. */
  __bool__(): { readonly value: boolean };
};

/** What `{{ value }}`, `~` and the filter `string` write. */
export function pythonText(value: Value): string {
  if (value.type === "StringValue") return String(value.value);
  return value.type === "UndefinedValue" ? "" : pythonRepr(value);
}

/** Python's `==`: by content, and a text is no number. */
export function pythonEqual(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return Number(a.value) === Number(b.value);
  if (isList(a) && isList(b)) {
    const [one, other] = [listOf(a), listOf(b)];
    return one.length === other.length && one.every((item, at) => equalAt(item, other[at]));
  }
  if (isMapping(a) && isMapping(b)) {
    const [one, other] = [entriesOf(a), entriesOf(b)];
    return (
      one.size === other.size && [...one].every(([key, item]) => equalAt(item, other.get(key)))
    );
  }
  if (isNothing(a) || isNothing(b)) return a.type === b.type;
  return a.type === b.type && a.value === b.value;
}

export const valueOf = (value: unknown): Value => new Environment().set("value", value);
export const isNone = ({ type }: Value): boolean => type === "NullValue";
export const isUndefined = ({ type }: Value): boolean => type === "UndefinedValue";
export const isText = ({ type }: Value): boolean => type === "StringValue";
export const textOf = ({ value }: Value): string => String(value);

export function listValue(items: readonly Value[]): Value {
  const list = valueOf([]);
  list.value = items;
  return list;
}

/** Nothing is looped over where Python loops over nothing, and a text by its characters. */
export function asIterable(value: Value): Value {
  if (isUndefined(value)) return listValue([]);
  return isText(value) ? listValue(Array.from(textOf(value), (char) => valueOf(char))) : value;
}

export const isList = ({ type }: Value): boolean => type === "ArrayValue" || type === "TupleValue";
export const isMapping = ({ type }: Value): boolean => type === "ObjectValue";
export const listOf = ({ value }: Value): readonly Value[] => value as readonly Value[];
export const entriesOf = ({ value }: Value): ReadonlyMap<string, Value> =>
  value as ReadonlyMap<string, Value>;

// ---------------------------------------------------------------------------------------------

const isNothing = ({ type }: Value): boolean => type === "NullValue" || type === "UndefinedValue";
const NUMBERS = new Set(["IntegerValue", "FloatValue", "BooleanValue"]);
const isNumber = ({ type }: Value): boolean => NUMBERS.has(type);
const equalAt = (a: Value, b: Value | undefined): boolean => b !== undefined && pythonEqual(a, b);

function pythonRepr(value: Value): string {
  switch (value.type) {
    case "StringValue":
      return quoted(String(value.value));
    case "IntegerValue":
      return String(value.value);
    case "FloatValue":
      return floatText(Number(value.value));
    case "BooleanValue":
      return value.value === true ? "True" : "False";
    case "NullValue":
      return "None";
    case "UndefinedValue":
      return "Undefined";
    case "ArrayValue":
      return `[${listOf(value).map(pythonRepr).join(", ")}]`;
    case "TupleValue": {
      const items = listOf(value).map(pythonRepr);
      return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
    }
    case "ObjectValue": {
      const entries = [...entriesOf(value)].map(
        ([key, one]) => `${quoted(key)}: ${pythonRepr(one)}`,
      );
      return `{${entries.join(", ")}}`;
    }
    default:
      throw new Error(`a ${value.type} cannot be written out`);
  }
}

/** In single quotes, or in double ones where the text has single ones alone. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return `${quote}${escaped(text, quote)}${quote}`;
}

/** A text inside of such quotes. */
export function escaped(text: string, quote: string): string {
  return text.replace(/[\\'"]|(?! )[\p{C}\p{Z}]/gu, (char) => {
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
    const named = NAMED[char];
    if (named !== undefined) return named;
    const code = char.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
  });
}

const NAMED: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** Python changes to an exponent below 1e-4 and from 1e16 on, and writes it with two digits. */
export function floatText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
