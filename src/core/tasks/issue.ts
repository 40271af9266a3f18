/** The text of an issue, from what the failing tests show; no word of the fault or of its mending. */
import type { Mutation } from "../../records/gym-task.ts";
import { faultLines } from "./mutation.ts";

export type IssueFacts = {
  readonly package: string;
  readonly version: string;
  /** Sorted ids. */
  readonly failing: readonly string[];
  /** What the first of them says. */
  readonly message: string;
  readonly test_command: string;
  readonly mutation: Mutation;
  /** The file of the mutation as released. */
  readonly text: string;
};

/** null: even its shortest form would name the place. */
export function issueOf(facts: IssueFacts): string | null {
  const forms = [facts.message, ""].map((message) => issueText(facts, message));
  return forms.find((text) => !tells(text, facts)) ?? null;
}

// ---------------------------------------------------------------------------------------------

const MOST_LINES = 12;
const MOST_CHARS = 800;
const MOST_TESTS = 5;

function issueText(facts: IssueFacts, message: string): string {
  const { failing, test_command } = facts;
  const [first = ""] = failing;
  const more = failing.length - 1;
  const others = failing.slice(1, MOST_TESTS).map((id) => `- \`${id}\``);
  const left = more - others.length;
  return [
    `${facts.package} ${facts.version}: \`${nameOf(first)}\` fails`,
    "",
    `Since a recent change ${failing.length === 1 ? "a test that passed before fails" : `${failing.length} tests that passed before fail`}:`,
    "",
    `- \`${first}\``,
    ...others,
    ...(left > 0 ? [`- and ${left} more`] : []),
    ...(message.trim() === "" ? [] : ["", "The first says:", "", ...excerpt(message)]),
    "",
    "The tests are right. Find what broke in the package itself, mend it there, and leave the tests as they are.",
    `To see it: \`${test_command}\``,
  ].join("\n");
}

const nameOf = (id: string): string => id.slice(id.indexOf("::") + 2).replaceAll("::", " ") || id;

function excerpt(message: string): string[] {
  const lines = message.slice(0, MOST_CHARS).trimEnd().split("\n").slice(0, MOST_LINES);
  return lines.map((line) => `    ${line}`);
}

/** The file's path, its line as released or with the fault, or words that were changed. */
function tells(text: string, { mutation, text: source }: IssueFacts): boolean {
  const { right, wrong } = faultLines(source, mutation);
  const lines = [right, wrong, mutation.before, mutation.after].flatMap((said) => said.split("\n"));
  const words = [
    mutation.file,
    mutation.before,
    mutation.after,
    ...lines.map((line) => line.trim()),
  ];
  return words.some((word) => word.length >= SHORTEST && text.includes(word));
}

/** Shorter words (`<`, `not`) stand in every text. */
const SHORTEST = 8;
