/** Filters and methods of texts as Python has them, where @huggingface/jinja has them otherwise or not at all. */
import { pythonJson, type JsonOptions } from "./json.ts";
import {
  asIterable,
  entriesOf,
  isList,
  isMapping,
  isNone,
  isText,
  isUndefined,
  listOf,
  listValue,
  pythonEqual,
  pythonText,
  textOf,
  valueOf,
  type Value,
} from "./values.ts";

export const TEXT_METHODS = new Set(["strip", "lstrip", "rstrip", "title", "capitalize"]);

/** A method of a text. @param given its one argument: the characters that are cut. */
export function textMethod(name: string, text: string, given: Value | undefined): string {
  if (name === "title") {
    return text.replace(
      /\p{L}+/gu,
      (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase(),
    );
  }
  if (name === "capitalize") return text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
  const chars = given === undefined || isNone(given) ? null : new Set(textOf(given));
  const isCut = (char: string): boolean =>
    chars === null ? PYTHON_SPACE.test(char) : chars.has(char);
  const all = Array.from(text);
  let from = 0;
  let to = all.length;
  if (name !== "rstrip") while (from < to && isCut(all[from] ?? "")) from++;
  if (name !== "lstrip") while (to > from && isCut(all[to - 1] ?? "")) to--;
  return all.slice(from, to).join("");
}

/** What `str.isspace` holds for: JavaScript has a byte-order mark more and five control characters less. */
const PYTHON_SPACE = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** Arguments by place and by name. */
export type FilterArguments = {
  readonly placed: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
};

/** They give nothing for nothing. */
const LIST_FILTERS = new Set(["map", "select", "reject", "selectattr", "rejectattr"]);

/** What a filter gives where the engine gives something else or nothing; null: it does as Python does. */
export function filtered(name: string, operand: Value, args: () => FilterArguments): Value | null {
  const isNothing = isUndefined(operand) || isNone(operand);
  if (isNothing && LIST_FILTERS.has(name)) return listValue([]);
  switch (name) {
    case "tojson":
      return valueOf(pythonJson(operand, jsonOptions(args())));
    case "string":
      return valueOf(pythonText(operand));
    case "trim":
      return valueOf(textMethod("strip", pythonText(operand), args().placed[0]));
    case "title":
    case "capitalize":
      return valueOf(textMethod(name, pythonText(operand), undefined));
    case "join": {
      if (!isList(operand)) return null;
      const { placed, named } = args();
      const by = placed[0] ?? named.get("d");
      return valueOf(
        listOf(operand)
          .map(pythonText)
          .join(by === undefined ? "" : pythonText(by)),
      );
    }
    case "items":
      return isUndefined(operand) ? listValue([]) : null;
    case "list":
      if (isMapping(operand)) return valueOf([...entriesOf(operand).keys()]);
      return isText(operand) || isUndefined(operand) ? asIterable(operand) : null;
    case "length":
    case "count":
      if (isText(operand)) return valueOf(Array.from(textOf(operand)).length);
      if (isUndefined(operand)) return valueOf(0);
      return name === "count" && isList(operand) ? valueOf(listOf(operand).length) : null;
    case "first":
    case "last": {
      if (!isList(operand) && !isText(operand)) return null;
      const items = listOf(isText(operand) ? asIterable(operand) : operand);
      return items.at(name === "first" ? 0 : -1) ?? valueOf(undefined);
    }
    case "min":
    case "max": {
      if (!isList(operand) || !listOf(operand).every(({ type }) => type === "IntegerValue"))
        return null;
      const numbers = listOf(operand).map(({ value }) => Number(value));
      if (numbers.length === 0) return valueOf(undefined);
      return valueOf(name === "min" ? Math.min(...numbers) : Math.max(...numbers));
    }
    case "selectattr":
    case "rejectattr":
      return byAttribute(name === "selectattr", operand, args().placed);
    case "indent":
      return isText(operand) ? valueOf(indented(textOf(operand), args())) : null;
    default:
      return null;
  }
}

/**
 * Items by a test of an attribute, whose argument may be any value; the engine takes texts alone, and tests
 * nothing that is missing. null: a test that it does as Python does, or does not know.
 */
function byAttribute(
  select: boolean,
  operand: Value,
  [attribute, test, given]: readonly Value[],
): Value | null {
  if (attribute === undefined || !isText(attribute) || !isList(operand)) return null;
  const passes = TESTS[test === undefined ? "" : textOf(test)];
  if (passes === undefined) return null;
  const path = textOf(attribute).split(".");
  return listValue(
    listOf(operand).filter(
      (item) => passes(attributeOf(item, path), given ?? valueOf(undefined)) === select,
    ),
  );
}

type AttributeTest = (value: Value, given: Value) => boolean;

const isEqual: AttributeTest = (value, given) => pythonEqual(value, given);
const isOther: AttributeTest = (value, given) => !pythonEqual(value, given);

/** "": no test was named, and what is true passes. */
const TESTS: Readonly<Record<string, AttributeTest>> = {
  "": (value) => value.__bool__().value,
  defined: (value) => !isUndefined(value),
  undefined: (value) => isUndefined(value),
  none: (value) => isNone(value),
  string: (value) => isText(value),
  mapping: (value) => isMapping(value),
  eq: isEqual,
  equalto: isEqual,
  "==": isEqual,
  ne: isOther,
  "!=": isOther,
  in: (value, given) =>
    isText(given)
      ? isText(value) && textOf(given).includes(textOf(value))
      : listOf(isMapping(given) ? asIterable(given) : given).some((one) => pythonEqual(one, value)),
};

/** "function.name": one after the other. */
function attributeOf(item: Value, path: readonly string[]): Value {
  let value = item;
  for (const name of path) {
    if (isUndefined(value)) throw new Error("an attribute of what is undefined");
    value = (isMapping(value) ? entriesOf(value).get(name) : undefined) ?? valueOf(undefined);
  }
  return value;
}

/** Lines end where Python's `splitlines` ends them, and are joined by line feeds. */
function indented(text: string, { placed, named }: FilterArguments): string {
  const given = (at: number, name: string): Value | undefined => placed[at] ?? named.get(name);
  const width = given(0, "width");
  const blanks =
    width === undefined
      ? "    "
      : isText(width)
        ? textOf(width)
        : " ".repeat(Math.max(0, Number(width.value)));
  const isTold = (at: number, name: string): boolean => given(at, name)?.__bool__().value === true;
  const all = isTold(2, "blank");
  const lines = text.split(LINE_ENDS);
  const more = lines.slice(1).map((line) => (line === "" && !all ? line : blanks + line));
  return (isTold(1, "first") ? blanks : "") + [lines[0] ?? "", ...more].join("\n");
}

const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

function jsonOptions({ placed, named }: FilterArguments): JsonOptions {
  const given = (at: number, name: string): unknown => {
    const value = placed[at] ?? named.get(name);
    return value === undefined || isNone(value) ? null : value.value;
  };
  const separators = placed[2] ?? named.get("separators");
  const [items, keys] =
    separators === undefined || !isList(separators) ? [] : listOf(separators).map(textOf);
  const indent = given(1, "indent");
  return {
    ensureAscii: given(0, "ensure_ascii") === true,
    indent: indent === null ? null : Number(indent),
    separators: items === undefined || keys === undefined ? null : [items, keys],
    sortKeys: given(3, "sort_keys") === true,
  };
}
