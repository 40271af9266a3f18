/** Whether the prose of an answer can be read for English phrases. */
import { segmentsOf } from "./answer.ts";

const ENGLISH =
  /\b(?:the|and|that|this|is|are|was|to|of|in|it|for|with|not|have|has|from|but|so|now|let|need|will|can|first|I'll|I)\b/gi;

/** True for prose with English words in it, and for answers with hardly any prose. */
export function isEnglish(answer: string): boolean {
  const prose = segmentsOf(answer)
    .filter((segment) => segment.place === "prose")
    .map((segment) => answer.slice(segment.start, Math.min(segment.end, segment.start + 4000)))
    .join(" ")
    .replace(/`[^`\n]{0,200}`/g, " ");
  const letters = prose.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 40) return true;
  const latin = prose.match(/[A-Za-z]/g)?.length ?? 0;
  if (latin / letters < 0.6) return false;
  const words = prose.match(/[\p{L}']+/gu)?.length ?? 1;
  return (prose.match(ENGLISH)?.length ?? 0) / words >= 0.08;
}
