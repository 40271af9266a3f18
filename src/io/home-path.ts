/** "~" at the start of a path: read where no shell has seen it (chain.toml), and written in records. */
import { homedir } from "node:os";
import { isAbsolute, join, relative } from "node:path";

/** "~" and "~/..." in the home folder; any other path, "~name" too, as it is. */
export function expandHome(path: string, home: string = homedir()): string {
  if (path === "~") return home;
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

/** The home folder as "~" and a path in it as "~/...", which does not tell whose it is; any other path as it is. */
export function underHome(path: string, home: string = homedir()): string {
  const inside = relative(home, path);
  if (inside === "") return "~";
  const isOutside = inside.startsWith("..") || isAbsolute(inside);
  return isOutside ? path : `~/${inside}`;
}
