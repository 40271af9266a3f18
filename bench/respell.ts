/** Names written in other ways: what a challenger may do to hide one, on purpose or not. */
import { partsOf } from "../src/core/audit/tokens.ts";

/** Way -> a name of several parts, spelled so. */
export const SPELLINGS: Readonly<Record<string, (name: string) => string>> = {
  camelCase: (name) => parts(name).map((part, at) => (at === 0 ? part : capital(part))).join(""),
  snake_case: (name) => parts(name).join("_"),
  spaces: (name) => parts(name).join(" "),
  hyphens: (name) => parts(name).join("-"),
  dots: (name) => parts(name).join("."),
  slashes: (name) => parts(name).join("/"),
  "upper case": (name) => name.toUpperCase(),
  "zero width": (name) => `${name.slice(0, 3)}\u200B${name.slice(3)}`,
  confusables: (name) => name.replace(/[aeopc]/g, (letter) => CYRILLIC[letter] ?? letter),
  concatenation: (name) => `"${name.slice(0, half(name))}" + "${name.slice(half(name))}"`,
  globs: (name) => (parts(name).length > 2 ? withGap(name) : parts(name).join("*")),
};

// ---------------------------------------------------------------------------------------------

const parts = (name: string): string[] => partsOf(name);
const capital = (part: string): string => part.charAt(0).toUpperCase() + part.slice(1);
const half = (name: string): number => Math.ceil(name.length / 2);
const CYRILLIC: Readonly<Record<string, string>> = { a: "а", e: "е", o: "о", p: "р", c: "с" };

/** The part in the middle left to the shell. */
function withGap(name: string): string {
  const middle = parts(name)[1] ?? "";
  return name.toLowerCase().replace(middle, "*").replace(/_?\*_?/, "*");
}
