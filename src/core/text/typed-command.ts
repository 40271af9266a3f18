/**
 * Commands that a text names, written as the person would have to type them: in the workspace that was
 * named with --root, and by `kingmaker` where there is no npm script for it. Texts say `npm run NAME`.
 */

export type Typing = {
  /** The workspace as it was typed; null: the current folder. */
  readonly root: string | null;
  /** How commands are started: from a checkout by npm, from the package by its own command. */
  readonly by: "npm" | "kingmaker";
};

/**
 * `npm run stage:king` -> `npm run stage:king -- --root my-run`, or `npx kingmaker king --root my-run`; the report's
 * files get the workspace in front.
 */
export function asTyped(text: string, { root, by }: Typing): string {
  const placed =
    root === null ? text : text.replace(REPORT, (file) => shellWord(`${root}/${file}`));
  return placed.replace(NAMED, (whole, name: string, dashes: string | undefined, at: number) => {
    if (OTHERS.test(name)) return whole;
    const rest = placed.slice(at + whole.length);
    const line = /^[^`\n]*/.exec(rest)?.[0] ?? "";
    const isNamed = root === null || ROOTLESS.test(name) || line.includes("--root");
    const folder = isNamed ? "" : ` --root ${shellWord(root)}`;
    if (by === "kingmaker") return `npx kingmaker ${shortName(name)}${folder}`;
    return `npm run ${name}${dashes !== undefined || folder !== "" ? " --" : ""}${folder}`;
  });
}

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

// ---------------------------------------------------------------------------------------------

const NAMED = /\bnpm run (?:(?:-s|--silent) )?([a-z][\w-]*(?::[\w-]+)*)( --(?= |$))?/g;

const REPORT = /(?<![\w./-])report\/report\.(?:md|html)\b/g;

/** Of the checkout alone, or npm's own. */
const OTHERS = /^(?:check|test|bench|measure|format|screenshots|findings|fuzz|soak)\b/;

/** They work in no workspace. */
const ROOTLESS =
  /^(?:compare|summarize|classify|setup:|readonly-guard|simulate|init|help|completion|start)/;

const shortName = (name: string): string => name.replace(/^stage:/, "").replace(":", "-");
