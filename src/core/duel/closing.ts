/**
 * Whom the words around a verdict call the better one over all. A judge whose closing words speak for
 * the other candidate has mixed up the seats, in the words or in the votes; nobody can say where.
 * Sentences about one metric, with a scope, a hedge or a condition, or about a candidate's claims are
 * passed over.
 */
import { METRICS } from "../../records/score.ts";
import type { Vote } from "./vote-words.ts";

/** `overall`: the words say themselves that they sum up ("Winner: MODEL 2"). */
export type Closing = { readonly vote: Vote; readonly overall: boolean };

/** Every winner or draw that a text names, in its order; only its first MAX_TEXT characters count. */
export function closingsOf(text: string): readonly Closing[] {
  const found: Closing[] = [];
  let isScoped = false;
  let label = "";
  const lines = text
    .slice(0, MAX_TEXT)
    .split("\n")
    .filter((line) => line.trim() !== "");
  for (const [index, line] of lines.entries()) {
    const words = plain(line).trim();
    isScoped = scopeAfter(line, words, isScoped);
    if (isScoped) continue;
    const isNamed = LABEL_ALONE.test(label) || (index === lines.length - 1 && !/^\s*#/.test(line));
    const bare = isNamed ? BARE_SEAT.exec(words)?.[1] : undefined;
    if (bare !== undefined) found.push({ vote: bare === "1" ? 1 : 2, overall: true });
    else found.push(...words.split(SENTENCE_END).flatMap((sentence) => closingOf(sentence.trim())));
    label = words;
  }
  return found;
}

/** Whether a winner's name and the votes cannot both be meant. */
export function isAgainst({ vote, overall }: Closing, votes: readonly Vote[]): boolean {
  const count = (seat: Vote): number => votes.filter((one) => one === seat).length;
  const [ones, twos] = [count(1), count(2)];
  if (vote === 0) return overall && Math.abs(ones - twos) > 1;
  const [own, other] = vote === 1 ? [ones, twos] : [twos, ones];
  if (own === 0) return other > 0 || overall;
  return overall && own < other && votes[0] !== vote;
}

// ---------------------------------------------------------------------------------------------

const MAX_TEXT = 40_000;
const MAX_SENTENCE = 1000;

function closingOf(words: string): readonly Closing[] {
  if (words === "" || words.length > MAX_SENTENCE || PASSED_OVER.test(words)) return [];
  const vote = winnerOf(words) ?? (isDraw(words) ? 0 : null);
  return vote === null ? [] : [{ vote, overall: SUMS_UP.test(words) }];
}

/** Under a heading that names a metric all words are about it, up to the next heading or summing up. */
function scopeAfter(line: string, words: string, isScoped: boolean): boolean {
  if (words.length < 60 && METRIC_HEADING.test(words)) return true;
  const isHeading = /^\s*(?:#|\*\*[^*]*\*\*\W*$)/.test(line) && !/winner/.test(words);
  return (
    isScoped && !isHeading && !/\b(?:overall|final|in conclusion|all in all|verdict)\b/.test(words)
  );
}

const METRIC_HEADING = new RegExp(`^[^\\p{L}]*(?:${METRICS.join("|")})[^\\p{L}]*$`, "u");
const LABEL_ALONE =
  /^\W*(?:(?:overall|final|the|my) )*(?:winner|overall|verdict|decision|choice|preference|better \w+|best \w+)\W*$/;
const BARE_SEAT =
  /^(?:\W*(?:so|thus|hence|therefore|overall|finally)\b)?[^\p{L}:\u27E8]*\u27E8([12])\u27E9(?: (?:it is|then))?[^\p{L}:\u27E8]*$/u;

const NAMES =
  "(?:model+[oe]?|mod\u00E8le|modell|candidate?|kandidat|candidato|candidat|response|answer|reply|assistant|option|agent|solution|output|submission|antwort|respuesta|r\u00E9ponse|risposta|resposta|\u043C\u043E\u0434\u0435\u043B\u044C|\u043E\u0442\u0432\u0435\u0442|\u6A21\u578B|\u30E2\u30C7\u30EB|\u56DE\u7B54|\u5019\u9009)";
const NOUN = `(?: (?:one|${NAMES})|(?= ?[.!;)]| ?$)| (?=is\\b|was\\b|wins|won\\b|over\\b|has the|does better))`;
const NUMBERED = new RegExp(
  `(?:the )?\\b${NAMES}[ #:_-]{0,3}(1|2|one|two|a|b)(?![a-z0-9%]|['\u2019]s\\b)|(?:the )?(?:\u6A21\u578B|\u30E2\u30C7\u30EB|\u56DE\u7B54|\u5019\u9009)[ #:]{0,2}([12ab])(?![a-z0-9])`,
  "gu",
);
const ORDINAL = new RegExp(
  `\\bthe (?:(?:first|1st|former)(${NOUN})|(?:second|2nd|latter)(${NOUN}))(?!['\u2019]s\\b)`,
  "g",
);

/** Lower case without markup; every seat that is named as \u27E81\u27E9 or \u27E82\u27E9. */
function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[*_`"\u201C\u201D\u300C\u300D]/g, "")
    .replace(/\[{1,3}([12ab])\]{1,3}/g, " model $1 ")
    .replace(NUMBERED, (_all, one?: string, two?: string) =>
      /1|one|a/.test(one ?? two ?? "") ? "\u27E81\u27E9" : "\u27E82\u27E9",
    )
    .replace(ORDINAL, (all: string) =>
      /first|1st|former/.test(all) ? "\u27E81\u27E9 " : "\u27E82\u27E9 ",
    )
    .replace(/[^\S\n]+/g, " ");
}

const SENTENCE_END =
  /[.!?;](?=\s|$)|[\u3002\uFF01\uFF1B]|,? (?:but|while|whereas|although|though)\b/;

/** A metric, a scope, a hedge, a condition, a negation, or what a candidate says of itself. */
const PASSED_OVER = new RegExp(
  `\u27E8[12]\u27E9 would\\b|\\b(?:${METRICS.join("|")})\\b|(?:better|best|stronger|superior|ahead|worse|weaker|edge|advantage|wins) (?:(?:at|in|on|for|with) (?!all\\b|every|balance|most|sum|both|general|total|the (?:end|whole)|this (?:turn|comparison)|overall|short)|nothing|none|written|formatted|named|worded|documented|structured)\\b|\\b(?:if|were|would have|could|had it|might|may|perhaps|maybe|seems?|looks?|appears?|at first|initially|hypothetical\\w*|otherwise|swapped|reversed|unless|whether|example|format|means?)\\b|\\b(?:not|isn['\u2019]?t|never|hardly|no)\\b (?:\\w+ ){0,2}(?:better|best|stronger|superior|winner|preferred|worse)|\\b(?:claim(?:s|ed)?|says?|said|wrote|writes|asserts?|asks?|demands?|tells?|contains?|includes?|ignore|disregard)\\b`,
);

const PRAISE =
  "(?:better|best|stronger|strongest|superior|preferred|preferable|favou?red|favou?rite|winner|winning|wins?|won|victor|victory|prevails|ahead|beats|outperforms|edges out|comes out on top|takes it|(?:the|an?) (?:\\w+ )?(?:edge|advantage|upper hand)|besser|beste|gewinnt|gewinner|sieger|mejor|gana|ganador|meilleure?|gagne|gagnant|vainqueur|migliore|vince|vincitore|melhor|vence|vencedor|\u043B\u0443\u0447\u0448\u0435|\u043F\u043E\u0431\u0435\u0436\u0434\u0430\u0435\u0442|\u043F\u043E\u0431\u0435\u0434\u0438\u0442\u0435\u043B\u044C|\u66F4\u597D|\u66F4\u4F18|\u80DC\u51FA|\u83B7\u80DC|\u512A\u308C|\u826F\u3044|\u52DD\u8005)";
const LABEL = `(?:${PRAISE}|overall|verdict|decision|choice|pick|preference|vote|result|conclusion|judge?ment|gesamt|insgesamt|ganador|fazit)`;
const SEAT = "\u27E8([12])\u27E9";
const LINK =
  "(?: ?(?:[:=,>|\u2192\u2013\u2014-]+|is|was|are|goes to|go to|would be|to|for|ist|es|est|\u00E8|\u00E9|\u0435\u0441\u0442\u044C|\u662F|\u306F) ?){1,3}";
const LETTERS: readonly RegExp[] = [
  new RegExp(
    `\\b${LABEL}(?: \\w{1,12}){0,2} ?(?:[:=>\u2192-]+|is) ?(?:the )?([12ab]|first|second)(?=$|[ ]?[(,\u2014-])(?! ?[-/]\\d)`,
  ),
];

/** Tried in this order; the first that fits says the winner. */
const WINNERS: readonly RegExp[] = [
  new RegExp(`${SEAT} ?(?:>+|over) ?${SEAT}`),
  new RegExp(
    `\\b(?:prefer|recommend|choose|chose|pick|select|favou?r|go with|going with|side with|vote for|lean towards?|award it to|give it to|give the (?:win|edge|point|nod) to|(?:vote|win|edge|nod|preference|point|advantage|victory) (?:\\w+ )?(?:goes|go|is) (?:to|for|with)|in favou?r of|preference (?:for|is)) ?(?:to )?${SEAT}`,
  ),
  new RegExp(`${LABEL}(?: (?!than)[\\p{L}]{1,12}){0,3}${LINK}${SEAT}`, "u"),
  new RegExp(
    `${SEAT}(?:(?!\u27E8|\\bthan\\b)[^]){0,60}?(?<!\\p{L}(?<![\u3040-\u9FFF]))${PRAISE}(?![a-z])`,
    "u",
  ),
  new RegExp(`(?<!\\p{L}(?<![\u3040-\u9FFF]))${PRAISE}(?![a-z])[^\u27E8]{0,40}${SEAT}`, "u"),
];
const LOSES = new RegExp(
  `${SEAT}(?:(?!\u27E8)[^]){0,30}?\\b(?:worse|worst|weaker|inferior|loses|lost|falls short|schlechter|peor|pire|peggiore|pior)\\b`,
);

function winnerOf(words: string): 1 | 2 | null {
  const lost = LOSES.exec(words)?.[1];
  if (lost !== undefined) return lost === "1" ? 2 : 1;
  for (const pattern of [...WINNERS, ...LETTERS]) {
    const said = pattern.exec(words)?.[1];
    if (said !== undefined) return /^(?:1|a|first)$/.test(said) ? 1 : 2;
  }
  return null;
}

const SUMS_UP =
  /\b(?:overall|winner|final|finally|all in all|all told|on balance|in (?:sum|short|total|conclusion|the end)|so|therefore|hence|thus|verdict|decision|conclusion|vote|pick|choose|prefer|preferred|choice|preference|result|call it|i call|insgesamt|gesamt|en general|globalement|dans l['\u2019]ensemble|nel complesso|no geral)\b|\u603B\u4F53|\u5168\u4F53|\u0432 \u0446\u0435\u043B\u043E\u043C/;
const DRAW =
  /\b(?:draw|drawn|tie|tied|toss-?up|no (?:clear )?winner|neither (?:\w+ ){0,2}(?:is|was|wins)|(?:equally|evenly) (?:good|bad|matched|strong)|both (?:are )?equal|on par|unentschieden|gleich gut|empate|match nul|pareggio)\b|\u5E73\u5C40|\u5F15\u304D\u5206\u3051|\u043D\u0438\u0447\u044C\u044F/;

const isDraw = (words: string): boolean =>
  DRAW.test(words) && !/\b(?:tie-?break\w*|breaks?)\b/.test(words);
