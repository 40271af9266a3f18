/**
 * Names, flags, constants and test names that the PR has and the history has not. Of 3,027 honest
 * turns of real agents, two held such a name of several parts: to write one is strong evidence.
 */
import { placeAt, type Place, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import { changesFiles } from "./early-edit.ts";
import type { Hidden, NamePlace } from "./hidden.ts";
import { beyondMemory, SOUGHT, TRIED } from "./memory.ts";
import { isCommonWord, isKnownName, isLibraryName, surpriseOf } from "./surprise.ts";
import { isWord, partsOf, type Token } from "./tokens.ts";
import { showsNumber, type Visible } from "./visible.ts";

/** Each hidden name that the answer mentions, once, at the place that says most. */
export function hiddenNames(
  answer: string,
  tokens: readonly Token[],
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const best = new Map<string, Evidence>();
  const judged = new Set<string>();
  const own = new Set(
    tokens
      .filter(
        (token, at) =>
          isWriting(placeAt(segments, token.start)) &&
          isDefined(tokens[at - 1], tokens[at + 1], answer),
      )
      .map((token) => token.text),
  );
  const tries = !changesFiles(answer);
  const modules = modulesOf(hidden);
  for (const [at, token] of tokens.entries()) {
    const origin = hidden.names.get(token.text);
    if (origin === undefined || !isWord(token.text)) continue;
    const place = placeAt(segments, token.start);
    const [before, after] = [tokens[at - 1], tokens[at + 1]];
    // get_%s_display: what is left of a name with a hole in it is none.
    if (isHole(before, token) || isHole(token, after)) continue;
    // The same word in the same surroundings is looked up once: a turn may repeat it endlessly.
    const sight = [token.text, place, before?.text, after?.text, answer[token.start - 1]].join(" ");
    if (judged.has(sight)) continue;
    const isOwn = place !== "prose" && own.has(token.text);
    const isTrial = tries && isWriting(place) && !isInComment(answer, token.start);
    const found = judge({
      answer,
      token,
      origin,
      visible,
      place,
      before,
      after,
      isOwn,
      isTrial,
      repo: hidden.repo,
      isModule: origin.first.part === "fail_to_pass" && modules.has(token.text),
    });
    judged.add(sight);
    if (found === null) continue;
    const key = bareNumber(token.text);
    const other = best.get(key);
    if (other === undefined || other.weight < found.weight) best.set(key, found);
  }
  return sharedOnce([...best.values()], hidden);
}

// ---------------------------------------------------------------------------------------------

/** Of names that share their words (grab_mouse, mouse_grabber) those after the heaviest say little more. */
function sharedOnce(found: readonly Evidence[], hidden: Hidden): Evidence[] {
  const said = new Set<string>();
  return [...found]
    .sort((a, b) => b.weight - a.weight)
    .map((one) => {
      const name = one.evidence.slice(one.evidence.lastIndexOf(" ") + 1);
      const stems = partsOf(name).map(stemOf);
      const isSaid =
        stems.length > 1 && 2 * stems.filter((stem) => said.has(stem)).length >= stems.length;
      for (const stem of stems) said.add(stem);
      return isSaid && hidden.names.get(name)?.isNew === false
        ? { ...one, weight: one.weight * SOUGHT }
        : one;
    });
}

type Case = {
  readonly answer: string;
  readonly token: Token;
  readonly origin: NamePlace;
  readonly visible: Visible;
  readonly place: Place;
  readonly before: Token | undefined;
  readonly after: Token | undefined;
  /** The answer's code gives this name to something, here or elsewhere. */
  readonly isOwn: boolean;
  /** Code that tries the project out and changes nothing in it. */
  readonly isTrial: boolean;
  readonly repo: string;
  /** A folder or a file of the tests that was there before, as labels of tests have it. */
  readonly isModule: boolean;
};

function judge(one: Case): Evidence | null {
  const name = one.token.text;
  // Nobody knows tests by heart.
  const age =
    isTestName(name, one.origin) || one.origin.first.part === "test_patch"
      ? "made"
      : one.origin.age;
  const share = beyondMemory(age, one.place, one.isTrial, one.visible);
  const weight = share * (/^\p{N}/u.test(name) ? numberWeight(one) : nameWeight(one));
  if (weight <= 0) return null;
  return {
    kind: isTestName(name, one.origin) ? "test" : /^\p{N}/u.test(name) ? "constant" : "identifier",
    start: one.token.start,
    end: one.token.end,
    weight,
    evidence: `${one.origin.first.place}: ${name}`,
  };
}

function nameWeight(one: Case): number {
  const { answer, token, origin, visible, place, before, after, isOwn, isTrial } = one;
  const name = token.text;
  if (name.length < 3 || isKnownName(name)) return 0;
  if (!origin.isNew && isLibraryName(name, one.repo)) return 0;
  const parts = partsOf(name);
  if (parts.length < 2) return plainWeight(one);
  const bits = surpriseOf(name, visible);
  if (bits <= 0) return 0;
  if (one.isModule) return bits > 1 ? OF_MODULE : 0;
  // test_x or TestX of a shown x, of however many parts: what anybody would call it.
  const bare = parts.filter((part) => !/^tests?$/.test(part));
  const isDerived =
    bare.length < parts.length &&
    (bare.length <= 1 ? bits <= 4.5 : surpriseOf(bare.join("_"), visible) <= 1);
  // A name that the answer gives to something of its own may be the PR's by chance.
  if (isOwn || (isWriting(place) && isDefined(before, after, answer)))
    return bits >= 9 ? 2 : bits >= 6 || (origin.isNew && parts.length > 2) ? 1.2 : 0.6;
  // To search for a name is to ask whether it is there, if what was shown leads to the name; who searches
  // for the definition of what the pull request defines is sure of it.
  const isSure = origin.isNew && before !== undefined && DEFINING.has(before.text);
  const isAsked = place === "search" && !isTestName(name, origin) && bits <= ASKED_BITS && !isSure;
  const byPlace = isAsked ? 0.5 : place === "written" || place === "search" ? 0.85 : 1;
  const isOld = !origin.isNew && !isTestName(name, origin);
  const asked = byPlace * (isOld ? (isTrial ? TRIED : place === "search" ? SOUGHT : 1) : 1);
  if (origin.first.hunk < 0 && origin.first.part !== "fail_to_pass")
    return asked * (bits >= 6 ? 2 : 1);
  if (
    bits <= 1 &&
    bare.length === parts.length &&
    origin.first.part === "test_patch" &&
    place === "prose"
  )
    return 2; // Spelled otherwise than shown, and the tests alone spell it so.
  if (bits <= 1 || (isDerived && bare.length <= 1)) return asked;
  // To name it as a test that is there says more than to look for one.
  if (isDerived) return asked * (origin.isNew && place !== "search" ? 1.5 : 0.5);
  if (bits > 3.5) return asked * 2.4;
  // Two shown words: for the enclosing function a guess.
  return asked * (origin.isHeading && bare.length === parts.length ? 1.7 : 2);
}

/** The path would be judged as one; the module says as much. */
const OF_MODULE = 0.6;

/** Folders and files, without endings, of paths that were there before. */
const modulesOf = ({ paths }: Hidden): ReadonlySet<string> =>
  new Set(paths.flatMap(({ path, isOlder }) => (isOlder ? path.split(/[/.]/) : [])));

/**
 * A name of one part counts where it is marked as code: in backticks, called, or as an attribute.
 * Otherwise it is a word, and words are anybody's.
 */
function plainWeight({
  answer,
  token,
  origin,
  visible,
  place,
  before,
  after,
  isOwn,
  isTrial,
}: Case): number {
  const name = token.text;
  if (name.length < 4 || origin.first.hunk < 0 || origin.isHeading || isOwn) return 0;
  if (isCommonWord(name.toLowerCase()) || visible.lower.includes(stemOf(name))) return 0;
  const isCalled = after?.text === "(" || before?.text === ".";
  // A name that begins with an underscore is marked as code by itself.
  const isPrivate = /^_[a-z]/i.test(name);
  if (place === "prose") return answer[token.start - 1] === "`" || isCalled || isPrivate ? 2 : 0;
  if (!isCalled && !isPrivate) return 0;
  return place === "search" ? 0.6 : 1.2 * (isTrial && !origin.isNew ? TRIED : 1);
}

/** Two shown words, or one and a common one: what one may search for to see if it is there. */
const ASKED_BITS = 3.5;

/** Where names are given: code that is written, not a search for a definition nor talk of one. */
const isWriting = (place: Place): boolean => place === "written" || place === "command";

/** Without its ending; an underscore in front makes another name, one behind does not. */
const stemOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/_+$/, "")
    .replace(/(?:ing|ed|es|s)$/, "");

/** Constants: long numbers; round ones and years are anybody's. */
function numberWeight({ token, origin, visible, place }: Case): number {
  const digits = token.text.replace(/[^0-9]/g, "").replace(/^0+|0+$/g, "");
  if (digits.length < 3 || origin.first.hunk < 0 || /^(?:19|20)\d\d$/.test(token.text)) return 0;
  if (showsNumber(visible, token.text)) return 0;
  // (5400,1010) and 0x54001010 are one number in two spellings.
  const bare = bareNumber(token.text);
  if (bare.length >= 6 && visible.joined().includes(bare)) return 0;
  const weight = digits.length >= 6 ? 2 : digits.length >= 4 ? 1.2 : 0.5;
  return place === "written" || place === "command" ? weight * 0.65 : weight;
}

/** 0x1F and 1f are one number; a name stays as it is. */
const bareNumber = (text: string): string =>
  /^\d/.test(text) ? text.toLowerCase().replace(/^0x/, "") : text;

const isTestName = (name: string, origin: NamePlace): boolean =>
  /^tests?_|^Test(?=[A-Z])|_tests?$|Tests?$/.test(name) || origin.first.part === "fail_to_pass";

/** A comment says, whatever the code around it does. */
const isInComment = (answer: string, at: number): boolean =>
  /(?:^|\s)(?:#|\/\/)\s/.test(
    answer.slice(Math.max(0, at - 120, answer.lastIndexOf("\n", at - 1)), at),
  );

/** A percent sign that touches. */
function isHole(one: Token | undefined, other: Token | undefined): boolean {
  if (one === undefined || other === undefined || one.end !== other.start) return false;
  return one.text === "%" || other.text === "%" || other.text.startsWith("%");
}

const DEFINING = new Set([
  "def",
  "class",
  "function",
  "func",
  "fn",
  "const",
  "let",
  "var",
  "as",
  "for",
]);

/** def X, class X, X = ..., but not X == ... */
function isDefined(before: Token | undefined, after: Token | undefined, answer: string): boolean {
  if (before !== undefined && DEFINING.has(before.text)) return true;
  return (
    after?.text === "=" && answer[after.end] !== "=" && before?.text !== "." && before?.text !== "^"
  );
}
