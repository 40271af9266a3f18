/**
 * Three characters that a secret cannot be without, looked for all at once: nearly every text has none of
 * them, or those of a rule or two, and the patterns of all others need not be tried on it. Letters count
 * without their case and digits as one, so a text may be taken for having what it has not, never the reverse.
 */

export type Grams = {
  /** True when the text last looked at holds one of a rule's grams. */
  readonly holds: (rule: GramRule) => boolean;
  /** Looks at a text. False: it holds none of any rule. About 2 ns a character. */
  readonly look: (text: string) => boolean;
  /** Where words stand in the text last looked at, ascending; others than those given may be named, never less. */
  readonly eachWord: (see: (word: string, at: number) => void) => void;
};

/** A word to be found by the three characters that it begins with, or by one of several such. */
export type GramWord = { readonly word: string; readonly grams: readonly string[] };

/** One of them stands in whatever the rule finds. Three characters each, or a word that begins with three that are too common. */
export type GramRule = { readonly grams: readonly string[] };

/**
 * @param rules all that `holds` will be asked for.
 * @param words all that `eachWord` will name; they do not count for `look`.
 */
export function gramsOf(rules: readonly GramRule[], words: readonly GramWord[] = []): Grams {
  const ofRules = new Set(rules.flatMap(({ grams }) => grams.filter(isShort).map(indexOf)));
  const long = [...new Set(rules.flatMap(({ grams }) => grams.filter((gram) => !isShort(gram))))];
  const others = [...long.map(headOf), ...words.flatMap(({ grams }) => grams.map(indexOf))];
  const known = [...new Set([...ofRules, ...others])];
  if (known.length > 255) throw new Error("more grams than a byte can number");
  const numberAt = new Uint8Array(1 << 15);
  for (const [at, index] of known.entries()) numberAt[index] = at + 1;
  const wordsOf = known.map((index) =>
    words.filter(({ grams }) => grams.some((gram) => indexOf(gram) === index)),
  );
  const longOf = known.map((index) => long.filter((word) => headOf(word) === index));
  const uses = Uint8Array.from([
    0,
    ...known.map(
      (index, at) =>
        (ofRules.has(index) ? OF_RULE : 0) |
        ((wordsOf[at] ?? []).length > 0 ? OF_WORD : 0) |
        ((longOf[at] ?? []).length > 0 ? OF_LONG : 0),
    ),
  ]);
  /** Of the text last looked at: where words may begin, and by which gram. */
  let starts: number[] = [];
  let numbers: number[] = [];
  let looked = "";
  const numbersOf = new Map(
    rules.map(({ grams }) => [
      grams,
      grams.filter(isShort).map((gram) => numberAt[indexOf(gram)] ?? 0),
    ]),
  );
  const seenLong = new Set<string>();
  const seen = new Uint8Array(known.length + 1);
  return {
    holds: ({ grams }) =>
      numbersOf.get(grams)?.some((number) => seen[number] === 1) === true ||
      (seenLong.size > 0 && grams.some((gram) => seenLong.has(gram))),
    look(text) {
      seen.fill(0);
      seenLong.clear();
      starts = [];
      numbers = [];
      looked = text;
      let last = 0;
      let any = 0;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        last = ((last << 5) | (code < 128 ? (CLASS_OF[code] ?? 0) : 0)) & 0x7fff;
        const number = numberAt[last] ?? 0;
        if (number === 0) continue;
        seen[number] = 1;
        const use = uses[number] ?? 0;
        any |= use;
        if (use <= OF_RULE) continue;
        if (use >= OF_LONG) {
          for (const word of longOf[number - 1] ?? []) {
            if (standsAt(text, word, at - 2)) seenLong.add(word);
          }
        }
        if ((use & OF_WORD) === 0) continue;
        starts.push(at - 2);
        numbers.push(number);
      }
      return (any & OF_RULE) !== 0 || seenLong.size > 0;
    },
    eachWord(see) {
      for (const [n, at] of starts.entries()) {
        for (const { word } of wordsOf[(numbers[n] ?? 0) - 1] ?? []) {
          if (standsAt(looked, word, at)) see(word, at);
        }
      }
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** What three characters are looked for: of a rule, the beginning of a word, of a rule's longer word. */
const OF_RULE = 1;
const OF_WORD = 2;
const OF_LONG = 4;

/** 32 classes of characters: the letters, the digits, four marks, and everything else. */
const CLASS_OF = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code).toLowerCase();
  if (char >= "a" && char <= "z") return char.charCodeAt(0) - 96;
  if (char >= "0" && char <= "9") return 27;
  return 28 + "-_:/".indexOf(char) > 27 ? 28 + "-_:/".indexOf(char) : 0;
});

/** Without the case of ASCII's letters. @param word in lower case */
function standsAt(text: string, word: string, at: number): boolean {
  for (let n = 0; n < word.length; n++) {
    const code = text.charCodeAt(at + n);
    const lower = code >= 65 && code <= 90 ? code + 32 : code;
    if (lower !== word.charCodeAt(n)) return false;
  }
  return true;
}

const isShort = (gram: string): boolean => gram.length === 3;

const headOf = (word: string): number => indexOf(word.slice(0, 3));

function indexOf(gram: string): number {
  if (gram.length !== 3) throw new Error(`a gram has three characters: ${gram}`);
  let index = 0;
  for (let at = 0; at < 3; at++) index = (index << 5) | (CLASS_OF[gram.charCodeAt(at)] ?? 0);
  return index;
}
