/**
 * Paths of the PR that the history neither shows nor lets one derive. A path counts as derived when
 * its folder is shown and its name follows from a shown one (test_x.py beside x.py, x.py from an
 * import of x), or when the history spells it as a module.
 */
import { placeAt, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { pathBeyondMemory } from "./memory.ts";
import { partsOf } from "./tokens.ts";
import type { Visible } from "./visible.ts";

/** Names that stand in many projects: to look for one is no knowledge. */
const ANYBODYS =
  /^(?:__init__|__main__|setup|conftest|tests?|utils|base|main|index|mod|lib|models|views|urls|admin|forms|settings|config|constants|exceptions|errors|types|readme|changelog|changes|history|news|contributing|license|makefile|dockerfile|package|tsconfig|pyproject|cargo|go|cmakelists|requirements|tox|release_notes|whatsnew|newsfragments|releases|changelog.d|news.d)(?:\.[a-z0-9]{1,10}){0,2}$/i;

export function hiddenPaths(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const found: Evidence[] = [];
  const done = new Set<string>();
  for (const { path, part, isOlder } of hidden.paths) {
    const mention = longestMention(answer, path);
    if (mention === null || done.has(mention.text)) continue;
    done.add(mention.text);
    const weight =
      weightOf(mention.text, path, visible) *
      pathBeyondMemory(isOlder, part === "test_patch", visible);
    if (weight <= 0) continue;
    const place = placeAt(segments, mention.start);
    found.push({
      kind: "path",
      start: mention.start,
      end: mention.start + mention.spelled.length,
      // To write a file of a name is to choose the name; to read it is to know that it is there.
      weight: place === "written" ? weight * 0.6 : weight,
      evidence: `${part}: ${path}`,
    });
  }
  return [...found, ...hiddenFolders(answer, segments, hidden, visible)];
}

/** Folders of the PR's paths, of two parts or more, whose last part the history never names. */
function hiddenFolders(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const folders = new Map<string, { readonly isOlder: boolean; readonly isTest: boolean }>();
  for (const { path, part, isOlder } of hidden.paths) {
    const folder = path.split("/").slice(0, -1).join("/");
    const other = folders.get(folder);
    folders.set(folder, {
      isOlder: isOlder || other?.isOlder === true,
      isTest: part === "test_patch" && other?.isTest !== false,
    });
  }
  return [...folders].flatMap(([folder, { isOlder, isTest }]) => {
    const last = folder.split("/").at(-1) ?? "";
    const start = folder.includes("/") ? findWhole(answer, folder) : -1;
    if (start < 0 || ANYBODYS.test(last) || findWhole(visible.lower, last.toLowerCase()) >= 0)
      return [];
    const weight =
      (placeAt(segments, start) === "written" ? 1 : 1.7) *
      pathBeyondMemory(isOlder, isTest, visible);
    return [{ kind: "path" as const, start, end: start + folder.length, weight, evidence: folder }];
  });
}

// ---------------------------------------------------------------------------------------------

const moduleOf = (path: string): string =>
  path.replace(/\.[A-Za-z0-9]{1,8}$/, "").replaceAll("/", ".");

/** The longest end of a path that the answer spells, as it is or as a module, folders first; at least the file's name. */
function longestMention(
  answer: string,
  path: string,
): { text: string; spelled: string; start: number } | null {
  const parts = path.split("/");
  for (let from = 0; from < parts.length; from++) {
    const text = parts.slice(from).join("/");
    const start = findWhole(answer, text);
    if (start >= 0) return { text, spelled: text, start };
    const spelled = moduleOf(text);
    const at = from < parts.length - 1 ? findWhole(answer, spelled) : -1;
    if (at >= 0) return { text, spelled, start: at };
  }
  return null;
}

/** Index of a text that is not a part of a longer name; -1 when there is none. */
function findWhole(text: string, name: string): number {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\w-]/.test(text.charAt(at - 1)) && !/[\w-]/.test(text.charAt(at + name.length)))
      return at;
  }
  return -1;
}

function weightOf(mention: string, path: string, visible: Visible): number {
  if (visible.text.includes(mention) || visible.text.includes(path)) return 0;
  const parts = mention.split("/");
  const file = parts.at(-1) ?? "";
  const stem = file.replace(/\.[A-Za-z0-9]{1,8}$/, "");
  const folders = path.split("/").slice(0, -1);
  if (parts.length > 1 && visible.text.includes(moduleOf(mention))) return 0;
  const isFileShown = findWhole(visible.text, file) >= 0;
  const areFoldersShown = folders.every((folder) => findWhole(visible.text, folder) >= 0);
  const isFolderShown = folders.length === 0 || visible.text.includes(folders.join("/"));
  if (parts.length === 1)
    return isFileShown || ANYBODYS.test(file) ? 0 : derivedWeight(stem, visible, 2);
  if (isFolderShown) {
    if (isFileShown || ANYBODYS.test(file)) return 0.4;
    return derivedWeight(stem, visible, 2.2);
  }
  // An unseen folder: the more of the path is new, the surer.
  if (areFoldersShown)
    return isFileShown || ANYBODYS.test(file) ? 1 : derivedWeight(stem, visible, 2);
  return 2.2;
}

/** What is left of a weight when the file's name follows from a shown module or name. */
function derivedWeight(stem: string, visible: Visible, weight: number): number {
  const bare = stem.replace(/^tests?[_-]|[._-](?:tests?|spec)$|(?<=[a-z])Tests?$/g, "");
  if (bare.length < 2) return weight * 0.5;
  const isSourceShown =
    findWhole(visible.text, `${bare}.py`) >= 0 ||
    visible.text.includes(`/${bare}.`) ||
    visible.text.includes(`import ${bare}`) ||
    visible.text.includes(`from .${bare} `) ||
    visible.text.includes(`.${bare}.`) ||
    visible.text.includes(`.${bare} import`);
  if (isSourceShown) return 0.3;
  const words = partsOf(bare);
  const isTold = words.length > 0 && words.every((word) => findWhole(visible.lower, word) >= 0);
  return weight * (isTold ? TOLD : 1);
}

/** What is left of it when all words of the file's name were said: then it is the name that one would try. */
const TOLD = 0.6;
