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
};

/** One of them stands in whatever the rule finds. Three characters each. */
export type GramRule = { readonly grams: readonly string[] };

/** @param rules all that `holds` will be asked for. */
export function gramsOf(rules: readonly GramRule[]): Grams {
  const known = [...new Set(rules.flatMap(({ grams }) => grams.map(indexOf)))];
  if (known.length > 255) throw new Error("more grams than a byte can number");
  const numberAt = new Uint8Array(1 << 15);
  for (const [at, index] of known.entries()) numberAt[index] = at + 1;
  const numbersOf = new Map(
    rules.map((rule) => [rule, rule.grams.map((gram) => numberAt[indexOf(gram)] ?? 0)]),
  );
  const seen = new Uint8Array(known.length + 1);
  return {
    holds: (rule) => numbersOf.get(rule)?.some((number) => seen[number] === 1) === true,
    look(text) {
      seen.fill(0);
      let last = 0;
      let any = 0;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        last = ((last << 5) | (code < 128 ? (CLASS_OF[code] ?? 0) : 0)) & 0x7fff;
        const number = numberAt[last] ?? 0;
        if (number === 0) continue;
        seen[number] = 1;
        any = 1;
      }
      return any === 1;
    },
  };
}

// ---------------------------------------------------------------------------------------------

/** 32 classes of characters: the letters, the digits, four marks, and everything else. */
const CLASS_OF = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code).toLowerCase();
  if (char >= "a" && char <= "z") return char.charCodeAt(0) - 96;
  if (char >= "0" && char <= "9") return 27;
  return 28 + "-_:/".indexOf(char) > 27 ? 28 + "-_:/".indexOf(char) : 0;
});

function indexOf(gram: string): number {
  if (gram.length !== 3) throw new Error(`a gram has three characters: ${gram}`);
  let index = 0;
  for (let at = 0; at < 3; at++) index = (index << 5) | (CLASS_OF[gram.charCodeAt(at)] ?? 0);
  return index;
}
