/** Running the scripts of findings/: does each outside tool still do what surprised us? */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { runProgram } from "../io/program.ts";

export type Finding = {
  readonly name: string;
  readonly versions: string;
  readonly behaviour: string;
  readonly seen: string;
};

export type FindingRun = {
  readonly name: string;
  readonly versions: string;
  /** "not run": its packages could not be installed, or it was stopped. */
  readonly outcome: "same" | "changed" | "not run";
  /** What it printed. */
  readonly said: string;
};

/** What a script exits with where its packages cannot be installed (EX_UNAVAILABLE). */
const NOT_INSTALLED = 69;

export const findingsFolder = fileURLToPath(new URL("../../findings", import.meta.url));

/**
 * The findings of a folder by name; all without names.
 * @throws UserError for a name that is none.
 */
export function listFindings(folder: string, names: readonly string[] = []): Finding[] {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith(".sh"))
    .map((file) => file.slice(0, -".sh".length))
    .toSorted();
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`findings: there is no ${unknown}`, `one of: ${all.join(", ")}`);
  }
  return all
    .filter((name) => names.length === 0 || names.includes(name))
    .map((name) => ({ name, ...headOf(readFileSync(join(folder, `${name}.sh`), "utf8")) }));
}

export async function runFinding(folder: string, finding: Finding): Promise<FindingRun> {
  const { code, stdout, stderr } = await runProgram(join(folder, `${finding.name}.sh`), []);
  const { name, versions } = finding;
  if (code === 0) return { name, versions, outcome: "same", said: stdout.trim() };
  const outcome = code === 1 ? "changed" : "not run";
  const why = code === NOT_INSTALLED ? "its packages could not be installed" : `exit code ${code}`;
  const said = outcome === "changed" ? stdout.trim() : `${why} ${lastLine(stderr)}`.trim();
  return { name, versions, outcome, said };
}

/** Name, outcome and versions; under it, for what is not the same, what is seen now. */
export function findingsTable(runs: readonly FindingRun[]): string[] {
  const wide = Math.max(...runs.map(({ name }) => name.length));
  return runs.flatMap(({ name, versions, outcome, said }) => [
    `${name.padEnd(wide)}  ${outcome.padEnd("changed".length)}  ${versions}`,
    ...(outcome === "same" ? [] : said.split("\n").map((line) => `${" ".repeat(wide)}  ${line}`)),
  ]);
}

// ---------------------------------------------------------------------------------------------

/** The comments at a script's head; a field goes on over lines that are indented. */
function headOf(script: string): Omit<Finding, "name"> {
  const field = (key: string): string => {
    const found = new RegExp(`^# ${key}: (.*(?:\\n#   .*)*)`, "m").exec(script)?.[1] ?? "";
    return found.replace(/\n#\s+/g, " ");
  };
  return { versions: field("versions"), behaviour: field("behaviour"), seen: field("seen") };
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
