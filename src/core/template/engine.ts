/**
 * @huggingface/jinja made to do as Python's Jinja does under transformers, where it would write something
 * else in silence. What it cannot do at all stays an error of the engine. `raise_exception` alone is a
 * refusal of the template. After jinja2 3.1 (sandbox, trim_blocks, lstrip_blocks) and
 * transformers' utils/chat_template_utils.py.
 */
import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { strftime } from "./date.ts";
import { filtered, TEXT_METHODS, textMethod, type FilterArguments } from "./filters.ts";
import {
  asIterable,
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

/** The template called `raise_exception` with these words. */
export class TemplateRefusal extends Error {}

/** A template that was compiled. @throws as the template or the engine does. */
export type Compiled = (variables: Readonly<Record<string, unknown>>, date: string) => string;

/** @throws Error in the engine's words when it cannot read the template. */
export function compileTemplate(source: string): Compiled {
  // Jinja2 knows one line end.
  const lines = source.replace(/\r\n?/g, "\n");
  const program = parse(tokenize(lines, { lstrip_blocks: true, trim_blocks: true }));
  return (variables, date) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) {
      environment.set(name, value);
    }
    environment.set("strftime_now", (format: string) => strftime(date, format));
    return String(asPython(new Interpreter(environment)).run(program).value);
  };
}

// ---------------------------------------------------------------------------------------------

const GLOBALS = {
  false: false,
  true: true,
  none: null,
  False: false,
  True: true,
  None: null,
  range: pythonRange,
  raise_exception: (message: unknown) => {
    throw new TemplateRefusal(String(message));
  },
};

function pythonRange(first: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, first] : [first, stop];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > LONGEST_RANGE) throw new RangeError(`range(): over ${LONGEST_RANGE} numbers`);
  return Array.from({ length }, (_, at) => from + at * step);
}

/** As Jinja2's sandbox has it. */
const LONGEST_RANGE = 100_000;

/** Nodes of a program; `Constant` is ours: a value that was computed already. */
type Node = {
  readonly type: string;
  readonly [key: string]: unknown;
};

/** The parts of an interpreter; private to TypeScript alone. */
type Parts = {
  run(program: unknown): Value;
  evaluate(node: Node | undefined, scope: Environment): Value;
  evaluateBlock(nodes: readonly Node[], scope: Environment): Value;
  evaluateFor(node: Node, scope: Environment): Value;
  evaluateBinaryExpression(node: Node, scope: Environment): Value;
  evaluateCallExpression(node: Node, scope: Environment): Value;
  evaluateMemberExpression(node: Node, scope: Environment): Value;
  evaluateTestExpression(node: Node, scope: Environment): Value;
  applyFilter(operand: Value, filter: Node, scope: Environment): Value;
};

const constant = (value: Value): Node => ({ type: "Constant", value });
const nameOf = (node: unknown): string => String((node as Node)["value"]);

function asPython(interpreter: Interpreter): Parts {
  const parts = interpreter as unknown as Parts;
  const own: Parts = { ...bound(parts) };
  const loopBodies = new Set<unknown>();

  parts.evaluate = (node, scope) =>
    node?.type === "Constant" ? (node["value"] as Value) : own.evaluate(node, scope);

  parts.evaluateBlock = (nodes, outer) => {
    // Each round of a loop begins without what the last one set.
    const scope = loopBodies.has(nodes) ? new Environment(outer) : outer;
    let text = "";
    for (const node of nodes) {
      const value = parts.evaluate(node, scope);
      if (STATEMENTS.has(node.type)) text += isText(value) ? textOf(value) : "";
      else text += pythonText(value);
    }
    return valueOf(text);
  };

  parts.evaluateFor = (node, scope) => {
    loopBodies.add(node["body"]);
    const iterable = node["iterable"] as Node;
    const isFiltered = iterable.type === "SelectExpression";
    const over = parts.evaluate(isFiltered ? (iterable["lhs"] as Node) : iterable, scope);
    const isUnpacked = (node["loopvar"] as Node).type === "TupleLiteral";
    const given = constant(isUnpacked ? unpackable(asIterable(over)) : asIterable(over));
    return own.evaluateFor(
      { ...node, iterable: isFiltered ? { ...iterable, lhs: given } : given },
      scope,
    );
  };

  parts.evaluateBinaryExpression = (node, scope) => {
    const operator = nameOf(node["operator"]);
    if (operator === "and" || operator === "or") return own.evaluateBinaryExpression(node, scope);
    if (operator === "+" && [node["left"], node["right"]].some(isSafe)) {
      throw new Error("text marked safe is joined by +, which escapes the other text");
    }
    const left = parts.evaluate(node["left"] as Node, scope);
    const right = parts.evaluate(node["right"] as Node, scope);
    const result = binary(operator, left, right);
    if (result !== null) return valueOf(result);
    return own.evaluateBinaryExpression(
      { ...node, left: constant(left), right: constant(right) },
      scope,
    );
  };

  parts.evaluateMemberExpression = (node, scope) => {
    const object = parts.evaluate(node["object"] as Node, scope);
    if (isUndefined(object)) throw new Error("an attribute of what is undefined");
    const name = node["computed"] === true ? "" : nameOf(node["property"]);
    // A method is met before a key of its name.
    const method = DICT_METHODS.has(name) && isMapping(object) ? object.builtins.get(name) : null;
    return method ?? own.evaluateMemberExpression({ ...node, object: constant(object) }, scope);
  };

  parts.evaluateCallExpression = (node, scope) => {
    const callee = node["callee"] as Node;
    const method = callee.type === "MemberExpression" ? nameOf(callee["property"]) : "";
    const args = node["args"] as readonly Node[];
    if (callee["computed"] === true || !TEXT_METHODS.has(method) || args.length > 1) {
      return own.evaluateCallExpression(node, scope);
    }
    const object = parts.evaluate(callee["object"] as Node, scope);
    if (!isText(object)) {
      const known = { ...callee, object: constant(object) };
      return own.evaluateCallExpression({ ...node, callee: known }, scope);
    }
    const chars = args.map((one) => parts.evaluate(one, scope))[0];
    return valueOf(textMethod(method, textOf(object), chars));
  };

  parts.evaluateTestExpression = (node, scope) => {
    const operand = parts.evaluate(node["operand"] as Node, scope);
    const test = nameOf(node["test"]);
    const isMore =
      (test === "iterable" && (isMapping(operand) || isList(operand) || isUndefined(operand))) ||
      (test === "number" && operand.type === "BooleanValue");
    if (isMore) return valueOf(node["negate"] !== true);
    return own.evaluateTestExpression({ ...node, operand: constant(operand) }, scope);
  };

  parts.applyFilter = (operand, filter, scope) => {
    const isCall = filter.type === "CallExpression";
    const name = nameOf(isCall ? filter["callee"] : filter);
    const nodes = (isCall ? filter["args"] : []) as readonly Node[];
    const args = (): FilterArguments => {
      const isNamed = ({ type }: Node): boolean => type === "KeywordArgumentExpression";
      return {
        placed: nodes.filter((one) => !isNamed(one)).map((one) => parts.evaluate(one, scope)),
        named: new Map(
          nodes
            .filter(isNamed)
            .map((one) => [nameOf(one["key"]), parts.evaluate(one["value"] as Node, scope)]),
        ),
      };
    };
    return filtered(name, operand, args) ?? own.applyFilter(operand, filter, scope);
  };

  return parts;
}

/** Nodes that print nothing by themselves, or text that was made already. */
const STATEMENTS = new Set([
  "Set",
  "If",
  "For",
  "Macro",
  "CallStatement",
  "FilterStatement",
  "Break",
  "Continue",
  "Comment",
]);

const DICT_METHODS = new Set(["items", "keys", "values", "get"]);

/** The parts as they are. @throws Error when a version of the package has them otherwise. */
function bound(parts: Parts): Parts {
  const names = [
    "run",
    "evaluate",
    "evaluateBlock",
    "evaluateFor",
    "evaluateBinaryExpression",
    "evaluateCallExpression",
    "evaluateMemberExpression",
    "evaluateTestExpression",
    "applyFilter",
  ] as const;
  const lacks = names.filter((name) => typeof parts[name] !== "function");
  if (lacks.length > 0) throw new Error(`@huggingface/jinja has no ${lacks.join(", ")}`);
  const all = names.map((name) => [name, parts[name].bind(parts)] as const);
  return Object.fromEntries(all) as unknown as Parts;
}

/** Pairs of a list may be tuples; the engine unpacks lists alone. */
function unpackable(value: Value): Value {
  if (!isList(value)) return value;
  return listValue(
    listOf(value).map((item) => (item.type === "TupleValue" ? listValue(listOf(item)) : item)),
  );
}

/** `x | safe` */
function isSafe(node: unknown): boolean {
  const { type, filter } = node as Node;
  return type === "FilterExpression" && nameOf(filter) === "safe";
}

/** What an operator gives where the engine gives something else; null: it does as Python does. */
function binary(operator: string, left: Value, right: Value): unknown {
  switch (operator) {
    case "==":
      return pythonEqual(left, right);
    case "!=":
      return !pythonEqual(left, right);
    case "~":
      return pythonText(left) + pythonText(right);
    case "in":
    case "not in": {
      if (!isList(right)) return null;
      const isIn = listOf(right).some((one) => pythonEqual(one, left));
      return operator === "in" ? isIn : !isIn;
    }
    case "+":
      if (isText(left) === isText(right) || isUndefined(left) || isUndefined(right)) return null;
      throw new Error(
        `can only concatenate str (not ${typeOf(isText(left) ? right : left)}) to str`,
      );
    case "*":
      return isText(left) && right.type === "IntegerValue"
        ? textOf(left).repeat(Math.max(0, Number(right.value)))
        : null;
    default:
      return null;
  }
}

const typeOf = (value: Value): string =>
  isMapping(value)
    ? "dict"
    : isList(value)
      ? "list"
      : isNone(value)
        ? "NoneType"
        : value.type.replace("Value", "").toLowerCase();
