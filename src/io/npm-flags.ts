/**
 * Flags that npm took for its own: behind `npm run king --limit 1`, without the "--", npm reads `--limit` as
 * a setting and hands on the 1. It names what it read in the environment of the script.
 */
import { typedForNpm } from "./npm-typed.ts";

export type NpmFlags = {
  /** The npm script that runs, for example "stage:king". */
  readonly script: string;
  /** Name -> value; "true" for a flag whose value, if it had one, stands among the words. */
  readonly taken: ReadonlyMap<string, string>;
  /** The words behind `npm`, where they are known. */
  readonly typed: readonly string[] | null;
};

/** What npm takes a flag of ours for, since it completes names: only where the flag's own words stand behind it. */
const COMPLETED: Readonly<Record<string, string>> = { engine: "engine_strict" };

/** Settings that people have for npm and what it runs. */
const THEIRS: ReadonlySet<string> = new Set(["name", "packages", "python", "format", "to", "for"]);

const OURS = ["limit", "only", "retry", "concurrency", "root", "force", "json", "yes"];

/**
 * null: this process is no npm script of ours, so that what npm was told is none of its business.
 * @param switches names of the command's own flags without a value: npm hands them on as "true", and what has
 * another value was set for somebody else
 * @param valued names of its flags with a value
 * @param typedFor what was typed, of a script that npm runs
 */
export function npmFlags(
  env: NodeJS.ProcessEnv = process.env,
  switches: readonly string[] = [],
  valued: readonly string[] = [],
  typedFor: (script: string) => readonly string[] | null = typedForNpm,
): NpmFlags | null {
  const script = env["npm_lifecycle_event"];
  const line = env["npm_lifecycle_script"] ?? "";
  if (script === undefined || !line.startsWith("node kingmaker.cjs ")) return null;
  const taken = new Map<string, string>();
  for (const name of OURS) {
    const value = env[`npm_config_${name}`];
    if (value !== undefined && value !== "") taken.set(name, value);
  }
  for (const name of switches) {
    if (env[`npm_config_${name.replaceAll("-", "_")}`] === "true") taken.set(name, "true");
  }
  for (const name of valued) {
    if (taken.has(name) || THEIRS.has(name)) continue;
    const as = COMPLETED[name] ?? name.replaceAll("-", "_");
    const value = env[`npm_config_${as}`] ?? "";
    if (value !== "") taken.set(name, value);
  }
  return { script, taken, typed: typedFor(script) };
}

/** What a script that runs others leaves to them: they are no npm scripts, and ask nothing of npm. */
export function withoutNpm(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { npm_lifecycle_event: _event, npm_lifecycle_script: _script, ...rest } = env;
  return rest;
}
