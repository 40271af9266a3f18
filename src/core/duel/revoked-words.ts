/**
 * Words by which a judge takes back what it has just said, beside those of plain English in
 * verdict-context.ts: seats that were mixed up, and the same in other languages.
 */

/** Over text in any case. Behind a verdict a doubt is enough: such a reply is unread. */
const TAKES_BACK: readonly RegExp[] = [
  // English
  /\bi(?:['\u2019]ve| have| (?:may|might|could|must) (?:well )?have| probably| possibly| think i(?:['\u2019]ve| have)?)? (?:accidentally |mistakenly )?(?:mixed(?: \w+){0,3} up|mixed|swapped|confused|reversed|flipped|switched|mislabell?ed|misread|inverted)\b|\b(?:models?|candidates?|seats|labels?|numbers|votes?|scores|order|verdict|values|they|them|these|it) (?:\w+ )?(?:are|were|was|is|got|have been|(?:should|must|may|might|could) (?:be|have been)|need to be) (?:all )?(?:swapped|reversed|mixed up|flipped|switched|inverted|the other way)\b|\b(?:wrong|other) way (?:a?round|about)\b|\b(?:got|have|had) (?:that|it|this|them|the \w+) (?:backwards?|wrong|mixed up|reversed|flipped|swapped|switched|inverted|the wrong)\b|^\W*actually\b|\b(?:oops|whoops|my mistake|my bad|my error|hold on|apologies|never ?mind|typo (?:above|in my|in the verdict))\b|^(?:\W*(?:wait|no|sorry|actually)\W+)?(?:that|this|it|the above|my verdict|the verdict|the json) (?:is|was) (?:wrong|backwards?|reversed|incorrect|not right|a mistake|an error|mistaken)\b|^\W*(?:that|this|it)['\u2019]s (?:wrong|backwards?|reversed|incorrect|not right)\b|\bread (?:every |each |all |the )?(?:model )?[12]s? as (?:a )?(?:model )?[12]|\b(?:swap|switch|flip|reverse|invert) (?:the|them|all|every|1|both|model)\b|\bshould (?:all )?be (?:reversed|swapped|flipped|model ?[12])\b/i,
  // German
  /^\W*(?:(?:einen )?moment(?: mal)?|warte|halt|stopp|korrektur)(?!\p{L})|\b(?:falsch ?(?:he)?rum|anders ?herum|verwechselt|vertauscht|vertan|geirrt|verdreht|umgekehrt|irrtum|mein fehler|fehler gemacht|korrigiere|doch nicht|das (?:ist|war) (?:so )?falsch|stimmt (?:so )?nicht|entschuldigung|zur\u00FCcknehmen|(?:nehme|ziehe) [^.\n]{0,40}zur\u00FCck)(?![\p{L}])/iu,
  // French
  /(?<!\p{L})(?:attend(?:s|ez)|un instant|pardon|d\u00E9sol\u00E9e?|erreur de ma part|je me suis tromp\u00E9e?|je me trompe|(?:j['\u2019]ai|sont|ai) (?:invers\u00E9|confondu|interverti|m\u00E9lang\u00E9|\u00E9chang\u00E9)e?s?|c['\u2019]est (?:faux|l['\u2019]inverse|le contraire)|\u00E0 l['\u2019]envers|mon erreur|je corrige|je retire)(?!\p{L})|^\W*(?:correction|rectification)(?!\p{L})/iu,
  // Spanish, Portuguese
  /(?<!\p{L})(?:un momento|um momento|perd[o\u00F3]n|perd\u00E3o|desculp[ae]|lo siento|me equivoqu\u00E9|me he equivocado|equivoqu?\p{L}*|(?:he |los |las )?confund\u00ED|confundi|(?:eu )?me enganei|enganei-me|errei|(?:in|re)vert\u00ED|inverti|troquei|cambi\u00E9|intercambi\u00E9|al rev\u00E9s|ao contr\u00E1rio|est\u00E1 (?:mal|errado)|mi error|meu erro|corrijo|retiro)(?!\p{L})|^\W*(?:esper[ae]n?|correcci\u00F3n|corre\u00E7\u00E3o)(?!\p{L})/iu,
  // Italian
  /(?<!\p{L})(?:un attimo|un momento|scus[ai]|mi sono sbagliat[oa]|mi sbaglio|ho (?:sbagliato|scambiato|invertito|confuso)|(?:li|le) ho (?:scambiat|invertit|confus)[ie]|(?:al|il) contrario|l['\u2019](?:opposto|inverso)|errore mio|mio errore|correggo|ritiro)(?!\p{L})|^\W*(?:aspett[ai]|correzione)(?!\p{L})/iu,
  // Russian
  /(?<!\p{L})(?:\u043F\u043E\u0434\u043E\u0436\u0434\u0438(?:\u0442\u0435)?|\u0441\u0442\u043E\u043F|\u043E\u0448\u0438\u0431\u0441\u044F|\u043E\u0448\u0438\u0431\u043B\u0430\u0441\u044C|\u043E\u0448\u0438\u0431\u043A\u0430|\u043F\u0435\u0440\u0435\u043F\u0443\u0442\u0430\u043B\u0430?|\u043D\u0430\u043E\u0431\u043E\u0440\u043E\u0442|\u0438\u0437\u0432\u0438\u043D\u0438(?:\u0442\u0435)?|\u043F\u0440\u043E\u0441\u0442\u0438\u0442\u0435|\u0438\u0441\u043F\u0440\u0430\u0432\u043B\u044F\u044E|\u0438\u0441\u043F\u0440\u0430\u0432\u043B\u0435\u043D\u0438\u0435|\u043D\u0435\u0432\u0435\u0440\u043D\u043E|\u043D\u0435\u043F\u0440\u0430\u0432\u0438\u043B\u044C\u043D\u043E|\u043F\u043E\u043C\u0435\u043D\u044F\u043B\u0430?)(?!\p{L})/iu,
  // Chinese
  /\u7B49\u7B49|\u7B49\u4E00\u4E0B|\u641E\u53CD|\u5F04\u53CD|\u5199\u53CD|\u641E\u6DF7|\u6DF7\u6DC6|\u5F04\u6DF7|\u641E\u9519|\u5F04\u9519|\u5199\u9519|\u53CD\u4E86|\u98A0\u5012|\u9519\u4E86|\u66F4\u6B63|\u7EA0\u6B63|\u62B1\u6B49|\u5BF9\u4E0D\u8D77|\u5E94\u8BE5\u53CD\u8FC7\u6765|\u641E\u932F|\u5F04\u932F|\u932F\u4E86|\u62B1\u6B49/,
  // Japanese
  /\u5F85\u3063\u3066|\u9006\u3067\u3057\u305F|\u9006\u3067\u3059|\u9006\u306B|\u9006\u3060|\u9593\u9055|\u9593\u9055\u3048|\u53D6\u308A\u9055\u3048|\u5165\u308C\u66FF|\u6DF7\u540C|\u8A02\u6B63|\u3059\u307F\u307E\u305B\u3093|\u7533\u3057\u8A33|\u5931\u793C|\u64A4\u56DE/,
];

/** A sentence about one candidate's slip, or about what would be, takes nothing back. */
export function takesBack(text: string): boolean {
  return text.split(SENTENCE_END).some((sentence) => {
    const said = sentence.trim();
    if (CONDITION.test(said) || (ONE_CANDIDATE.test(said) && !FIRST_PERSON.test(said)))
      return false;
    return TAKES_BACK.some((words) => words.test(said));
  });
}

const SENTENCE_END = /\n|[.!?;](?=\s|$)|[\u3002\uFF01\uFF1F\uFF1B]/;
const CONDITION = /\b(?:if|even if|when|whether|regardless|unless|wenn|falls)\b/i;
/** Begins with the name of a candidate, and names no other. */
const ONE_CANDIDATE =
  /^\W*(?:(?:the|der|die|das|le|la|el|il|o|a) )?(?:model\w*|mod\u00E8le|candidate|kandidat|response|reply|\u6A21\u578B|\u30E2\u30C7\u30EB|\u043C\u043E\u0434\u0435\u043B\u044C) ?#?(?:[12]|[ab]\b)(?!.*(?:model\w*|mod\u00E8le|candidate|kandidat|response|reply|\u6A21\u578B|\u30E2\u30C7\u30EB|\u043C\u043E\u0434\u0435\u043B\u044C|and|und|et|y|e) ?#?[12])/iu;
const FIRST_PERSON = /\b(?:i|my|ich|mein\w*|je|mon)\b/i;
