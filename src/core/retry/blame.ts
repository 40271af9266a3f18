/**
 * What a refusal says of itself: passing trouble, a rate limit, money that is used up, a limit of the
 * server's context, the content of this one item, or nothing that settles it. Words are believed only
 * where they are plain; for the rest evidence decides (evidence.ts), since every service words its
 * refusals its own way. Total over any text, in the languages that were met.
 */
import type { Blame } from "../../calls/decision.ts";
import type { Fault } from "../../calls/exchange.ts";

/** Whose fault a call's failure is, as far as its words and status say. */
export function blameOf(fault: Fault): Blame {
  const { kind, status, message, code } = fault;
  if (kind === "too_large") return "content";
  if (!kind.startsWith("http_") && kind !== "error_body") return "passing";
  const words = `${code} ${message}`;
  const at = status === null || status < 300 ? 200 : status;
  if (!ABOUT_ACCESS.includes(at) && CONTENT.test(words) && !ACCOUNT.test(words)) return "content";
  if (asksForTooMany(words)) return at === 429 ? "rate" : "unclear";
  if (isMoney(words, fault)) return "quota";
  if (NEVER.test(words)) return "settings";
  if (at === 429) return isOverMinute(words) ? "context" : "rate";
  if (at === 413 || CONTEXT.test(words)) return at === 401 || at === 404 ? "settings" : "context";
  if (LOADING.test(words) && at !== 401 && at !== 404) return "loading";
  if (DEFINITE.includes(at) || (at >= 300 && at < 400)) return "settings";
  if (AGAIN.includes(at)) return "passing";
  if (at === 200 && RATE.test(words)) return "rate";
  if (at >= 500 || at === 200) return SETTINGS.test(words) ? "unclear" : "passing";
  if (RATE.test(words)) return "rate";
  return PASSING.test(words) ? "passing" : "unclear";
}

/** No answer of this kind is the item's: wrong key, no balance, no such model or address, a proxy. */
const DEFINITE: readonly number[] = [401, 402, 404, 405, 406, 407, 410, 426, 431, 451, 501, 511];
const ABOUT_ACCESS: readonly number[] = [401, 402, 407];
/** Asked again whatever the words. */
const AGAIN: readonly number[] = [408, 409, 425];

/** Waits that are longer are no rate limit to wait for: the day's allowance is used up. */
const LONGEST_RATE_WAIT_MS = 600_000;

/**
 * The account has nothing left. Rate limits like to name the billing page as well: what says that it
 * is counted by the minute, or may be asked again soon, is a rate limit.
 */
function isMoney(words: string, fault: Fault): boolean {
  if (SPENT.test(words)) return true;
  const isDaily = BY_THE_DAY.test(words);
  if (!isDaily && !BILLING.test(words)) return false;
  const soon = fault.retry_after_ms !== null && fault.retry_after_ms <= LONGEST_RATE_WAIT_MS;
  if (isDaily && (fault.status === 429 || USED_UP.test(words))) return true;
  return BILLING.test(words) && !soon && !BY_THE_MINUTE.test(words);
}

/**
 * A completion limit over what the model bears at all is a setting; a prompt that leaves too little
 * room for it is a matter of the context.
 */
function asksForTooMany(words: string): boolean {
  if (!TOO_MANY.test(words) || /(?:inputs?`? tokens|(?:prompt|input)\b[^.+]{0,30}) \+/i.test(words))
    return false;
  const asked = /too (?:large|big|high): (\d+)/i.exec(words)?.[1];
  const limit = /context (?:length|window|limit)\D{1,20}(\d+)/i.exec(words)?.[1];
  if (asked === undefined || limit === undefined) return !/input length and/i.test(words);
  return Number(asked) >= Number(limit);
}

const TOO_MANY =
  /\bmax_?(?:completion_|output_|new_)?tokens\b\W{0,4}(?:or '?max_completion_tokens'? )?[^.:]{0,40}(?:too (?:large|high|big)|must be|should be|is (?:greater|larger|more|above|over)|exceeds?|at most|cannot be|maximum allowed|range)|maximum value for .?max_tokens/i;

const any = (...parts: readonly string[]): RegExp => new RegExp(parts.join("|"), "i");

/** Without doubt: money or an allowance that no waiting brings back soon. */
const SPENT = any(
  "insufficient[ _]?(?:quota|balance|credits?|funds|user ?quota)",
  "(?:balance|credits?|funds|wallet)\\b[^.]{0,40}(?:too low|insufficient|zero|empty|negative|not enough|exhausted|depleted|used up|expired|ran out|run out|overdrawn)",
  "(?:out of|no|not enough|requires? more|run out of|ran out of|any|more|add|buy|purchase|all (?:available|your)) (?:[a-z]+ )?(?:credits?|balance|funds)\\b",
  "(?:credit|spend(?:ing)?|usage|monthly|billing|hard|cost) ?(?:limit|cap|quota)[^.]{0,30}(?:exceeded|reached|hit|crossed|exhausted)",
  "(?:exceeded|reached|crossed|hit|used up|over|exhausted)[^.]{0,50}(?:\\bbudget\\b(?!_tok)|monthly|spend(?:ing)?|credit limit|usage limit|hard limit|included credits|free (?:tier|quota|allowance)|allocated quota)",
  "(?<!thinking[ .])\\bbudget\\b(?!_tok)[^.]{0,40}(?:exceeded|crossed|exhausted|reached|spent|used up|overrun)|budget_?exceeded|exceeded_?budget",
  "(?:free (?:tier|trial|quota|plan)|trial|subscription|plan)\\b[^.]{0,40}(?:expired|exhausted|ended|used up|is over|has been (?:cancel|exhaust))",
  "exceeded_current_quota|billing_(?:hard_limit|not_active|error)|payment[ _]?required|arrear|accountoverdue|overdue",
  "(?:account|organi[sz]ation|project|workspace|team|subscription)\\b[^.]{0,60}(?:suspended|deactivated|in debt|not in good standing|disabled for (?:billing|non-payment))",
  "(?:reached|exceeded) (?:the|your|its) set [a-z ]{0,30}limit|(?:service|account|endpoint|key|billing)\\b[^.]{0,20}\\b(?:is|was|been) paused",
  "FreeResourcePackExhausted|ResourcePackExhausted|brak środków|bakiye (?:yetersiz|bitti)|onvoldoende (?:saldo|tegoed)|credito (?:esaurito|insufficiente)",
  "in good standing|top[ -]?up|\\brecharge\\b",
  "余额|欠费|充值|额度(?:已|不足|用)|资源包|套餐|残高|チャージ|クレジット(?:が|不足)|잔액|크레딧|충전",
  "guthaben|kontostand|budget (?:ist )?(?:aufgebraucht|erschöpft|überschritten)|kontingent (?:ist )?(?:erschöpft|aufgebraucht)|saldo insuficiente|saldo (?:non|agotado|esaurito)|crédits? (?:insuffisant|épuisé)|solde insuffisant|недостаточно средств|баланс",
);
/** Of money, but rate limits say it too. */
const BILLING =
  /billing|payment|\bquota\b|exceeded your current|upgrade your (?:plan|tier)|pricing plan|kontingent|cuota|配额|限额|クォータ|할당량|квот/i;
const BY_THE_DAY =
  /(?:per|a|\/|this)[ _-]?(?:day|month|week)\b|per[ _-]?(?:day|month|week)|\b(?:RPD|TPD|RPM\/day)\b|daily|weekly|monthly|free-models-per-day|每日|每天|每月|今日/i;
/** The day's allowance, whatever the status. */
const USED_UP =
  /(?:limit|quota|allowance|allocation)\b[^.]{0,30}(?:reached|exceeded|exhausted|used up|hit)|(?:reached|exceeded|exhausted|used up|hit)\b[^.]{0,40}(?:limit|quota|allowance|allocation)/i;
const BY_THE_MINUTE =
  /per[ _-]?(?:min|sec|hour)|sessions?\b|simultaneous|in parallel|in flight|gauge|\b(?:RPM|TPM|RPS|QPS|TPS|ITPM|OTPM)\b|rate[ _-]?limit|too many requests|call rate|throttl|concurren|requests? a (?:minute|second)|try again in|retry after|频率|并发|速率/i;

/** The words of this one prompt are what it was refused for. */
const CONTENT = any(
  "content[ _-]?(?:policy|policies|filter|moderation|safety|inspection|violation|guard|management|security|risk|blocked)",
  "(?:prompt|input|request|messages?|content|text|query|question|output|conversation)\\b[^.]{0,70}\\b(?:flagged|violat\\w*|prohibited|unsafe|harmful|sensitive|inappropriate|offensive|disallowed|objectionable|high[- ]risk|illegal content|not safe)",
  "(?:prompt|input|request|messages?|content|text)\\b[^.]{0,60}\\b(?:blocked|rejected|refused|filtered|intercepted|declined|stopped)\\b[^.]{0,50}(?:safety|polic|moderation|filter|guard|sensitiv|harm|security check)",
  "(?:flagged|blocked|rejected|refused|filtered|intercepted|declined|violates?|triggered|against|detected)\\b[^.]{0,60}(?:usage polic|safety|moderation|guardrail|sensitive (?:data|content|word|information)|harmful|our polic|the polic|acceptable use)",
  "responsible ?ai ?polic|data_?inspection_?failed|guardrail|prompt_?(?:shield|injection|blocked)|jailbreak|prohibited_content|safety (?:system|reasons|filter|setting[^s])|\\bmoderation\\b|possible (?:cyber|harm)|cyber_policy|unsafe_content|sensitive_?(?:content|words?)|_sensitive\\b|recitation",
  "sensibles? (?:contenu|inhalt)|敏感|违规|違規|不安全|内容安全|不合规|审核|審查|審核|不適切|ポリシー違反|유해|부적절|inhaltsrichtlinie|inhaltsfilter|(?:unzulässige|anstößige)n? inhalt|politique de contenu|contenu (?:inappropri|interdit)|política de contenido|contenido (?:inapropiad|prohibid)|conteúdo (?:impróprio|inadequad)|недопустим\\w+ (?:контент|содерж)|политик\\w+ (?:контент|содерж)",
);
/** ... unless it speaks of the account, the key, the network or the place. */
const ACCOUNT =
  /\b(?:your|this|the) (?:account|organi[sz]ation|api[ _]?key|ip(?: address)?|region|country|location|network|browser|device|team|project|workspace|plan|deployment)\b[^.]{0,60}(?:flagged|block|suspend|disabled|banned|restrict|violat|not (?:allowed|supported))|(?:network|corporate|company|it|url|web) (?:security )?(?:policy|filter|filtering)\b[^.]{0,40}(?:block|categor|den)|data policy|privacy (?:settings|policy)|safety_?settings|categor(?:y|ised|ized)\b[^.]{0,40}(?:block|den|not allowed)|(?:unknown|unexpected|unrecognized|unsupported) (?:field|parameter|argument)/i;

const CONTEXT = any(
  "context[ _-]?length|context shift|(?:over|exceeds?|than) (?:the )?(?:session|seq(?:uence)?|max(?:imum)?_?(?:seq(?:uence)?|input|model|prompt))[ _-]?len|max(?:imum)? (?:sequence|input|prompt|query) (?:length|characters|size|tokens?)|(?:prompt|input|request)[^.]{0,40}\\bexceeds? [^.]{0,20}session|context[ _-]?window|context[ _-]?size|context[ _-]?limit|maximum context|\\bn_ctx\\b|max_model_len|max_seq_len|max_position_embeddings",
  "(?:prompt|input|request|message|messages|conversation|text|query|sequence)s?\\b[^.]{0,40}\\b(?:too long|too large|is longer than|exceeds? the (?:maximum|max|limit|model|allowed)|over the (?:limit|maximum)|longer than the (?:model|maximum|limit))",
  "(?:prompt|input|request|message|conversation|text|query|sequence)s?\\b[^.]{0,40}\\d (?:tokens|char(?:acter)?s|words|bytes)\\b[^.]{0,60}\\b(?:at most|up to|no more than|not more than|a maximum of|the limit (?:is|of)|limited to) \\d[\\d,. ]*(?!\\d)(?! ?(?:tokens|requests)? ?(?:per|an?|/) ?(?:min|sec|hour))",
  "too many (?:input |prompt |total )?tokens(?!,? please wait)(?! per)|(?:input|prompt|total|combined|number of) tokens?(?: count)?\\b[^.]{0,60}(?:exceed|too (?:large|many|high)|over|greater than|larger than|more than|must (?:be|have) (?:<|less|at most|fewer))",
  "exceeds? (?:the )?(?:model'?s? |model )?(?:maximum|max|available|allowed|supported) (?:context|sequence|input|prompt|number of (?:input )?tokens|tokens?|length)|maximum (?:input|prompt|sequence|token|number of (?:input )?tokens)s?(?: length)?\\b[^.]{0,60}(?:exceed|but|is|of|allowed|reached)",
  "inputs?\\W{0,2} must (?:have|be|contain) (?:less|fewer|at most|no more|shorter)|(?:model|context|input|prompt) token limit|exceed\\w* [^.]{0,20}token limit",
  "range of input length|input length (?:should|must|exceeds?|\\()|input_?too_?long|prompt_?too_?long|string_above_max_length|string too long|array_above_max_length|inputs?`? tokens \\+|input length and|model_max_prompt_tokens_exceeded|tokens_limit_reached|length limit",
  "(?:reduce|shorten|decrease) (?:the |your )?(?:length|prompt|input|message|context|size|number of tokens)|must be reduced in order|(?:request|payload|entity|body|content|header)[ _]?(?:entity |body |payload |size )?(?:is )?too[ _]?large|requestbody|maximum request size|body exceeded",
  "超长|上下文(?:长度|窗口)|过长|長すぎ|コンテキスト(?:長|ウィンドウ)|长度(?:超|限制)|超(?:过|出)[^。]{0,20}(?:长度|token|tokens|上下文)|컨텍스트|너무 (?:길|깁)",
  "kontextl[äa]nge|kontextfenster|zu lang|longueur (?:de |du )?contexte|fen[êe]tre de contexte|trop long|longueur maximale|lunghezza (?:massima )?(?:del )?contest|finestra di contesto|długoś\\w+ kontekst|zbyt dług|bağlam (?:uzunluğu|penceresi)|çok uzun|contextlengte|contextvenster|te lang|longitud (?:de |del )?contexto|ventana de contexto|demasiado larg|janela de contexto|muito long|troppo lung|длин\\w+ контекст|слишком длинн|контекстн\\w+ окн",
);

/** A 429 that no waiting mends: one request is over the allowance of a whole minute. */
const isOverMinute = (words: string): boolean =>
  CONTEXT.test(words) &&
  TOO_LARGE.test(words) &&
  (/too (?:large|long|big)/i.test(words) || !/try again|retry/i.test(words));
const TOO_LARGE = /too (?:large|long|big)|reduce|context (?:length|window)/i;
/** A limit of nothing is a switch, not a limit to wait for. */
const NEVER = /\b(?:rate[ _-]?)?limit\w* (?:is |was |of |set to |has been set to )+0\b(?![.,]\d)/i;

const LOADING =
  /(?:model|engine|server|weights|instance)\b[^.]{0,40}\b(?:is |are |still |currently |being )*(?:loading|starting|warming|initiali[sz]ing|not (?:yet )?(?:ready|loaded))|\bloading (?:the )?model|\bcold start|modelnotready|warming up|正在加载|加载中|読み込み中|wird (?:noch )?geladen|en cours de chargement|загружается|cargando/i;

const RATE =
  /rate[ _-]?limit|(?:qps|rpm|tpm|tps) (?:request )?limit|too many (?:requests|concurrent)|throttl|requests? per (?:min|sec)|tokens? per (?:min|sec)|slow ?down|请求过于频繁|频率|限流/i;

const PASSING =
  /overload|over capacity|at capacity|temporar(?:y|ily)|try (?:your|the|this) request again|try again (?:later|in|shortly)|please try again|unexpected error (?:during|while|occurred)|please retry|server (?:is )?busy|(?:service|server|upstream|backend|engine|worker)\b[^.]{0,40}\b(?:unavailable|timed? ?out|timeout|reset|error|busy|crash|died|failed)|timed out|connection (?:reset|error|aborted|closed)|internal (?:server )?error|gateway|请稍后(?:再试|重试)|繁忙|過負荷|混雑|überlastet|surchargé|saturado|перегружен/i;

/** In a 5xx: asking the same again as it is will not help, or that is likely enough to ask others first. */
const SETTINGS = any(
  "api[ _-]?key|authenticat|unauthori[sz]ed|credential|permission|no_db_connection|access denied|forbidden",
  "(?:model|deployment|alias|adapter|engine)\\b[^.]{0,60}(?:not found|does not exist|doesn't exist|not exist|unknown|no such|not supported|not available|deprecated|retired|disabled|invalid)|(?:unknown|no such|invalid|unsupported) model",
  "jinja|chat template|templateerror|roles? must|must alternate|system (?:role|message)\\b[^.]{0,30}(?:not|un)|only user and assistant",
  "unsupported|unexpected (?:field|keyword|argument|parameter)|unrecogni[sz]ed|extra (?:fields|inputs)|not permitted|invalid (?:parameter|argument|value|type)|validation ?error|requires? --|tool[ _-](?:choice|call)",
  "model_not_found|login fail|secret key|invalid params?|不存在|无可用|无效|参数",
  "badrequesterror|invalid_request|invalidrequest|notfounderror|authenticationerror|permissiondenied",
);
