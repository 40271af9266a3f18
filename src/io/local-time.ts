/** The clock on the wall, for what is written as a date. */

/** Now, in this machine's time zone: "2026-01-31T09:05:00". */
export function localTime(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  return `${day}T${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(":")}`;
}
