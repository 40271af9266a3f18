/** Files and keys that are named by a turn. */

/** "prompts_24_001_3.r1.json" -> "prompts_24_001_3". */
export const stemOf = (name: string): string => name.replace(/\.json$/, "").replace(/\.r\d+$/, "");

/** True where a part of a path or of an item's key ("king/prompts_24_001_3/0") is the name of one of the turns. */
export const isOfTurn = (path: string, stems: ReadonlySet<string>): boolean =>
  path.split("/").some((part) => stems.has(stemOf(part)));
