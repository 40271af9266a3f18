/** Forms of speech, to be looked for in a text in lower case, that say a matter is settled, in the languages that models answer in. */

export type ClaimForm = {
  /** One of a kind counts once a turn. */
  readonly kind:
    | "cause"
    | "enough"
    | "exhausted"
    | "unused"
    | "stays"
    | "cleared"
    | "prescribed"
    | "outcome"
    | "known"
    | "instead";
  readonly form: RegExp;
  readonly weight: number;
};

/** Forms that say by themselves that somebody knows; and forms that do so beside others. */
const STRONG = 1.34;
const PLAIN = 1.3;
const FAINT = 0.9;

export const SETTLED: readonly ClaimForm[] = [
  {
    kind: "cause",
    weight: STRONG,
    form: any(
      /\b(?:root cause|culprit|actual (?:cause|problem|bug)|real (?:cause|problem|bug)|whole (?:problem|bug)) (?:is|lies|sits|comes)\b/,
      /\bis (?:just |simply |purely )?(?:what|where) (?:breaks|fails|goes wrong)\b/,
      /\bwhat(?:'s| is) wrong is\b|\b(?:is|are) in the way\b|\b(?:is|are) the (?:two|three|only|one) (?:spots?|places?|lines?|points?)\b/,
      /\bdie (?:eigentliche )?Ursache (?:ist|liegt)\b|\bliegt (?:allein |nur )?(?:an|daran)\b/,
      /(?:根本原因|问题的原因|问题出在|问题在于|原因は|原因である)/,
      /\b(?:la cause|le problème) (?:est|vient)\b|\bla causa (?:es|está)\b|причина в\b/,
    ),
  },
  {
    kind: "enough",
    weight: PLAIN,
    form: any(
      /\b(?:is|are|will be|would be) (?:enough|sufficient)\b|\bsuffices?\b|\bwill do\b(?! (?:this|that|it|so))|\bdoes the (?:job|trick)\b|\btakes care of\b|\ball (?:this|it|that|there) (?:takes|needs|is to it)\b|\bthat(?:'s| is) all\b/,
      /\b(?:that|this|it)(?:'s| is) the (?:whole|entire|only) (?:\w+ )?(?:change|fix|patch|difference|effect|thing|story|point|edit)\b/,
      /\b(?:right|proper|correct|only|whole|intended) (?:fix|change|solution|place|repair|cure) (?:is|lies|belongs)\b/,
      /\b(?:just|only|simply|merely) (?:has|have|needs?|loses?|lacks?|misses|forgets?) (?!you|me)\w/,
      /\b(?:it|this|that|which|class|widget|method|field) (?:needs|gets|wants|takes) (?:one|its own|a single|a small|a new|an extra|just|only)\b|\bgets (?:one|its own|an? (?:new|extra|second|single|small|further|copy))\b|\bone (?:more |extra |single |small )?(?:branch|argument|line|case|override|parameter|condition|check|call)\b/,
      /\b(?:es )?(?:reicht|genügt)\b|\bmuss (?:nur|bloß|lediglich)\b|(?:就行|即可|就可以|就够了|就好|だけでよい|だけで済む|だけで十分)|\bil suffit\b|\bbasta con\b|\b(?:es )?suficiente\b|достаточно\b/,
    ),
  },
  {
    kind: "exhausted",
    weight: STRONG,
    form: any(
      /\b(?:nothing|neither|no (?:other|further) \w+|none of (?:them|these|those|the \w+))(?: \w+){0,5} (?:has to|have to|needs?|needed|must|changes?|moves?|minds?|matters?|cares?|to (?:be )?(?:chang|touch|writ|add)\w*)\b/,
      /\bnothing (?:else|new|more)\b|\bnothing in\b(?!(?: [\w.]+){1,4} (?:uses?|calls?|has|have|does|says|shows|tests?|covers?|mentions?|imports?)\b)|\bno need (?:to|for)\b|\b(?:is|are)(?:n't| not) (?:needed|necessary|required|called for)\b|\b(?:needn't|doesn't (?:have|need) to|don't (?:have|need) to|need not) (?:be |change|move|know|touch)/,
      /\bonly the [\w\x60 ]{3,40} (?:needs?|has|have|changes?|does)\b|\bit is only the\b|\balone (?:changes?|has to|needs)\b/,
      /\b(?:needs?|requires?|wants?|takes?) (?:nothing|no (?:change|touch|such|further|new|other)\w*)\b|\b(?:that|this|it) is the (?:one|only) \w+ (?:that|which|with)\b/,
      /\bmehr ist nicht\b|\b(?:sonst|weiter) (?:ist |muss |bleibt |ändert sich )?nichts\b|\bnichts (?:weiter|anderes|sonst)\b|(?:其余|其他|别的|其它)(?:地方|部分|代码)?(?:都)?(?:不用|不需要|无需|不必|不变|不动)|(?:他|ほか)は(?:変更|変え|そのまま)/,
      /\brien d'autre\b|\bnada más\b|больше ничего/,
      /\bnichts (?:zu (?:ändern|tun)|nötig)\b|\bbraucht (?:es )?(?:nichts|kein\w*)\b|\brien à (?:changer|faire|toucher|modifier)\b|\bpas besoin d|\bnada que (?:cambiar|tocar|hacer)\b|\bno hace falta\b|(?:不需要|无需|不必|没必要|用不着)(?![^，。；]{0,12}[吗？?])|(?:必要は?ない|不要だ)|ничего не нужно/,
    ),
  },
  {
    // What a search shows as well: nothing uses it.
    kind: "unused",
    weight: FAINT,
    form: any(
      /\b(?:nothing|neither|no (?:other|further) \w+|none of (?:them|these|those|the \w+))(?: \w+){0,5} (?:has|have|had|depends?|calls?|uses?|sits?)\b(?! to\b)/,
    ),
  },
  {
    kind: "stays",
    weight: PLAIN,
    form: any(
      /\b(?:stays?|remains?|(?:is|are) left|can stay|may stay|keeps?|is kept|are kept|leaves?) (?:exactly |just )?(?:as (?:it|they) (?:is|are|do|does|was|were|did)|as is|untouched|unchanged|unaffected|alone|put|the same|its|their|binding|where (?:it|they))\b/,
      /\b(?:rest|others|helpers?|callers?|everything else|all else|signature|interface|default|parser|api|clipping|error|exception|message|base class|containers?|methods?) (?:for [^.;,]{2,30} )?(?:can |may |will |is |are )?(?:stays?|remains?|left|kept)\b/,
      /\b(?:so|and|but) (?:it|they|this|that|the \w+) (?:stays?|remains?)(?=[,.;]| (?:and|but)\b)/,
      /\b(?:is|are|stays?) (?:not (?:touched|affected|changed|going to change)|unaffected|untouched)\b/,
      /\bbleib(?:t|en)\b|\bunverändert\b|(?:保持不变|不用动|不需要改|无需修改|そのままで|変更しない)|\breste(?:nt)? (?:inchangé|tel|intact)|\b(?:queda|quedan) (?:igual|intact|sin cambios)|остаётся|остается|остальное/,
      /\blass(?:e|en|t) (?:ich|wir|man)\b[^.]{0,40}\bwie (?:es|sie|er)\b|\b(?:laisse|garde|gardons|laissons)\b[^.]{0,40}\b(?:tel(?:le)?s?|comme)\b|\b(?:se queda|se quedan|tal (?:cual|como) (?:está|están))\b|(?:要留着|保留|照旧|原样)|そのまま(?:に|残)|оставляем/,
    ),
  },
  {
    kind: "cleared",
    weight: PLAIN,
    form: any(
      /\b(?:is|are|was|were)(?:n't| not) (?:at fault|to blame|the (?:place|problem|issue|cause|culprit|bug|one)|wrong|involved|broken|what)\b/,
      /\b(?:is|are|does|do) (?:right|correct|sound|innocent|what they(?:'re| are) meant to)(?=[:;,.]| as | and )/,
      /\b(?:is|are) (?:meant to|supposed to (?:fail|stay|raise|come)|intended(?: to| as|,|\.)|by design|on purpose|fine here)\b|\b(?:they|it)(?:'re|'s| are| is) meant to\b/,
      /\bnicht (?:schuld|das Problem|die Ursache)\b|\b(?:ist|sind) (?:richtig|in Ordnung)\b|(?:没有问题|没问题|是对的|不是问题|問題ない|正しい)|\bn'est pas (?:en cause|le problème|fautif)|\bno (?:es|son) el problema\b|не виноват/,
    ),
  },
  {
    kind: "prescribed",
    weight: FAINT,
    form: any(
      /\b(?!I |we )\w+ (?:has|have|needs?|ought) to (?:be|go|come|return|give|take|use|hold|raise|follow|work|compare|lose|follow|look|accept|handle|pass|ask|read)\b/,
      /\b(?:it|that|this|which|each|every \w+|they) (?:must|goes|gets?|turns? into|becomes?)\b/,
      /\bwill have to be \w+ed\b|\bwill (?:be|have to be) (?:dropped|removed|replaced|renamed|passed|raised|returned)\b/,
      /\bmüssen? [^.]{0,90}\bwerden\b|改(?:用|为|成)|(?:应当|必须|应该(?!是|会))|\b(?:doit|doivent|il faut)(?:\s|$)|\b(?:debe(?:n)?|tienen? que|hay que)\b|\bнужно\b|(?:べき|必要がある)/,
    ),
  },
  {
    kind: "outcome",
    weight: FAINT,
    form: any(
      /\b(?:outcome|result|answer|output|value|text|label|message|entry) (?:has to|must|should|is to|needs to) (?:be|read|say|become|come out)\b/,
      /\bwhat (?:has to|must|should|will) (?:hold|come out|be true)\b|\b(?:is|are) both ["'\x60]|\b(?:wants|expects|yields) (?:two|three|four|exactly|both)\b|\bis what (?:turns|becomes|changes)\b|\bafterwards\b/,
      /\bam ende (?:muss|müssen|soll|steht|stehen)\b|\b(?:au final|à la fin)\b[^.]{0,40}\bdoi|\blo que (?:se )?(?:tiene que|debe) (?:cumplir|salir|quedar)|(?:最后|最终)(?:要|应|得到|取|返回)|最終的に/,
    ),
  },
  {
    kind: "known",
    weight: PLAIN,
    form: any(
      /\balready (?:know|has|have|finds?|does|do|handles?|supports?) (?:how|everything|all|a way|one)\b|\bby itself as soon as\b/,
      /\b(?:there is|besides|in) (?:also )?(?:a|the|one) (?:second|third|other|further) (?:place|spot|line|check|branch|case|caller)\b|\b(?:someone|somebody) (?:pinned|wrote|added|left|put)\b/,
      /\bI know (?:what|where|which|that|how)\b|\bfrom what I know\b|\bas it turns out\b/,
      /\b(?:ist|war) (?:ohnehin |schon |auch so )?klar\b|\b(?:c'est|il est|tout est) clair\b|\best(?:á|aba) claro\b|(?:显然|很清楚|很明显)|明らか(?:だ|に)|очевидно/,
    ),
  },
  {
    kind: "instead",
    weight: FAINT,
    form: any(
      /\b(?:instead of|rather than|in place of)\b(?! (?:keep |to )?(?:open|read|guess|look|search|go|run|try|edit|scan|grepp|print|view|list|install|writ|assum|jump|rely|check)\w*\b)|\bnot (?:in|by|with|from|through|on) [^,.;]{3,50}, (?:but|and)\b|\binstead\b(?=[.;,])/,
      /\b(?:statt|anstatt|anstelle|sondern)\b|(?:而不是|代替|ではなく|の代わりに)|\bau lieu de\b|\ben (?:lugar|vez) de\b|\bвместо\b/,
    ),
  },
];

// ---------------------------------------------------------------------------------------------

/** To be tried on a text in lower case: to fold letters while matching takes twice as long. */
function any(...forms: readonly RegExp[]): RegExp {
  return new RegExp(forms.map((form) => form.source.toLowerCase()).join("|"), "u");
}
