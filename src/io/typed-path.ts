/**
 * Sources that are typed at a command. They are looked for where the person stands, then in the workspace,
 * which is where chain.toml's own paths begin.
 */
import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { expandHome, underHome } from "./home-path.ts";

/**
 * A path or a glob that is there from the current folder, absolute; else the text as it is: a path in the
 * workspace, or a data set of the Hub.
 */
export function typedSource(text: string, root: string, cwd = process.cwd()): string {
  if (resolve(root) === cwd || isAbsolute(text) || text.startsWith("~")) return text;
  if (existsSync(join(cwd, text))) return join(cwd, text);
  const base = folderOf(text);
  if (base === text || existsSync(join(root, base))) return text;
  return existsSync(join(cwd, base)) ? join(cwd, text) : text;
}

/**
 * A typed source as the chain.toml of another folder has to name it: below the home folder with "~", else
 * absolute; a name of the Hub as it is.
 */
export function sourceFromHere(text: string, root: string, cwd = process.cwd()): string {
  const path = resolve(cwd, expandHome(text));
  const base = resolve(cwd, folderOf(expandHome(text)));
  if (!existsSync(base)) return text;
  const inside = relative(root, path);
  if (inside !== "" && !inside.startsWith("..") && !isAbsolute(inside)) return inside;
  return underHome(path);
}

// ---------------------------------------------------------------------------------------------

/** What stands before the first segment with a sign of a glob; the text itself where there is none. */
function folderOf(text: string): string {
  const segments = text.split("/");
  const first = segments.findIndex((segment) => /[*?{}()[\]!]/.test(segment));
  return first < 0 ? text : segments.slice(0, first).join("/");
}
