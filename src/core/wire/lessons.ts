/**
 * What a refusal teaches of the form in which a model wants to be asked: words of servers, templates and
 * services, and what is changed for the next asking. Each lesson is heeded once, so that two of them
 * never take turns for ever.
 */
import type { Fault } from "../../calls/exchange.ts";
import type { Manner } from "../../calls/manner.ts";

/** The manner after a refusal that says what is not borne; null: it says nothing new of the kind. */
export function learn(manner: Manner, refusal: string): Manner | null {
  for (const { words, change } of LESSONS) {
    if (!words.test(refusal)) continue;
    const next = { ...manner, ...change(manner) };
    const isNews = (Object.keys(next) as (keyof Manner)[]).some((key) => next[key] !== manner[key]);
    if (isNews) return next;
  }
  return null;
}

/**
 * The manner after a call that was cut off: who waits long without hearing a byte is hung up on by what
 * stands between (balancers, tunnels, proxies), and a stream says something all the time. null: no
 * such cut, or streams were tried already.
 *
 * @param latencyMs from sending to the fault
 */
export function afterCut(manner: Manner, fault: Fault, latencyMs: number): Manner | null {
  if (manner.stream !== "untried" || latencyMs < IDLE_CUT_MS) return null;
  return CUTS.has(fault.kind) ? { ...manner, stream: "yes" } : null;
}

// ---------------------------------------------------------------------------------------------

/** Connections without a byte are cut after 30 s at the soonest, most after 60 or 100. */
const IDLE_CUT_MS = 25_000;

/** What a cut looks like from here: no answer, or a gateway's words in its place. */
const CUTS: ReadonlySet<Fault["kind"]> = new Set([
  "reset",
  "http_408",
  "http_499",
  "http_502",
  "http_503",
  "http_504",
  "http_520",
  "http_522",
  "http_524",
]);

type Lesson = {
  readonly words: RegExp;
  readonly change: (manner: Manner) => Partial<Manner>;
};

const any = (...parts: readonly string[]): RegExp => new RegExp(parts.join("|"), "i");

const NEXT_FILLED = { no: "wordless", wordless: "all", all: "all" } as const;

const LESSONS: readonly Lesson[] = [
  {
    words: /single tool-?calls? at once|only supports? (?:a )?single tool/i,
    change: () => ({ split: true }),
  },
  {
    words: /system role (?:is )?not supported|system messages? (?:is|are) not supported/i,
    change: () => ({ systemToUser: true }),
  },
  {
    words: /roles must alternate|must alternate (?:between )?user/i,
    change: () => ({ alternate: true, systemToUser: true }),
  },
  {
    words:
      /requires --enable-auto-tool-choice|does not support (?:tools|function)|tools? (?:is|are) not supported|tool use is not supported|no endpoints found that support tool use/i,
    change: () => ({ native: false }),
  },
  {
    words: any(
      "(?:messages?|contents?|parts?|blocks?|text)\\b[^;]{0,60}\\b(?:(?:must|should|may|can) ?(?:not|n't)? be (?:empty|blank|non-?empty)|can(?:no|')t be (?:empty|blank)|(?:is|are|was) (?:empty|blank))",
      "must (?:have|contain|include) (?:some )?non-?empty content|(?:messages?|contents?)\\b[^;]{0,40}must (?:have|contain) at least one (?:content|part|block)",
      "(?:empty|blank) (?:assistant |text |message )?(?:messages?|contents?)\\b|content or tool_?calls must be set|either content or tool_?calls",
      "(?:内容|消息|content)[^。]{0,20}不能为空",
    ),
    change: ({ filled }) => ({ filled: NEXT_FILLED[filled] }),
  },
  {
    // A count of tokens at the end of a stream is what older servers do not know.
    words: /stream_options/i,
    change: ({ stream }) => (stream === "yes" ? { stream: "bare" } : {}),
  },
  {
    words: any(
      "\\bstream(?:ing|ed)?\\b[^.;]{0,60}(?:not (?:yet )?(?:supported|allowed|available|implemented|permitted|enabled)|unsupported|disabled|must be false)",
      "(?:not|n't) (?:yet )?(?:support|allow)[^.;]{0,30}\\bstream|(?:unexpected|unknown|unrecogni[sz]ed|extra)[^.;]{0,40}\\bstream\\b",
    ),
    change: ({ stream }) => (stream === "yes" || stream === "bare" ? { stream: "refused" } : {}),
  },
  {
    words: any(
      "\\b(?:only|requires?|must (?:use|be|set|enable)|needs?|use|set|enable)\\b[^.;]{0,40}\\bstream(?:ing|ed)?\\b(?! ?(?:=|:|to|is)? ?false)",
      "\\bstream(?:ing)?\\b[^.;]{0,30}(?:is |mode |must be |should be |set to )+(?:required|only|mandatory|true|enabled)",
      "non-?_?stream(?:ing|ed)?\\b[^.;]{0,60}(?:not|unsupported|disabled|must|only|refused|timed? ?out)|(?:not|n't) support[^.;]{0,30}\\bnon-?_?stream|\\bfor non-?_?stream(?:ing)? calls?",
    ),
    change: ({ stream }) => (stream === "untried" ? { stream: "yes" } : {}),
  },
];
