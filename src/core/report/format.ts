/** Numbers and names as the report and the viewer show them. Same value in, same text out. */

/** A score or margin in points: at most two decimals, no trailing zeros. null: "–". */
export function points(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return String(Math.round(value * 100) / 100).replace("-", "−");
}

/** A share 0..1 as per cent with one decimal. null: "–". */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  return `${String(Math.round(share * 1000) / 10).replace("-", "−")} %`;
}

/** Three decimals, for bounds and coefficients. null: "–". */
export function decimal(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toFixed(3).replace("-", "−");
}

/** Nats a token, four decimals: differences of perplexity begin in the third. null: "–". */
export function nats(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value.toFixed(4).replace("-", "−");
}

/** USD; small sums keep four decimals. null: not known. */
export function usd(value: number | null): string {
  if (value === null) return "not known";
  return value === 0 || value >= 1 ? `$${value.toFixed(2)}` : `$${value.toFixed(4)}`;
}

/** 1234567 -> "1,234,567". */
export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Milliseconds -> "850 ms", "12.3 s", "4 min 5 s", "2 h 3 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${(Math.round(seconds * 10) / 10).toString()} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "1 turn", "3 turns". */
export function counted(n: number, noun: string): string {
  return `${thousands(n)} ${noun}${n === 1 ? "" : "s"}`;
}
