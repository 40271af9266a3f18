/**
 * What stands before every line of a log because of who carried it: a stamp of time, the name of a
 * container, a job or a package. Runners' forms are told by how a line begins, so it is taken off where
 * nearly every line has it. What runners themselves put there (`E   `, `# `, `[gw0]`, `[ERROR]`,
 * `##[error]`) is none of these forms.
 */

/** Lines with what carried them taken off; the very array that is given. Linear in its length. */
export function withoutPrefixes(lines: string[]): string[] {
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const sample = sampleOf(lines);
    const carrier = CARRIERS.find((one) => isShared(sample, one));
    if (carrier === undefined) break;
    for (let at = 0; at < lines.length; at++) {
      const line = lines[at] ?? "";
      const found = carrier.form.exec(line);
      if (found !== null) lines[at] = line.slice(found[0].length);
    }
  }
  return lines;
}

// ---------------------------------------------------------------------------------------------

/** A runner's job stamps what a container's log has named, and that what a program has stamped. */
const MAX_LAYERS = 3;
/** Lines that decide, spread over the whole log. */
const SAMPLE = 1000;
/** A tool's own last words may stand without: one line of five. */
const SHARE = 0.8;
/** Names of containers, jobs or packages in one log; words of any kind at a line's start are more. */
const MAX_NAMES = 12;

type Carrier = {
  readonly form: RegExp;
  /** A class that the first character is of. */
  readonly first: RegExp;
  /** What every such line holds, where it is rare. */
  readonly holds?: string;
  /** The first group is a name, of which there are few. */
  readonly isNamed?: boolean;
  /** Lines that must have it: fewer may have it by chance. */
  readonly least: number;
  /** Of the filled lines, where it is another than SHARE. */
  readonly share?: number;
};

const DAY_AND_TIME = String.raw`\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?Z| ?UTC| ?[+-]\d\d:?\d\d)?`;
const TIME = String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;
/** Behind a stamp: GitLab's stream and kind of line, a container runtime's stream. */
const STREAM = String.raw`(?: \d\d[OE]| (?:stdout|stderr) [FP])?`;
const END = String.raw`(?:[ \t]|(?=\r?$))`;

const CARRIERS: readonly Carrier[] = [
  {
    form: new RegExp(`^[^\\t]{1,100}\\t[^\\t]{1,100}\\t(?=\\uFEFF?${DAY_AND_TIME})`),
    first: /[^\t]/,
    holds: "\t",
    least: 1,
  },
  {
    form: new RegExp(`^\\uFEFF?${DAY_AND_TIME}(?:${STREAM}${END}| \\d\\d[OE]\\+)`),
    first: /[\uFEFF\d]/,
    least: 1,
  },
  { form: new RegExp(`^\\[(?:${DAY_AND_TIME}|${TIME})\\]:?${END}`), first: /\[/, least: 1 },
  { form: new RegExp(`^${TIME}${END}`), first: /\d/, least: 1 },
  // A build tool puts no seconds before the heads and ends of its steps.
  { form: /^#\d{1,4} \d{1,6}\.\d{1,4}(?: |(?=\r?$))/, first: /#/, least: 1, share: 0.3 },
  {
    form: /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,100} [^\s:]{1,100}: ?/,
    first: /[A-Z]/,
    least: 1,
  },
  { form: /^\[(pod\/[^\]\s]{1,200})\](?: |(?=\r?$))/, first: /\[/, isNamed: true, least: 2 },
  {
    form: /^((?=[\d._-]{0,40}[A-Za-z])[\w.-]{1,80}) +\|(?: |(?=\r?$))/,
    first: /[\w.-]/,
    holds: "|",
    isNamed: true,
    least: 2,
  },
  {
    form: /^([a-z][a-z0-9.-]{1,80}-[a-z0-9]{4,10} [a-z][a-z0-9-]{0,60})(?: |(?=\r?$))/,
    first: /[a-z]/,
    isNamed: true,
    least: 3,
  },
  {
    form: /^(@?[a-z][\w./-]{0,80}:[a-z][\w-]{0,40}):(?: |(?=\r?$))/,
    first: /[@a-z]/,
    holds: ":",
    isNamed: true,
    least: 3,
  },
  {
    form: /^\[((?!gw\d|info\]|error\]|warn(?:ing)?\]|debug\]|trace\]|success\]|ok\]|fail(?:ed)?\]|pass(?:ed)?\])(?:[a-z][\w:./-]{0,60}|\d{1,2}))\](?: |(?=\r?$))/,
    first: /\[/,
    isNamed: true,
    least: 3,
  },
];

/** Whether a character begins a carrier's line, by its code. */
const FIRSTS = new Map(
  CARRIERS.map(({ first }) => [
    first,
    Array.from({ length: 128 }, (_, code) => first.test(String.fromCharCode(code))),
  ]),
);

/** Filled lines at even distances. */
function sampleOf(lines: readonly string[]): readonly string[] {
  const step = Math.max(1, Math.floor(lines.length / SAMPLE));
  const sample: string[] = [];
  for (let at = 0; at < lines.length; at += step) {
    const line = lines[at] ?? "";
    if (line !== "" && line !== "\r") sample.push(line);
  }
  return sample;
}

function isShared(
  sample: readonly string[],
  { form, first, holds = "", isNamed, least, share = SHARE }: Carrier,
): boolean {
  const names = new Set<string>();
  let count = 0;
  let left = Math.floor(sample.length * (1 - share) + 1e-9);
  for (const line of sample) {
    // Most lines fall by their first character: a search by the form takes some ten times as long.
    const isLike = isFirst(first, line) && line.includes(holds);
    const found = isLike ? form.exec(line) : null;
    if (found === null) {
      if (--left < 0) return false;
      continue;
    }
    count++;
    if (isNamed === true) names.add(found[1] ?? "");
    if (names.size > MAX_NAMES) return false;
  }
  // A name on a line of its own is no name of many: each must carry two lines on the average.
  return count >= least && (isNamed !== true || names.size * 2 <= count);
}

function isFirst(first: RegExp, line: string): boolean {
  return FIRSTS.get(first)?.[line.charCodeAt(0)] ?? first.test(line.slice(0, 1));
}
