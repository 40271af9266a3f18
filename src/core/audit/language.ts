/**
 * Which language the prose of an answer is in: by its script, or by the share of its words that are the
 * small words of a language. Sure or nothing: code, names and a few words are no language.
 */
import { segmentsOf } from "./answer.ts";
import { isCommonWord } from "./surprise.ts";

const SMALL =
  "the|and|that|this|is|are|was|to|of|in|it|for|with|not|have|has|from|but|so|now|let|need|will|can|first|I'll|I";
const ENGLISH = new RegExp(`\\b(?:${SMALL})\\b`, "gi");
/** The same between letters of any alphabet: the i of "tôi" is no word. */
const ENGLISH_AMID_OTHERS = new RegExp(
  `(?<![\\p{L}\\p{M}\\p{N}_])(?:${SMALL})(?![\\p{L}\\p{M}\\p{N}_])`,
  "giu",
);

/** True for prose with English words in it, and for answers with hardly any prose. */
export function isEnglish(answer: string): boolean {
  const prose = proseOf(answer);
  const letters = lettersIn(prose);
  if (letters < MIN_LETTERS) return true;
  if (latinIn(prose) / letters < 0.6) return false;
  const words = prose.match(/[\p{L}']+/gu)?.length ?? 1;
  const small = NOT_ASCII.test(prose) ? ENGLISH_AMID_OTHERS : ENGLISH;
  return (prose.match(small)?.length ?? 0) / words >= 0.08;
}

/**
 * True for prose that is not English for sure: no small words of it, and of its longer words hardly any is one
 * that English code and comments are full of. A terse "inspect helper functions, run existing tests" is English.
 */
export function isForeign(answer: string): boolean {
  if (isEnglish(answer)) return false;
  const words =
    proseOf(answer)
      .toLowerCase()
      .match(/\p{L}{4,}/gu) ?? [];
  const common = words.filter((word) => isCommonWord(word)).length;
  return common < COMMON_SHARE * words.length || words.length === 0;
}

/** "en", "de", "ja" ...; of a script that several languages share its name ("cyrillic"); null: not sure. */
export function languageOf(answer: string): string | null {
  const prose = proseOf(answer);
  const letters = lettersIn(prose);
  if (letters === 0) return null;
  for (const { name, form, least } of SCRIPTS) {
    const own = prose.match(form)?.length ?? 0;
    if (own >= least && own / letters >= SCRIPT_SHARE) return name;
  }
  // One letter alone is a name of something in any language.
  const words = prose.toLowerCase().match(/[\p{L}']{2,}/gu) ?? [];
  if (letters < MIN_LETTERS || words.length < MIN_WORDS) return null;
  const shares = Object.entries(SMALL_WORDS)
    .map(([name, own]) => {
      const hits = words.filter((word) => own.has(word));
      return { name, share: hits.length / words.length, kinds: new Set(hits).size };
    })
    .filter(({ kinds }) => kinds >= MIN_KINDS)
    .sort((a, b) => b.share - a.share);
  const [best, next] = shares;
  if (best === undefined || best.share < WORD_SHARE) return null;
  return best.share >= LEAD * (next?.share ?? 0) ? best.name : null;
}

// ---------------------------------------------------------------------------------------------

const MIN_LETTERS = 40;
/** Prose of other languages about code stays under it: it has file names and a few borrowed words. */
const COMMON_SHARE = 0.3;
const MIN_WORDS = 8;
/** Of the letters, and of the words, that have to be a language's own. */
const SCRIPT_SHARE = 0.3;
const WORD_SHARE = 0.2;
/** Different small words: one that is said again and again is a name. */
const MIN_KINDS = 3;
/** Related languages share small words: the best has to lead by so much. */
const LEAD = 1.4;
const MAX_PROSE = 4000;

function proseOf(answer: string): string {
  return segmentsOf(answer)
    .filter((segment) => segment.place === "prose")
    .map((segment) => answer.slice(segment.start, Math.min(segment.end, segment.start + MAX_PROSE)))
    .join(" ")
    .replace(/`[^`\n]{0,200}`/g, " ");
}

const lettersIn = (text: string): number =>
  NOT_ASCII.test(text) ? (text.match(/\p{L}/gu)?.length ?? 0) : latinIn(text);

/** Letters of ASCII; counted, since a list of them costs many times as much. */
function latinIn(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at++) {
    const lower = text.charCodeAt(at) | LOWER;
    if (lower >= LETTER_A && lower <= LETTER_Z) letters++;
  }
  return letters;
}

const NOT_ASCII = /[\u0080-\uFFFF]/;
/** The bit that small letters have and capitals lack. */
const LOWER = 0x20;
const [LETTER_A, LETTER_Z] = [97, 122];

/** Japanese before Chinese: it writes both. A sign of Han is a word, a letter is not. */
const SCRIPTS: readonly { readonly name: string; readonly form: RegExp; readonly least: number }[] =
  [
    { name: "ja", form: /[\p{sc=Hiragana}\p{sc=Katakana}]/gu, least: 8 },
    { name: "ko", form: /\p{sc=Hangul}/gu, least: 8 },
    { name: "zh", form: /\p{sc=Han}/gu, least: 8 },
    { name: "cyrillic", form: /\p{sc=Cyrillic}/gu, least: 20 },
    { name: "greek", form: /\p{sc=Greek}/gu, least: 20 },
    { name: "arabic", form: /\p{sc=Arabic}/gu, least: 20 },
    { name: "hebrew", form: /\p{sc=Hebrew}/gu, least: 20 },
    { name: "devanagari", form: /\p{sc=Devanagari}/gu, least: 20 },
    { name: "thai", form: /\p{sc=Thai}/gu, least: 20 },
  ];

const small = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Words that nearly every sentence of a language has; what two languages share stands in both. */
const SMALL_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  en: small(
    "the and that this is are was were to of in it its for with not have has from but so now let need will can first i'll i on at be as by or if an we you there which what when does only should",
  ),
  de: small(
    "der die das und ist sind war nicht ein eine einen einem einer zu mit auf für von dem den des ich es im in sich auch noch nur schon wie wird werden dass ob aber wenn als aus bei nach hier jetzt zuerst dann dort kann muss so",
  ),
  fr: small(
    "le la les des un une du de et est sont pas ne ce cette que qui dans pour sur avec je il elle on au aux mais ou si en se par plus à l d c n s qu d'abord puis ici être dont y",
  ),
  es: small(
    "el la los las un una unos de del y es son no que en por para con se lo al como más pero si está están este esta esto ya su sus primero luego aquí hay me voy a ver cuando o",
  ),
  pt: small(
    "o a os as um uma de do da dos das e é são não que em no na nos nas por para com se ao como mais mas este esta isso já seu sua primeiro depois aqui há vou ver quando ou está",
  ),
  it: small(
    "il lo la i gli le un una di del della dei delle e è sono non che in nel nella per con si al alla come più ma questo questa già suo sua prima poi qui c'è ho da quando o dove se",
  ),
  nl: small(
    "de het een en is zijn niet van in op te dat die voor met aan er ik ook nog maar om als dan eerst hier nu wordt worden naar bij of wat deze dit kan moet door waar",
  ),
  pl: small(
    "i w z na do nie jest to się że ale jak po co tylko tu teraz czy od za przez dla są być już go który która te ten ta jeszcze najpierw oraz o",
  ),
  sv: small(
    "och att det är som en ett den i på av för med inte till om jag har var men nu så kan ska här sedan först vi där från vid eller när bara",
  ),
  tr: small(
    "ve bir bu da de için ile ne çok ama gibi daha önce sonra şimdi var yok mi ben o olarak olan değil ise ya kadar her şu",
  ),
};
