/** Whether the message before a turn reports that the step before it failed. */
import type { Args } from "./acts.ts";

export type Failure = {
  readonly failed: boolean;
  /** The step itself could not be carried out: a module, command or file is missing, bad syntax. */
  readonly ownFault: boolean;
  /** The end of the observation, lower case, for matching arguments against it. */
  readonly text: string;
};

/** `role` "user" counts only when the text looks like an observation, not like a person's words. */
export function failureOf(role: string | null | undefined, observation: string): Failure {
  const text = lastObservation(observation);
  const isObservation = role === "tool" || role === "function" || OBSERVATION.test(observation);
  const code = /<returncode>\s*(-?\d+)\s*<\/returncode>/.exec(text)?.[1];
  const failed =
    isObservation &&
    ((code !== undefined && code !== "0" && code !== "1") || saysFailed(text, code));
  return { failed, ownFault: failed && OWN_FAULT.test(text), text: text.toLowerCase() };
}

/** The failure names an argument of this call, or what it holds: the call is that call, mended. */
export function namesArgument(failure: Failure, args: Args): boolean {
  const said = ` ${failure.text.replace(/[^a-z0-9]+/g, " ")} `;
  const mentioned = (name: string): boolean => {
    const words = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, " ")
      .trim();
    return (
      words.length > 2 &&
      (said.includes(` ${words} `) || said.includes(` ${words.replace(/s$/, "")} `))
    );
  };
  return Object.keys(args).some(mentioned);
}

// ---------------------------------------------------------------------------------------------

/** How observations of the known agents look. */
const OBSERVATION =
  /<returncode>|<\/?output|^\s*observation:|\(Current directory:|bash-\$|former observation:|exit code|ran successfully and did not/i;

const FAILURE =
  /Traceback \(most recent call last\)|^\w*(?:Error|Exception)\b.{0,3}:|^(?:E  |Error\b)|command not found|No such file or directory|No module named|introduced new syntax error|^usage: |(?:^|\s)\d+ failed|^FAILED|FAILED \(|error: |error TS\d+: |error\[\w+\]: |npm ERR!|^\s*--- FAIL: |"(?:success|ok)":\s*false|panic:|fatal: |Segmentation fault|Permission denied|No replacement was performed|invalid command|not found in|must be an? |is required|unknown \w+ |bad request/im;

const OWN_FAULT =
  /No module named|ModuleNotFoundError|ImportError|SyntaxError|IndentationError|NameError|ImproperlyConfigured|AppRegistryNotReady|command not found|No such file or directory|introduced new syntax error|unrecognized arguments|unexpected keyword|positional arguments?|has no attribute|No replacement was performed|syntax error/i;

/** ToolBench prompts quote the candidates of a search and repeat the last observation at the end. */
function lastObservation(text: string): string {
  const at = text.lastIndexOf("former observation:");
  if (at < 0) return text;
  return text.slice(at + "former observation:".length).split("\nRemember you are now", 1)[0] ?? "";
}

/** A pipe hides the return code, so its 0 is believed only when the text agrees; 1 is also what a
 * search without a hit returns. */
function saysFailed(text: string, code: string | undefined): boolean {
  if (/"error":\s*"[^"]/.test(text)) return true;
  if (code === "1") return FAILURE.test(text) || /[✗×]|FAIL|rror/.test(text);
  if (code === "0")
    return /No module named|command not found|Traceback \(most recent call last\)|(?:^|\s)\d+ failed|FAILED \(/m.test(
      text,
    );
  return FAILURE.test(text);
}
