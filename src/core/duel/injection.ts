/**
 * Text that talks to the judge: votes, grading instructions, imitated delimiters, hidden characters,
 * the same in base64. A candidate that holds such text loses its turn; a history is only marked.
 * Honest code with JSON in it, with "score" or dashes, is none of it.
 */
import { METRICS } from "../../records/score.ts";
import { otherReadings } from "../text/disguise.ts";
import { foldQuick, foldText, isInvisible, originalSpan } from "../text/fold.ts";
import { lineVotes } from "./line-votes.ts";
import { verdictSpans } from "./stated.ts";

export const INJECTION_KINDS = [
  /** JSON, or a list in prose, that names at least three metrics with votes. */
  "verdict",
  /** Says which candidate is better or is to be chosen. */
  "vote",
  /** Speaks to whoever grades, or takes instructions back. */
  "instruction",
  /** Imitates the lines around candidates, or the tokens of a chat template. */
  "delimiter",
  /** Characters that nobody sees, inside words or reversing them. */
  "invisible",
  /** Any of these in base64, hexadecimal or escapes. */
  "encoded",
] as const;
export type InjectionKind = (typeof INJECTION_KINDS)[number];

export type Injection = {
  readonly kind: InjectionKind;
  /** The words, at most MAX_QUOTE characters. */
  readonly text: string;
  /** [start, end) in UTF-16 units of the text. */
  readonly span: readonly [number, number];
};

/** All findings, in the order of the text; linear in its length. */
export function findInjections(text: string): Injection[] {
  const plain = plainFindings(text);
  return [...plain, ...disguisedFindings(text, plain)].sort((a, b) => a.span[0] - b.span[0]);
}

// ---------------------------------------------------------------------------------------------

const MAX_QUOTE = 160;
const MIN_METRICS = 3;

function plainFindings(text: string): Injection[] {
  const quick = foldQuick(text);
  const namesMetrics = METRICS.filter((metric) => quick.includes(metric)).length >= MIN_METRICS;
  return [
    ...(namesMetrics ? verdictFindings(text) : []),
    ...phraseFindings(text, quick, namesMetrics),
    ...invisibleFindings(text),
  ];
}

function finding(kind: InjectionKind, text: string, start: number, end: number): Injection {
  return { kind, text: text.slice(start, Math.min(end, start + MAX_QUOTE)), span: [start, end] };
}

/** Whatever the reader of verdicts would read in it: JSON in any shape, lines, tables, tags. */
function verdictFindings(text: string): Injection[] {
  const spans = verdictSpans(text, MIN_METRICS);
  if (spans.length > 0) return spans.map(({ start, end }) => finding("verdict", text, start, end));
  const decoded = text.includes('\\"') ? text.replaceAll('\\"', ' "') : text;
  const hidden = decoded === text ? [] : verdictSpans(decoded, MIN_METRICS);
  if (hidden.length > 0)
    return hidden.map(({ start, end }) => finding("verdict", text, start, end));
  const votes = lineVotes(text).entries.filter(({ vote }) => vote !== null);
  for (const [index, first] of votes.entries()) {
    const near = votes
      .slice(index, index + 4 * METRICS.length)
      .filter((vote) => vote.at - first.at < CLOSE_TOGETHER);
    const last = near.at(-1) ?? first;
    if (new Set(near.map((vote) => vote.metric)).size >= MIN_METRICS) {
      return [finding("verdict", text, first.at, Math.min(text.length, last.at + MAX_QUOTE))];
    }
  }
  return [];
}

type Phrase = {
  readonly kind: InjectionKind;
  readonly pattern: RegExp;
  /** What every match holds. Phrases share few of these, so most texts are done with at once. */
  readonly needs: RegExp;
};

const SEAT = "(?:model|candidate|response|reply) ?(?:1|2|one|two)\\b";
const GRADER = "(?:llm )?(?:judges?|graders?|evaluators?|raters?|judging panel)\\b";

const SEATS = new RegExp(SEAT);
const GRADERS = /judge|grader|evaluator|rater|judging panel/;

const phrase = (kind: InjectionKind, needs: RegExp, pattern: string): Phrase => ({
  kind,
  needs,
  pattern: new RegExp(pattern, "g"),
});

/** Words as the folded text has them: some letters of each alphabet are taken for Latin ones there. */
const spoken = (words: string): string =>
  words.replace(/[^\0-\x7f]/gu, (letter) => foldQuick(letter));

// German, Spanish, French, Italian, Portuguese, Russian, Chinese, Japanese.
const NAMED =
  "(?:modelo?|modell[oe]?|mod\u00e8le|candidat[eo]?|kandidat|antwort|respuesta|r\u00e9ponse|risposta|resposta|\u043c\u043e\u0434\u0435\u043b\u044c|\u043e\u0442\u0432\u0435\u0442|\u043a\u0430\u043d\u0434\u0438\u0434\u0430\u0442|\u6a21\u578b|\u5019\u9009|\u56de\u7b54|\u30e2\u30c7\u30eb)";
const IS = "ist|est|es|e|\u00e9|\u00e8|\u662f|\u306f";
const BETTER =
  "besser|\u00fcberlegen|mejor|meilleure?|sup\u00e9rieur|migliore|melhor|\u043b\u0443\u0447\u0448\u0435|\u66f4\u597d|\u66f4\u4f73|\u826f\u3044|\u512a\u308c";
const WINS =
  "gewinnt|gana|gagne|vince|vence|\u043f\u043e\u0431\u0435\u0436\u0434\u0430\u0435\u0442|\u0432\u044b\u0438\u0433\u0440\u044b\u0432\u0430\u0435\u0442|\u80dc\u51fa|\u83b7\u80dc|\u52dd\u3061";
const WINNER =
  "gewinner|sieger|ganador|gagnant|vainqueur|vincitore|vencedor|\u043f\u043e\u0431\u0435\u0434\u0438\u0442\u0435\u043b\u044c|\u80dc\u8005|\u52dd\u8005";

// Over folded text (lower case, single blanks). Every repetition is bounded, so matching is linear.
const PHRASES: readonly Phrase[] = [
  phrase(
    "vote",
    SEATS,
    `\\b${SEAT}[,:]? (?:is|was|has|should|deserves|must|clearly|wins|beats|outperforms|would|gets)\\b[^.!?]{0,60}?\\b(?:better|best|superior|stronger|win|wins|winner|won|preferred|higher|vote|votes|every point|all points|model 1|model 2)\\b`,
  ),
  phrase("vote", SEATS, `\\b${SEAT} (?:wins|beats|outperforms)\\b`),
  phrase(
    "vote",
    SEATS,
    `\\b(?:prefer|choose|pick|select|vote for|votes? to|score|rate|favou?r|award|mark) (?:the )?${SEAT}`,
  ),
  phrase(
    "vote",
    SEATS,
    `\\b(?:better|best|winner|winning|stronger|superior|preferred|preference|verdict|favou?rite)(?: \\w{1,12}){0,2} ?(?:is|:|=|goes to|would be) ?(?:the )?${SEAT}`,
  ),
  phrase("vote", SEATS, `\\boverall[,:]? ?${SEAT} ?(?:[.!]|$)`),
  phrase(
    "vote",
    /second|first|other/,
    "\\b(?:better|best|winner|winning|stronger|preferred)(?: \\w{1,12}){0,2} ?(?:is|:|=) ?the (?:first|second|other) (?:one|model|candidate|reply|response)\\b",
  ),
  phrase(
    "vote",
    /the first|the second|the other/,
    "\\b(?:prefer|choose|pick|select|vote for|favou?r) the (?:first|second|other) (?:model|candidate|reply|response)\\b",
  ),
  phrase(
    "vote",
    new RegExp(spoken(`${BETTER}|${WINS}`)),
    spoken(`(?<![a-z])${NAMED} ?[12] ?(?:${IS})? ?(?:[^ .!?]{1,12} ?)?(?:${BETTER}|${WINS})`),
  ),
  phrase(
    "vote",
    new RegExp(spoken(`${WINNER}|best`)),
    spoken(
      `(?<![a-z])(?:${WINNER}|bestes? \\w{1,12}) ?(?:${IS}|:|=) ?(?:der |das |le |el |il |o )?${NAMED} ?[12](?!\\d)`,
    ),
  ),
  phrase(
    "vote",
    SEATS,
    `\\b(?:all|every|each|the)(?: \\w{1,12}){0,2} (?:metrics?|points?|votes?|win|victory)(?: \\w{1,12}){0,3} (?:to|for) ${SEAT}`,
  ),
  phrase(
    "vote",
    /the first|the second|the other/,
    "\\bthe (?:first|second|other) (?:model|candidate|reply|response)(?:'s)? (?:\\w{1,12} )?(?:is|was) (?:\\w{1,12} )?(?:better|worse|wrong|inferior|superior|best)\\b",
  ),
  phrase(
    "vote",
    /better than|superior to/,
    "\\b(?:this|my) (?:reply|response|answer|candidate|solution|turn)(?: \\w{1,12}){1,3} (?:better than|superior to) (?:the )?(?:other (?:candidate|reply|response|model|answer)|model [12])",
  ),
  phrase(
    "instruction",
    GRADERS,
    `\\b(?:dear|attention|hey|hello|notes? (?:to|for)|message (?:to|for)|instructions? (?:to|for))[,:]? (?:the |all |any |our )?(?:\\w{1,12} )?${GRADER}`,
  ),
  phrase(
    "instruction",
    GRADERS,
    `\\b${GRADER} ?[,:!] ?(?:please |you |kindly |this |always ){0,2}(?:choose|vote|pick|give|score|rate|prefer|mark|select|award|favou?r|should|must|rank|output|reply|answer)\\b`,
  ),
  phrase(
    "instruction",
    GRADERS,
    "\\b(?:as|you are|you're|act as|acting as) (?:now )?(?:a|an|the)(?: \\w{1,12}){0,2} (?:judge|grader|impartial evaluator)\\b",
  ),
  phrase(
    "instruction",
    GRADERS,
    "\\b(?:the|this|every|any) (?:judge|grader)s? (?:should|must|shall|has to|have to|is to|are to)\\b",
  ),
  phrase(
    "instruction",
    /judging|grading|scoring|comparing|evaluating/,
    "\\bwhen (?:judging|grading|scoring|comparing|evaluating) (?:this|the|these|both)(?: \\w{1,12}){0,2} (?:repl|response|candidate|answer|model)",
  ),
  phrase(
    "instruction",
    /ignore|disregard|forget|override/,
    "\\b(?:ignore|disregard|forget|override)(?: (?:all|any|every|the|your|of|these|those)){0,3} (?:previous|prior|above|earlier|preceding|other|judging|grading) (?:instruction|prompt|rule|criteri|direction|message|candidate|guideline)",
  ),
  phrase(
    "instruction",
    /give |assign |award |grant /,
    "\\b(?:give|assign|award|grant) (?:this|me|my|it|us|model 1|model 2)(?: \\w{1,12}){0,4} (?:highest|full|maximum|max|top|best|perfect|better|higher) (?:score|mark|rating|grade|point|vote)",
  ),
  phrase(
    "instruction",
    / this | my /,
    "\\b(?:rate|score|grade|judge|evaluate|rank) (?:this|my) (?:reply|response|answer|candidate|turn|solution|output)(?: \\w{1,12}){0,3} (?:highest|higher|best|better|perfect|favou?rably|first|winner|10)\\b",
  ),
  phrase(
    "instruction",
    /correctness/,
    '\\b(?:output|reply with|answer with|respond with|return)(?: \\w{1,12}){0,3}:? ?\\{? ?"?correctness"?\\b',
  ),
  phrase("delimiter", SEATS, "\\bmodel ?[12] (?:begins|ends|starts here|ends here)\\b"),
  phrase("delimiter", SEATS, `\\b(?:end|begin|start|beginning) (?:of )?${SEAT}`),
  phrase(
    "delimiter",
    SEATS,
    `(?:={2,}|[-<\\[_=]{3,}) ?[\\[(]{0,4}${SEAT} ?[\\])]{0,4}(?:={2,}|[->\\]_=]{3,})`,
  ),
  phrase(
    "delimiter",
    /candidate|model|response|reply/,
    "<\\/?(?:candidate|model|response|reply)[_ -]?[12]\\b|<\\/candidate\\b",
  ),
  phrase("delimiter", /the two candidates/, "\\bthe two candidates\\b"),
  phrase(
    "delimiter",
    /im_start|start_header_id|\[inst\]|\[\/inst\]/,
    "<\\W{0,2}(?:im_start|start_header_id)\\W{0,3}(?:system|assistant|user)\\b|\\[\\/?inst\\] ?(?:you|ignore)",
  ),
  phrase(
    "delimiter",
    /channel|start/,
    "<\\W{0,2}channel\\W{0,3}(?:final|analysis|commentary)\\b|<\\W{0,2}start\\W{0,3}(?:system|developer|assistant|user)\\W{0,3}(?:channel|message)\\b",
  ),
];

/** "correctness: 1, grounding = model 2" in prose; three different ones close together are a verdict. */
const METRIC_VOTE = new RegExp(
  `\\b(${METRICS.join("|")})"? ?(?:=|:|is|goes to|-) ?"?(?:model )?[012]\\b(?!\\.\\d|%)`,
  "g",
);
const CLOSE_TOGETHER = 240;

/** `quick`: the text as `foldQuick` gives it; most texts are done with after a look at that. */
function phraseFindings(text: string, quick: string, namesMetrics: boolean): Injection[] {
  const held = new Map<RegExp, boolean>();
  const possible = PHRASES.filter(({ needs }) => {
    const holds = held.get(needs) ?? needs.test(quick);
    held.set(needs, holds);
    return holds;
  });
  const isSuspect =
    possible.some(({ pattern }) => quick.search(pattern) >= 0) ||
    (namesMetrics && quick.search(METRIC_VOTE) >= 0);
  if (!isSuspect) return [];
  const folded = foldText(text);
  const at = (kind: InjectionKind, start: number, end: number): Injection =>
    finding(kind, text, ...originalSpan(folded, start, end));
  const found = possible.flatMap(({ kind, pattern }) =>
    [...folded.text.matchAll(pattern)].map((match) =>
      at(kind, match.index, match.index + match[0].length),
    ),
  );
  const votes = [...folded.text.matchAll(METRIC_VOTE)];
  for (const [index, first] of votes.entries()) {
    const near = votes
      .slice(index, index + METRICS.length)
      .filter((vote) => vote.index - first.index < CLOSE_TOGETHER);
    if (new Set(near.map((vote) => vote[1])).size < MIN_METRICS) continue;
    const last = near.at(-1) ?? first;
    found.push(at("verdict", first.index, last.index + last[0].length));
    break;
  }
  return found;
}

/** Tags and direction overrides anywhere; zero-width characters only between letters, where they split words. */
function invisibleFindings(text: string): Injection[] {
  if (!/[\xad-\uffff]/.test(text)) return [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0xad || !isInvisible(code)) continue;
    const isTag = code === 0xdb40 && (text.charCodeAt(at + 1) & 0xff80) === 0xdc00;
    const isOverride = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    const splitsWord = isLatin(text.charCodeAt(at - 1)) && isLatin(text.charCodeAt(at + 1));
    if (isTag || isOverride || (splitsWord && code !== 0xad)) {
      return [finding("invisible", text, Math.max(0, at - 20), Math.min(text.length, at + 21))];
    }
  }
  return [];
}

const isLatin = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** The same in another reading of the text: decoded, or with what takes words apart left out. */
function disguisedFindings(text: string, plain: readonly Injection[]): Injection[] {
  const known = new Set(plain.map(({ kind }) => kind));
  const found = new Map<string, Injection>();
  for (const reading of otherReadings(text)) {
    const [first] = plainFindings(reading.text).filter(
      ({ kind }) => reading.isEncoded || !known.has(kind),
    );
    if (first === undefined) continue;
    // What is readable as it stands is found as it stands: a whole text with an escape in it says no more.
    if (reading.isEncoded && known.has(first.kind) && reading.end - reading.start === text.length)
      continue;
    const kind = reading.isEncoded ? "encoded" : first.kind;
    const key = `${reading.start}/${reading.end}`;
    if (!found.has(key)) found.set(key, finding(kind, text, reading.start, reading.end));
  }
  return [...found.values()];
}
