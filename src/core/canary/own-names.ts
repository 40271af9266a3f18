/**
 * Names that a patch brings with it and that are its own: nobody else reads or calls them. What it calls,
 * overrides or fills in belongs to the code around it or to other packages, and cannot be altered without harm.
 */
import { addedTexts, parseDiff, type DiffLine, type Hunk } from "../audit/diff.ts";
import { isKnownName } from "../audit/surprise.ts";
import { partsOf } from "../audit/tokens.ts";

export type OwnName = {
  readonly name: string;
  /** Defined by assignments alone: nobody's outside of its function. */
  readonly isVariable: boolean;
};

/** Names of two parts and more that the added lines define and no other line of the diffs has, in order. */
export function ownNames(patch: string, tests: string): readonly OwnName[] {
  const found: Found = {
    brought: new Set(),
    foreign: new Set(),
    uses: new Map(),
    definitions: new Map(),
    variables: new Set(),
  };
  const files = [...parseDiff(patch), ...parseDiff(tests)];
  for (const { hunks, oldPath, newPath } of files) {
    for (const word of `${oldPath ?? ""} ${newPath ?? ""}`.match(WORD) ?? [])
      found.foreign.add(word);
    for (const hunk of hunks) readHunk(hunk, found);
  }
  for (const { hunks, newPath } of files) {
    for (const text of addedTexts(hunks)) readUses(text, SCRIPT.test(newPath ?? ""), found);
  }
  const { brought, foreign, uses, definitions, variables } = found;
  // What is defined and not used may be what a framework asks for, or overrides; tests are found by name.
  const isOwn = (name: string): boolean =>
    isTest(name) || (uses.get(name) ?? 0) > (definitions.get(name) ?? 0);
  return [...brought]
    .filter((name) => !foreign.has(name) && isOwn(name))
    .map((name) => ({ name, isVariable: variables.has(name) }));
}

/** True for what a runner of tests finds by its name. */
export const isTest = (name: string): boolean => /^tests?_|^Test|^test[A-Z]/.test(name);

// ---------------------------------------------------------------------------------------------

type Found = {
  readonly brought: Set<string>;
  /** What lines that stay have, or what others read. */
  readonly foreign: Set<string>;
  readonly uses: Map<string, number>;
  readonly definitions: Map<string, number>;
  /** Defined by an assignment. */
  readonly variables: Set<string>;
};

/** Shorter names may stand in other words. */
const MIN_LETTERS = 8;

const WORD = /[A-Za-z_$][\w$]*/g;
const IMPORT = /^\s*(?:import|from|use|require|#include|using|package)\b|\brequire\(/;

/** def x, class X, function x, func x, const x =, x = ..., self.x = ... */
const DEFINES =
  /\b(?:def|class|function|func|fn|const|let|var|type|struct|interface|enum|trait)\s+(?:\([^)]{0,60}\)\s*)?([A-Za-z_$][\w$]*)|^\s*(?:self|this|cls)\.([A-Za-z_]\w*) =(?!=)|^\s*([A-Za-z_]\w*) :?=(?!=)/g;

/** Uses by which a name is somebody else's; true: only of a variable. */
const FOREIGN_USES: readonly (readonly [RegExp, boolean])[] = [
  // super().name, super(X, self).name
  [/\bsuper\([^)]{0,80}\)\.([A-Za-z_]\w*)/g, false],
  // f(name=...): an argument of a function that has it by that name.
  [/(?:[(,]\s{0,3}|^\s+)([A-Za-z_]\w*)=(?!=)/g, false],
  // other.name, row["name"]
  [/(?<!\b(?:self|this|cls))\.([A-Za-z_]\w*)/g, true],
  [/["']([A-Za-z_]\w*)["']/g, true],
];

/** Files of JavaScript and its kin. */
const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte)$/;
/** { a, b }: keys of an object, or what is taken out of one. */
const SHORTHAND = /\{\s*([\w$]+(?:\s*,\s*[\w$]+)*)\s*(?:,\s*)?\}/g;
/** <A b=...>, { b: ... }; looked for from the head of a word alone, since a line may be one word of thousands of letters. */
const FIELD = /(?<![\w$])\d*([A-Za-z_$][\w$]*)(?:=(?=[{"'])|\s?:(?!:))/g;

function readUses(text: string, isScript: boolean, { foreign, variables }: Found): void {
  for (const [form, isForVariables] of FOREIGN_USES) {
    for (const match of text.matchAll(form)) {
      const name = match[1] ?? "";
      if (!isForVariables || variables.has(name)) foreign.add(name);
    }
  }
  if (!isScript) return;
  for (const match of text.matchAll(SHORTHAND)) {
    for (const name of match[1]?.match(WORD) ?? []) foreign.add(name);
  }
  for (const match of text.matchAll(FIELD)) foreign.add(match[1] ?? "");
}

function readHunk({ lines, heading }: Hunk, found: Found): void {
  const { brought, foreign, uses, definitions, variables } = found;
  for (const word of heading.match(WORD) ?? []) foreign.add(word);
  for (const [at, { side, text }] of lines.entries()) {
    const words = text.match(WORD) ?? [];
    if (side !== "added" || IMPORT.test(text)) {
      for (const word of words) foreign.add(word);
      continue;
    }
    for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1);
    for (const match of text.matchAll(DEFINES)) {
      const name = match[1] ?? match[2] ?? match[3] ?? "";
      definitions.set(name, (definitions.get(name) ?? 0) + 1);
      if (/^(?:const|let|var)\s/.test(match[0])) variables.add(name);
      if (match[3] !== undefined) {
        variables.add(name);
        if (isInClass(lines, at, heading)) foreign.add(name);
      }
      if (isAlterable(name)) brought.add(name);
    }
  }
}

/** True for a field of a class body: whoever wrote the base class may read it. */
function isInClass(lines: readonly DiffLine[], at: number, heading: string): boolean {
  const indent = indentOf(lines[at]?.text ?? "");
  if (indent === 0) return false;
  for (let above = at - 1; above >= 0; above--) {
    const { side, text } = lines[above] ?? { side: "removed", text: "" };
    if (side === "removed" || text.trim() === "" || indentOf(text) >= indent) continue;
    return CLASS.test(text);
  }
  return CLASS.test(heading);
}

const CLASS = /^\s*(?:export\s+)?(?:abstract\s+)?class\b/;
const indentOf = (text: string): number => text.length - text.trimStart().length;

/** A name of one word is a word of any text; dunders belong to the language, and `a__b` may be a lookup. */
function isAlterable(name: string): boolean {
  if (name.length < MIN_LETTERS || isKnownName(name)) return false;
  if (name.startsWith("__") || (/[a-z]__[a-z]/.test(name) && !name.startsWith("test")))
    return false;
  return partsOf(name).filter((part) => part.length >= 2).length >= 2;
}
