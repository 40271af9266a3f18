/** Forms of speech that say a matter is settled, in the languages that models answer in. */

export type ClaimForm = {
  /** One of a kind counts once a turn. */
  readonly kind: "cause" | "cure" | "exhausted" | "cleared" | "outcome" | "known" | "rejected";
  readonly form: RegExp;
  readonly weight: number;
};

export const SETTLED: readonly ClaimForm[] = [
  {
    kind: "cause",
    weight: 1,
    form: /\b(?:root cause|culprit|actual (?:cause|problem|bug)|real (?:cause|problem|bug)|whole (?:problem|bug)|what(?:'s| is) wrong) (?:is|lies|sits|comes)\b|\bis (?:just |simply |purely )?(?:what|where) (?:breaks|fails|goes wrong)\b|\bdie (?:eigentliche )?Ursache (?:ist|liegt)\b|(?:根本原因|问题的原因|问题在于)|\b(?:la cause|le problème) (?:est|vient)\b|\bla causa (?:es|está)\b|причина в\b/iu,
  },
  {
    kind: "cure",
    weight: 0.8,
    form: /\b(?:right|proper|correct|only|whole|intended) (?:fix|change|solution|place|repair|cure) (?:is|lies|belongs)\b|\b(?:just|only|simply) (?:has|have|needs?) to\b|\b(?:it|this|that|which|and) (?:needs|gets|wants|takes) (?:one|a|an|its) (?:own|small|single|new|override|extra)\b|\bgets (?:one|an?|its own) \w+ ?\w* ?(?:override|method|property|attribute|argument|parameter|branch|case)\b|\b(?:so|then) nothing (?:new|else)\b|\b(?:should|must|has to|needs to|have to) (?:come|be (?:taken|fetched|read|looked up|passed|resolved|compared|caught|escaped|converted)) (?:from|through|via|by|as|with)\b.{0,80}\b(?:instead of|rather than|not)\b|\bmüssen? [^.]{3,90}\b(?:statt|anstatt|anstelle|nicht)\b|改(?:用|为|成).{1,40}(?:就行|即可|就可以|就好)|\bil suffit de\b|\bdoit [^.]{3,80} au lieu de\b|\bbasta con\b|\bdebe [^.]{3,80} en (?:lugar|vez) de\b|достаточно\b|\b\p{L}+ нужно .{3,80} вместо/iu,
  },
  {
    kind: "exhausted",
    weight: 1,
    form: /\b(?:nothing|no (?:other|further) (?:\w+|file|place|code)|none of (?:them|these|those|the \w+)|neither(?: of them)?)(?: \w+){0,3} (?:has|have|needs?|needed|had|must|changes?|moves?|to (?:be )?(?:chang|touch|writ|add)\w*)\b|\b(?:stays?|remains?|is left|are left|can stay|keeps?|keep) (?:exactly )?(?:as (?:it|they) (?:is|are|do|does)|as is|untouched|unchanged|alone|put|the same|binding)\b|\b(?:the )?(?:rest|others|helpers?|callers?|everything else|all else|signature|interface|default|parser|api) (?:stays?|remains?)\b|\ball (?:this|it|that|there) (?:takes|needs|is to it)\b|\bonly the [\w` ]{3,40} (?:needs?|has|have|changes?|does)\b|\bit is only the\b|\balone (?:changes|has to|needs)\b|\b(?:is|are) not going to change\b|\bmehr ist nicht\b|\b(?:sonst|weiter) (?:ist |muss |bleibt )?nichts\b|\bbleib(?:t|en) (?:so|unverändert|unberührt|wie)\b|(?:其余|其他|别的)(?:地方|部分|代码)?(?:都)?(?:不用|不需要|无需|保持|不变|不动)|\brien d'autre\b|\breste(?:nt)? (?:inchangé|tel|intact)|\bnada más\b|\b(?:queda|quedan) (?:igual|intact|sin cambios)|больше ничего|остаётся (?:как|без)|остается (?:как|без)|остальное/iu,
  },
  {
    kind: "cleared",
    weight: 0.9,
    form: /\b(?:is|are|was|were)(?:n't| not) (?:at fault|to blame|the (?:place|problem|issue|cause|culprit|bug|one)|wrong|involved|broken|what)\b|\b(?:is|are|does|do) (?:right|correct|fine|sound|innocent|what they(?:'re| are) meant to)\b(?! (?:after|now|if|to))|\b(?:is|are) (?:meant to|supposed to (?:fail|stay|raise|come)|intended(?: to| as|,|\.)|by design|on purpose)\b|\b(?:they|it)(?:'re|'s| are| is) meant to\b|\bnicht (?:schuld|das Problem|die Ursache)\b|\bist (?:richtig|in Ordnung)\b|(?:没有问题|没问题|是对的|不是问题)|\bn'est pas (?:en cause|le problème|fautif)|\bno (?:es|son) el problema\b|не виноват|здесь всё правильно/iu,
  },
  {
    kind: "outcome",
    weight: 0.8,
    form: /\b(?:the )?(?:outcome|result|answer|output|value|text|label|message) (?:has to|must|should|will|is to|needs to) (?:be|read|say|become|come out)\b|\bwhat (?:has to|must|should|will) (?:hold|come out|be true)\b|\b(?:is|are) both ["'`]|\b(?:wants|expects|gives|yields) (?:two|three|four|exactly|both)\b|\bhas to (?:give|yield|return|raise|print|render|pass for|go through)\b/iu,
  },
  {
    kind: "known",
    weight: 1,
    form: /\balready (?:know|has|have|finds?|does|do|handles?|supports?) (?:how|everything|all|a way)\b|\bby itself as soon as\b|\bas soon as (?:the|it|that)\b.{3,60}\b(?:gives?|hands?|returns?|is)\b|\b(?:what|which) (?:finally|eventually|later) (?:works|worked|happened)\b|\bI know (?:what|where|which|that)\b|\bfrom what I know\b/iu,
  },
  {
    kind: "rejected",
    weight: 0.8,
    form: /\b(?:not (?:in|by|with|from|through) [^,.;]{3,50}, (?:but|and)|rather than (?:in|by|with|from|through)|instead of (?:in|by|patching|changing|touching|walking|looping|special))\b/iu,
  },
];
