/** What [source].mask does to a turn that is drawn: secrets, and on request home folders, before it is written. */
import type { PullRequest } from "../../records/pull-request.ts";
import type { Candidate } from "../sample/select.ts";
import { countHomePaths, homeUsers, maskHomes } from "./home.ts";
import { mapTexts, maskTexts, type NamedText } from "./mask-texts.ts";

export type MaskedTurn = {
  readonly candidate: Candidate;
  readonly pr: PullRequest;
  /** Secrets masked, by kind. */
  readonly found: Readonly<Record<string, number>>;
  /** Home folders that are in it, or that were replaced. */
  readonly homePaths: number;
};

/**
 * `pr` is masked where it is the run's own future; a pull request is public as it is, and stays.
 */
export async function maskTurn(
  { candidate, pr }: { readonly candidate: Candidate; readonly pr: PullRequest },
  mask: "secrets" | "secrets+home" | "off",
): Promise<MaskedTurn> {
  const future = pr["future"];
  const { messages, assistant, assistant_message } = candidate;
  const shown = {
    messages,
    assistant,
    ...(assistant_message === undefined ? {} : { assistant_message }),
  };
  const held = { shown, future };
  const texts: NamedText[] = [];
  mapTexts(held, (text, key) => {
    texts.push({ text, key });
    return text;
  });
  const homePaths = texts.reduce((sum, { text }) => sum + countHomePaths(text), 0);
  if (mask === "off") return { candidate, pr, found: {}, homePaths };
  const masked = await maskTexts(texts);
  const isHome = mask === "secrets+home";
  const origin = [candidate.origin.dataset, candidate.origin.file].flatMap((name) => name ?? []);
  const users = isHome ? homeUsers([...masked.texts, ...origin]) : new Map<string, string>();
  let at = 0;
  const clean = mapTexts(held, () => maskHomes(masked.texts[at++] ?? "", users));
  return {
    candidate: { ...candidate, ...clean.shown, origin: maskOrigin(candidate.origin, users) },
    pr: typeof future === "string" ? { ...pr, future: clean.future } : pr,
    found: masked.found,
    homePaths,
  };
}

// ---------------------------------------------------------------------------------------------

/** Agents name the folders of their logs after the folder that they worked in. */
function maskOrigin(
  origin: Candidate["origin"],
  users: ReadonlyMap<string, string>,
): Candidate["origin"] {
  const masked = (name: string | null): string | null =>
    name === null ? null : maskHomes(name, users);
  return users.size === 0
    ? origin
    : { ...origin, dataset: masked(origin.dataset), file: masked(origin.file) };
}
