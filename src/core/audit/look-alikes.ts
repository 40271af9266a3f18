/**
 * A text as it looks: signs of no width left out, letters that look Latin made Latin, full width made
 * narrow. The table has the Cyrillic and Greek letters of Unicode's confusables (UTS 39) that look like
 * one Latin letter in common typefaces.
 */

import { isInvisible } from "../text/fold.ts";

export type Folded = {
  readonly text: string;
  /** Where a unit of the folded text stands in the text that was given. */
  readonly offsetOf: (at: number) => number;
};

export function folded(text: string): Folded {
  if (!/[\u0080-\uFFFF]/.test(text)) return { text, offsetOf: (at) => at };
  const units: string[] = [];
  const from: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    if (isInvisible(text.charCodeAt(at))) continue;
    units.push(LATIN.get(unit) ?? narrow(unit));
    from.push(at);
  }
  return { text: units.join(""), offsetOf: (at) => from[at] ?? text.length };
}

// ---------------------------------------------------------------------------------------------

const PAIRS =
  "аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw ɡg ѵv ոn АA ВB ЕE КK МM НH ОO РP СC ТT ХX УY ІI ЈJ ЅS αa οo ρp νv υu ιi κk τt γy ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ıi ｌl";
const LATIN: ReadonlyMap<string, string> = new Map(
  PAIRS.split(" ").map((pair) => [pair.charAt(0), pair.charAt(1)]),
);

/** Full-width forms of ASCII. */
function narrow(unit: string): string {
  const code = unit.charCodeAt(0);
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : unit;
}
