/**
 * What the words of a vote mean: "1", "MODEL 1 wins", "2 (MODEL 2)", "no clear difference", "A > B".
 * A vote is read only where every reader would read the same; hedges, ranges and contradictions are
 * null, never a guess.
 */

/** 1: MODEL 1 is better, 2: MODEL 2 is better, 0: draw. */
export type Vote = 0 | 1 | 2;

/** null: not readable. Total over any text; only its first MAX_VOTE characters are looked at. */
export function voteOfText(text: string): Vote | null {
  const asAsked = AS_ASKED.get(text);
  if (asAsked !== undefined) return asAsked;
  const plain = plainWords(text);
  if (plain === "" || plain.length > MAX_VOTE || isLegend(plain)) return null;
  return NUMBER_WORDS.get(plain) ?? whole(plain.replace(LEAD, "")) ?? whole(plain);
}

/** The seat that a text names and nothing else: "MODEL 1", "response_2", "A"; null for any other. */
export function seatOfText(text: string): 1 | 2 | null {
  const head = seatAt(plainWords(text));
  return head !== null && head.rest === "" ? head.seat : null;
}

/** Lower case, look-alike forms as plain ones, without markup and what nobody sees, single blanks. */
export function plainWords(text: string): string {
  // Most keys are one small word; all of what follows would leave it as it is.
  if (text.length <= MAX_VOTE && /^[a-z0-9]+$/.test(text)) return text;
  return text
    .slice(0, 2 * MAX_VOTE)
    .replace(/\u{1F170}/gu, "A")
    .replace(/\u{1F171}/gu, "B")
    .normalize("NFKC")
    .toLowerCase()
    .replace(UNSEEN, "")
    .replace(/[_\s]+/g, " ")
    .replace(/^[ .,:;!({[]+(?=[^ ])/, "")
    .replace(/^([^([{]*?)[ .,:;!)}\]]+$/, "$1")
    .trim();
}

// ---------------------------------------------------------------------------------------------

const MAX_VOTE = 400;

/** Votes in the form that the prompt asks for: nearly all. */
const AS_ASKED: ReadonlyMap<string, Vote> = new Map([
  ["0", 0],
  ["1", 1],
  ["2", 2],
]);

const NUMBER_WORDS: ReadonlyMap<string, Vote> = new Map([
  ["zero", 0],
  ["one", 1],
  ["two", 2],
]);

/** Markup, quotes, invisible characters, medals and ticks around a vote. */
const UNSEEN =
  /[*`"'\u00AD\u201C-\u201F\u2018-\u201B\u00AB\u00BB\u300C\u300D\u200B-\u200F\u2060\uFEFF\u2705\u2714]|\uFE0F|\u20E3|(?![\d#*])\p{Extended_Pictographic}/gu;

const NAMES =
  "(?:model(?:l?[oe])?|modèle|modell|candidat[eo]?|kandidat|response|answer|reply|assistant|option|agent|solution|output|submission|antwort|respuesta|réponse|risposta|resposta|модель|ответ|模型|モデル|回答|候选|候補|모델)";
const SEAT = new RegExp(
  `^(?:the )?(?:(?:${NAMES}|m)[ #:-]{0,3}(1|one|a|2|two|b)|(first|1st|former|second|2nd|latter)(?: (?:one|${NAMES}))?|([12])(?:\\.0{1,9})?)(?![a-z0-9%]|[.,]\\d)`,
);
/** A letter alone is a seat, but "a" also begins a sentence. */
const LETTER = /^([ab])(?=$| ?[>=<(:-]| (?:is|was|wins)(?![a-z]))/;
const FIRST: ReadonlySet<string> = new Set(["1", "one", "a", "first", "1st", "former"]);

type Head = { readonly seat: 1 | 2; readonly isDigit: boolean; readonly rest: string };

function seatAt(text: string): Head | null {
  const found = SEAT.exec(text) ?? LETTER.exec(text);
  if (found === null) return null;
  const word = found[1] ?? found[2] ?? found[3] ?? "";
  const rest = text.slice(found[0].length).trim();
  return { seat: FIRST.has(word) ? 1 : 2, isDigit: found[3] !== undefined, rest };
}

/** Words before the seat that say no more than that it is the better one. */
const LEAD =
  /^(?:(?:(?:the )?(?:winner|vote|verdict|choice|preference|decision|result|winning model|better(?: (?:model|one|candidate|response))?)(?: (?:is|goes to))?|i (?:would )?(?:prefer|choose|pick|favou?r)|prefer|favou?rs?|goes to|go with|point (?:to|for)|(?:a )?(?:slight|clear|small|strong)? ?(?:edge|advantage|preference|lean) (?:to|for|goes to)|leans?(?: towards?| to)?|slightly|clearly|marginally|narrowly|definitely|strongly)[ :=-]*){1,3}/;

const WINS =
  /^(?:(?:is|was|are|ist|es|est|è|é|has|does|clearly|slightly|much|far|significantly|marginally|somewhat|a bit|a little|the|narrowly|strongly|considerably|a|clear|slight|small|clearly|definitely) )*(?:better|best|stronger|superior|preferred|preferable|favou?red|besser|gewinnt|mejor|gana|meilleure?|gagne|migliore|vince|melhor|vence|лучше|更好|更优|胜出|獲勝|获胜|優れ\S{0,6}|wins|win|won|winner|winning|ahead|leads|edge|advantage|more (?:accurate|correct|grounded|efficient|concise|complete|progress))(?![a-z])/;

const DRAW_WORDS =
  "(?:draw|drawn|tie|tied|equal(?:ly)?(?: (?:good|bad|matched|correct|grounded|efficient))?|even|(?:the )?same|equivalent|comparable|similar|identical|on par|unentschieden|gleichstand|gleich gut|égalité|ex aequo|match nul|empate|pareggio|parità|remis|ничья|одинаково|平局|平手|不分上下|不分胜负|引き分け|同等|무승부|toss ?up|no (?:(?:clear|real|significant|meaningful|notable|material|major|big|discernible|substantial) )*(?:difference|differences|winner|preference|distinction))";
const DRAW = new RegExp(
  `^(?:0(?:\\.0{1,9})?(?![a-z0-9%]|[.,]\\d)|(?:(?:it is|its|they are|there is|a|an|both(?: models| candidates| responses)?(?: are)?|roughly|about|essentially|nearly|basically|effectively|clear|call it) )*${DRAW_WORDS}(?![a-z])|neither(?: (?:one|${NAMES}))?(?![a-z])|both(?![a-z])|none(?=$))`,
);
const PAIR = new RegExp(
  `^${NAMES}? ?[#:-]?(?:1|a|one) (?:and|&) ${NAMES}? ?[#:-]?(?:2|b|two)(?: (?:both|are|is|were|perform|do))* ${DRAW_WORDS}(?![a-z])`,
);

function whole(text: string): Vote | null {
  const paired = PAIR.exec(text);
  if (paired !== null) return isSoft(text.slice(paired[0].length)) ? null : 0;
  const head = seatAt(text);
  if (head !== null) return seatVote(head);
  const drawn = DRAW.exec(text);
  if (drawn === null) return null;
  return drawVote(drawn[0], text.slice(drawn[0].length).trim());
}

function seatVote({ seat, isDigit, rest }: Head): Vote | null {
  if (rest === "") return seat;
  const compared = /^(>{1,3}|<{1,3}|={1,2}|\u2248|~|(?:over|beats|outperforms)(?![a-z])) ?/.exec(
    rest,
  );
  if (compared !== null) return comparison(seat, compared[1] ?? "", rest.slice(compared[0].length));
  const wins = WINS.exec(rest);
  if (wins !== null) {
    return contradicts(rest.slice(wins[0].length), seat) ? null : seat;
  }
  return explains(rest, seat) || (isDigit && repeats(rest, seat)) ? seat : null;
}

function comparison(seat: 1 | 2, sign: string, after: string): Vote | null {
  const other = seatAt(after);
  if (other === null || other.seat === seat || (other.rest !== "" && !explains(other.rest, seat)))
    return null;
  if (/^[=~\u2248]/.test(sign)) return 0;
  return sign.startsWith("<") ? other.seat : seat;
}

function drawVote(said: string, rest: string): Vote | null {
  if (rest === "") return 0;
  if (isSoft(rest)) return null;
  if (/^(?:neither|both)/.test(said)) {
    return /^(?:is|are|was|were|does|do|did|has|have|keeps?|follows?|runs?|models?|candidates?|[-:;,.(\u2013\u2014])/.test(
      rest,
    )
      ? 0
      : null;
  }
  if (/^(?:between|for|in|on|here|overall|as|since|because)(?![a-z])/.test(rest)) return 0;
  return explains(rest, 0) || (said.startsWith("0") && repeats(rest, 0)) ? 0 : null;
}

/** "(MODEL 1)", "- it runs", ": because": an explanation that does not name another vote. */
function explains(rest: string, vote: Vote): boolean {
  const sign =
    /^(?:[-\u2013\u2014:;,.(]+(?![>\d/|]) ?|(?:#{1,3}|\/\/) ?|(?:because|since|as|due to)(?![a-z]) )/.exec(
      rest,
    );
  if (sign === null) return false;
  const words = rest.slice(sign[0].length);
  if (/^(?:or|and|to|vs|not sure|maybe|perhaps|out of|\/|\||\?)(?![a-z])/.test(words)) return false;
  const [first = ""] = words.split(/[,;.:)(]| [-\u2013\u2014] /, 1);
  const again = plainVote(first.trim());
  if (again !== null && again !== vote) return false;
  return vote === 0 ? !isSoft(words) : !contradicts(words, vote);
}

/** A vote that says nothing but a seat, a win of a seat or a draw. */
function plainVote(text: string): Vote | null {
  const head = seatAt(text);
  if (head !== null) return head.rest === "" || WINS.test(head.rest) ? head.seat : null;
  const drawn = DRAW.exec(text);
  return drawn !== null && text.slice(drawn[0].length).trim() === "" ? 0 : null;
}

/** "1 MODEL 1", "0 draw". */
const repeats = (rest: string, vote: Vote): boolean => plainVote(rest) === vote;

const TURNS = /(?<![a-z])(?:but|however|actually|wait|instead|overall|though|although|lean|prefer)/;

/** Whether words after a vote for one seat speak for the other one. */
function contradicts(words: string, seat: Vote): boolean {
  const other = seat === 1 ? "(?:2|two|b)" : "(?:1|one|a)";
  const named = new RegExp(
    `(?<![a-z])(?:${NAMES}[ #:-]{0,3}${other}(?![a-z0-9])|the ${seat === 1 ? "second|the latter" : "first|the former"}(?![a-z]))`,
  ).exec(words);
  if (named !== null) {
    const after = words.slice(named.index + named[0].length).trim();
    if (WINS.test(after) || TURNS.test(words)) return true;
  }
  return /(?<![a-z])(?:not really|scratch that|on second thought|i take (?:that|it) back)/.test(
    words,
  );
}

/** Words that take a draw back. */
const isSoft = (words: string): boolean =>
  /(?<![a-z])(?:but|however|although|though|except|slight|slightly|edge|prefer|lean|better|wins|stronger)(?![a-z])/.test(
    words,
  );

/** "1 if MODEL 1, 2 if MODEL 2, 0 for a draw", "1/2/0": the task's words, not a vote. */
function isLegend(text: string): boolean {
  const given = [
    ...text.matchAll(/(?<![a-z0-9])([012]) ?(?:=|:|if|when|for|means|\/|\||or|,)(?![a-z])/g),
  ];
  return new Set(given.map((one) => one[1])).size >= 2;
}
