/** Where a text of a known language has what: the classes of highlight.js as marks. For the eye only. */
import { common, createLowlight } from "lowlight";
import type { Mark } from "./ranges.ts";

/** Marks in order; offsets in `text`. Of a language that is not known: none. Only the beginning of a long text. */
export function highlightMarks(text: string, language: string): Mark[] {
  const name = NAMES.get(language.toLowerCase());
  if (name === undefined || text === "") return [];
  const marks: Mark[] = [];
  let at = 0;
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (node.type === "text") {
        at += node.value.length;
        continue;
      }
      if (node.type !== "element") continue;
      const start = at;
      walk(node.children);
      const { className } = node.properties;
      for (const one of Array.isArray(className) ? className : [])
        marks.push({ start, end: at, name: String(one) });
    }
  };
  walk(lowlight.highlight(name, text.slice(0, MOST)).children);
  return marks;
}

// ---------------------------------------------------------------------------------------------

/** Characters that are coloured. */
const MOST = 20_000;

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

const LANGUAGES = ["bash", "python", "diff", "json", "markdown"] as const;

const lowlight = createLowlight(common);

/** What agents write behind a fence -> grammar. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...LANGUAGES.map((name) => [name, name] as const),
  ["", "bash"],
  ["sh", "bash"],
  ["shell", "bash"],
  ["zsh", "bash"],
  ["console", "bash"],
  ["mswea_bash_command", "bash"],
  ["py", "python"],
  ["python3", "python"],
  ["patch", "diff"],
  ["jsonl", "json"],
  ["md", "markdown"],
]);
