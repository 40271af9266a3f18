/** From the parser's tree to the flat list of simple commands. */
import type { Node } from "mvdan-sh";
import { grammar } from "./grammar.ts";
import type { ShellCommand, ShellRedirect } from "./command.ts";
import { isNode, nodesIn, sourceSlices, textIn, wordText } from "./words.ts";
import type { Slice } from "./words.ts";

/** Where a command stands: behind a pipe, inside a substitution. */
type Place = { readonly piped: boolean; readonly substituted: boolean };

/** All simple commands below a File node, in source order. */
export function commandsOf(file: Node, source: string): ShellCommand[] {
  const walk: Walk = { found: [], slice: sourceSlices(source) };
  for (const stmt of nodesIn(file["Stmts"])) {
    readStmt(walk, stmt, { piped: false, substituted: false });
  }
  return walk.found;
}

// ---------------------------------------------------------------------------------------------

type Walk = { readonly found: ShellCommand[]; readonly slice: Slice };

function readStmt(walk: Walk, stmt: Node, place: Place): void {
  const command = stmt["Cmd"];
  const redirs = nodesIn(stmt["Redirs"]);
  if (!isNode(command)) {
    add(walk, place, { redirs });
    return;
  }
  const kind = grammar().NodeType(command);
  if (kind === "CallExpr") {
    const [program, ...args] = nodesIn(command["Args"]);
    const assigns = nodesIn(command["Assigns"]);
    add(walk, place, { program, args, assigns, redirs });
    return;
  }
  // A long chain leans to the left: `a && b && c` is (a && b) && c. Down it by a loop, not by
  // recursion, so that ten thousand links do not use up the stack.
  if (kind === "BinaryCmd") {
    readChain(walk, stmt, command, place);
    return;
  }
  if (redirs.length > 0) add(walk, place, { redirs });
  readCompound(walk, kind, command, place);
}

function readChain(walk: Walk, stmt: Node, top: Node, place: Place): void {
  const right: { stmt: Node; piped: boolean }[] = [];
  let left: unknown = stmt;
  let command: Node | null = top;
  while (isNode(left) && command !== null) {
    const y = command["Y"];
    if (isNode(y)) right.push({ stmt: y, piped: PIPES.has(operator(walk, command, y)) });
    left = command["X"];
    const next: unknown = isNode(left) ? left["Cmd"] : null;
    command = isNode(next) && grammar().NodeType(next) === "BinaryCmd" ? next : null;
  }
  if (isNode(left)) readStmt(walk, left, place);
  for (const link of right.reverse()) {
    readStmt(walk, link.stmt, { ...place, piped: link.piped || place.piped });
  }
}

const PIPES: ReadonlySet<string> = new Set(["|", "|&"]);

/** The operator of a chain as written: "&&", "||", "|", "|&". */
function operator(walk: Walk, command: Node, right: Node): string {
  const at = command["OpPos"];
  const start = isPosition(at) ? at.Offset() : right.Pos().Offset();
  const text = walk.slice(start, start + 2);
  return text === "||" || text === "&&" || text === "|&" ? text : text.slice(0, 1);
}

function isPosition(value: unknown): value is ReturnType<Node["Pos"]> {
  return typeof value === "object" && value !== null && "Offset" in value;
}

function readCompound(walk: Walk, kind: string, command: Node, place: Place): void {
  const named = SINGLE_WORD[kind];
  if (named !== undefined) {
    const text = walk.slice(command.Pos().Offset(), command.End().Offset());
    const args = [text.slice(named.open.length, text.length - named.close.length).trim()];
    walk.found.push({ ...EMPTY, ...place, program: named.open, args });
    readSubstitutions(walk, command);
    return;
  }
  if (kind === "DeclClause") {
    const variant = command["Variant"];
    const program = isNode(variant) ? textIn(variant, "Value") : "declare";
    const operands = nodesIn(command["Args"]);
    const args = operands.map((node) => walk.slice(node.Pos().Offset(), node.End().Offset()));
    walk.found.push({ ...EMPTY, ...place, program, args });
    for (const node of operands) readSubstitutions(walk, node);
    return;
  }
  // Words before a body: the list of a for loop, the subject of a case.
  for (const field of ["Loop", "Word"]) {
    const node = command[field];
    if (isNode(node)) readSubstitutions(walk, node);
  }
  for (const field of BODIES) {
    const inner = command[field];
    if (isNode(inner)) readBody(walk, inner, place);
    else for (const node of nodesIn(inner)) readBody(walk, node, place);
  }
}

/** Commands that are one construct of the grammar, not words. */
const SINGLE_WORD: Readonly<Record<string, { open: string; close: string }>> = {
  TestClause: { open: "[[", close: "]]" },
  ArithmCmd: { open: "((", close: "))" },
  LetClause: { open: "let", close: "" },
};

/** Fields of compound commands that hold statements, in source order. */
const BODIES = ["Cond", "Then", "Else", "Do", "Items", "Stmts", "Stmt", "Body"] as const;

/** A statement, the else branch of an if (a clause of its own), or one case of a case. */
function readBody(walk: Walk, node: Node, place: Place): void {
  const kind = grammar().NodeType(node);
  if (kind === "Stmt") readStmt(walk, node, place);
  else readCompound(walk, kind, node, place);
}

type Parts = {
  readonly program?: Node | undefined;
  readonly args?: readonly Node[];
  readonly assigns?: readonly Node[];
  readonly redirs: readonly Node[];
};

const EMPTY = { program: "", args: [], redirects: [], heredocs: [], assigns: [] };

/** One simple command, then the commands inside its words. */
function add(walk: Walk, place: Place, parts: Parts): void {
  const { program, args = [], assigns = [], redirs } = parts;
  const inner: Node[] = [];
  const text = (word: Node): string => wordText(word, walk.slice, inner);
  const assigned = assigns.map((node) => assignText(node, walk.slice, inner));
  const name = program === undefined ? "" : text(program);
  const rest = args.map(text);
  const redirects: ShellRedirect[] = [];
  const heredocs: string[] = [];
  for (const redir of redirs) {
    redirects.push(redirectOf(redir, walk.slice, inner));
    const body = redir["Hdoc"];
    if (isNode(body)) {
      heredocs.push(bodyOf(walk.slice(body.Pos().Offset(), body.End().Offset())));
      wordText(body, walk.slice, inner);
    } else if (redirects.at(-1)?.op.startsWith("<<") && redirects.at(-1)?.op !== "<<<") {
      heredocs.push("");
    }
  }
  walk.found.push({ program: name, args: rest, redirects, heredocs, assigns: assigned, ...place });
  for (const node of inner) readSubstitutions(walk, node);
}

/** The parser ends a here-document after its delimiter: that last line is no part of the body. */
function bodyOf(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

function assignText(assign: Node, slice: Slice, inner: Node[]): string {
  const value = assign["Value"];
  const from = assign.Pos().Offset();
  if (isNode(value)) return slice(from, value.Pos().Offset()) + wordText(value, slice, inner);
  const array = assign["Array"];
  if (isNode(array)) inner.push(array);
  return slice(from, assign.End().Offset());
}

function redirectOf(redir: Node, slice: Slice, inner: Node[]): ShellRedirect {
  const word = redir["Word"];
  const number = redir["N"];
  const at = redir["OpPos"];
  const start = isPosition(at) ? at.Offset() : redir.Pos().Offset();
  const end = isNode(word) ? word.Pos().Offset() : redir.End().Offset();
  return {
    op: slice(start, end).trim(),
    target: isNode(word) ? wordText(word, slice, inner) : "",
    fd: isNode(number) ? textIn(number, "Value") : "",
  };
}

/** The commands of every substitution at or below a node, outermost first. */
function readSubstitutions(walk: Walk, top: Node): void {
  grammar().Walk(top, (node) => {
    if (node === null) return true;
    const kind = grammar().NodeType(node);
    if (kind !== "CmdSubst" && kind !== "ProcSubst") return true;
    for (const stmt of nodesIn(node["Stmts"])) {
      readStmt(walk, stmt, { piped: false, substituted: true });
    }
    return false;
  });
}
