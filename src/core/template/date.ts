/** `strftime_now` of a template: the date of the build, in English, as Python's `strftime` writes it. */

/** Local time, "2026-01-31T09:05:00"; a date alone is its midnight. */
export const DATE =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):([0-5]\d):([0-5]\d))?$/;

/**
 * @param date as `DATE`. @param format as `strftime`'s; "%-d" writes no leading zero.
 * @throws Error for a directive that is not known.
 */
export function strftime(date: string, format: string): string {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (DATE.exec(date) ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0));
  const at = { year, month, day, hour, minute, second };
  return format.replace(/%(-?)([a-zA-Z%])/g, (all, minus: string, letter: string) => {
    const text = DIRECTIVES[letter]?.(at);
    if (text === undefined) throw new Error(`strftime_now: "${all}" is not known`);
    return minus === "" ? text : text.replace(/^[0 ]+(?=.)/, "");
  });
}

// ---------------------------------------------------------------------------------------------

type At = Readonly<Record<"year" | "month" | "day" | "hour" | "minute" | "second", number>>;

const two = (value: number): string => String(value).padStart(2, "0");

const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

const monthName = ({ month }: At): string => MONTHS[month - 1] ?? "";
const dayName = (at: At): string => DAYS[weekday(at)] ?? "";

/** 0 on Sundays. Tomohiko Sakamoto's way, comp.lang.c, 1993. */
function weekday({ year, month, day }: At): number {
  const y = month < 3 ? year - 1 : year;
  const shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1] ?? 0;
  return (y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + shift + day) % 7;
}

function dayOfYear({ year, month, day }: At): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return lengths.slice(0, month - 1).reduce((sum, days) => sum + days, day);
}

const isoDay = ({ year, month, day }: At): string => `${year}-${two(month)}-${two(day)}`;
const shortYear = ({ year }: At): string => two(year % 100);

const DIRECTIVES: Readonly<Record<string, (at: At) => string>> = {
  Y: ({ year }) => String(year),
  y: shortYear,
  m: ({ month }) => two(month),
  d: ({ day }) => two(day),
  e: ({ day }) => String(day).padStart(2, " "),
  j: (at) => String(dayOfYear(at)).padStart(3, "0"),
  B: monthName,
  b: (at) => monthName(at).slice(0, 3),
  h: (at) => monthName(at).slice(0, 3),
  A: dayName,
  a: (at) => dayName(at).slice(0, 3),
  u: (at) => String(weekday(at) || 7),
  w: (at) => String(weekday(at)),
  H: ({ hour }) => two(hour),
  I: ({ hour }) => two(hour % 12 || 12),
  M: ({ minute }) => two(minute),
  S: ({ second }) => two(second),
  p: ({ hour }) => (hour < 12 ? "AM" : "PM"),
  F: isoDay,
  T: ({ hour, minute, second }) => `${two(hour)}:${two(minute)}:${two(second)}`,
  R: ({ hour, minute }) => `${two(hour)}:${two(minute)}`,
  D: (at) => `${two(at.month)}/${two(at.day)}/${shortYear(at)}`,
  "%": () => "%",
};
